"""Registering a patient, correcting what is known, adding and removing papers."""

from __future__ import annotations

import secrets
from dataclasses import fields
from typing import TYPE_CHECKING

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from server.audit import trail
from server.core import clock
from server.core.errors import Conflict, FieldError, Invalid
from server.core.ids import new_id
from server.core.messages import N_
from server.core.vietnamese import fold, name_sort_key, nfc
from server.patients import doubts, queries
from server.patients.identifiers import Identifier, new_temporary_code
from server.patients.models import Patient, PatientIdentifier
from server.places.models import Commune

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from server.access.actor import Actor
    from server.patients.particulars import Particulars

_APART = frozenset({"full_name", "birth"})


class PatientChanged(Conflict):
    """Somebody saved the patient after this form was opened."""

    code = "patient_changed"
    message = N_(
        "Hồ sơ người bệnh vừa được người khác sửa. Hãy so lại với bản đang lưu rồi lưu lần nữa."
    )


class PatientExists(Conflict):
    """The id that the client brought belongs to a patient already."""

    code = "patient_exists"
    message = N_("Mã hồ sơ này đã có người bệnh. Hãy tạo mã mới.")


async def register(
    db: AsyncSession,
    actor: Actor,
    new: Particulars,
    identifiers: Collection[Identifier],
    *,
    confirmed: Collection[str] = (),
    patient_id: UUID | None = None,
) -> Patient:
    """Add a patient of the actor's station; without any paper a temporary code is given."""
    await _refuse_unknown_communes(db, new)
    await doubts.refuse_taken(db, actor, identifiers)
    await doubts.refuse_unseen(db, actor, new, identifiers, confirmed=confirmed)
    moment = clock.now()
    patient = Patient(
        id=patient_id or new_id(),
        facility_id=actor.facility_id,
        registered_by=actor.id,
        registered_at=moment,
        changed_at=moment,
    )
    _write(patient, new)
    papers = list(identifiers) or [new_temporary_code(secrets.SystemRandom())]
    # A form that is shown again must leave nothing behind.
    async with db.begin_nested():
        await _insert(db, patient)
        await _add_identifiers(db, patient, papers)
    trail.record(db, "patient:register", object_id=patient.id, patient_id=patient.id)
    return patient


async def update(
    db: AsyncSession,
    actor: Actor,
    patient_id: UUID,
    new: Particulars,
    *,
    revision: int,
    add: Collection[Identifier] = (),
    remove: Collection[UUID] = (),
    confirmed: Collection[str] = (),
) -> Patient:
    """Correct a patient; raises PatientChanged when `revision` is no longer the last."""
    patient = await queries.get_for_change(db, actor, patient_id)
    if patient.revision != revision:
        raise PatientChanged
    await _refuse_unknown_communes(db, new)
    await doubts.refuse_taken(db, actor, add)
    kept = [one for one in patient.identifiers if one.id not in remove]
    if not kept and not add:
        raise Invalid(
            FieldError(
                "remove",
                "last_identifier",
                N_("Hãy giữ lại hoặc nhập ít nhất một giấy tờ hoặc mã của người bệnh."),
            )
        )
    papers = [*add, *(Identifier(one.kind, one.value) for one in kept)]
    doubts.refuse_new_disagreements(patient, new, papers, confirmed=confirmed)
    async with db.begin_nested():
        _write(patient, new)
        patient.changed_at = clock.now()
        await db.flush()
        await _remove_identifiers(db, patient, remove)
        await _add_identifiers(db, patient, add)
    trail.record(db, "patient:update", object_id=patient.id, patient_id=patient.id)
    return patient


def _write(patient: Patient, new: Particulars) -> None:
    name = nfc(new.full_name)
    patient.full_name = name
    patient.name_fold = fold(name)
    patient.name_sort = name_sort_key(name)
    patient.birth_date = new.birth.value if new.birth else None
    patient.birth_precision = new.birth.precision if new.birth else None
    for fact in fields(new):
        if fact.name not in _APART:
            setattr(patient, fact.name, getattr(new, fact.name))


async def _insert(db: AsyncSession, patient: Patient) -> None:
    db.add(patient)
    try:
        await db.flush()
    except IntegrityError as error:  # everything else was checked: it is the id
        raise PatientExists from error


async def _add_identifiers(
    db: AsyncSession, patient: Patient, identifiers: Collection[Identifier]
) -> None:
    for one in dict.fromkeys(identifiers):
        added = await db.scalar(
            insert(PatientIdentifier)
            .values(
                id=new_id(),
                patient_id=patient.id,
                facility_id=patient.facility_id,
                kind=one.kind,
                value=one.value,
            )
            .on_conflict_do_nothing()
            .returning(PatientIdentifier.id)
        )
        if added is None:  # another desk registered the same paper a moment ago
            raise doubts.IdentifierTaken(None)


async def _remove_identifiers(
    db: AsyncSession, patient: Patient, identifier_ids: Collection[UUID]
) -> None:
    if identifier_ids:
        await db.execute(
            delete(PatientIdentifier).where(
                PatientIdentifier.patient_id == patient.id,
                PatientIdentifier.id.in_(identifier_ids),
            )
        )


async def _refuse_unknown_communes(db: AsyncSession, new: Particulars) -> None:
    given = {
        name: code
        for name, code in (
            ("current_commune_code", new.current_commune_code),
            ("permanent_commune_code", new.permanent_commune_code),
        )
        if code is not None
    }
    known = set(
        await db.scalars(select(Commune.code).where(Commune.code.in_(given.values())))
    )
    unknown = [name for name, code in given.items() if code not in known]
    if unknown:
        raise Invalid(
            *(
                FieldError(
                    name,
                    "commune_unknown",
                    N_("Hãy chọn một xã, phường trong danh sách."),
                )
                for name in unknown
            )
        )
