"""How a request is written: one draft a patient, saved while it is typed."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from server.access.actor import Actor
from server.audit import trail
from server.consents import service as consenting
from server.core import clock
from server.core.errors import Conflict, FieldError, Invalid
from server.core.ids import new_id
from server.core.messages import N_
from server.facilities.models import Specialty
from server.patients import queries as patients
from server.patients.age import age_on
from server.patients.models import Patient
from server.referrals import queries, station_queries
from server.referrals.models import Referral, ReferralDetails
from server.referrals.states import Channel, Priority, ReferralStatus, RemoteMode

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from server.consents.models import Consent

EDITABLE = (ReferralStatus.DRAFT, ReferralStatus.NEEDS_INFO)
# Crockford's base 32: no I, L, O or U, so that a number read out by telephone is safe.
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TRIES = 5


class EditedElsewhere(Conflict):
    """The saved request is newer than the one that this text was written into."""

    code = "revision_conflict"
    message = N_(
        "Bản đã lưu mới hơn bản trên trang này. Nội dung bạn gõ vẫn còn ở đây:"
        " gửi lần nữa để dùng nội dung này, hoặc tải lại trang để xem bản đã lưu."
    )


class NotEditable(Conflict):
    """The request has been sent, so what others read may not change under their eyes."""

    code = "referral_not_editable"
    message = N_(
        "Yêu cầu đã gửi nên không sửa được nữa. Hãy mở lại ca để xem tình trạng mới nhất."
    )


class IdTaken(Conflict):
    """The id that the client brought belongs to another request."""

    code = "id_taken"
    message = N_("Mã định danh này đã được dùng. Hãy tạo mã khác.")


@dataclass(frozen=True, slots=True, repr=False)
class Content:
    """What the station writes; a request that was sent keeps its addressee and priority."""

    reason: str = ""
    symptoms: str = ""
    vitals: Mapping[str, float] = field(default_factory=dict)
    history: str = ""
    examination: str = ""
    tests: str = ""
    provisional_code: str = ""
    provisional_text: str = ""
    questions: tuple[str, ...] = ()
    hospital_id: UUID | None = None
    specialty_code: str | None = None
    priority: Priority = Priority.ROUTINE
    channel: Channel = Channel.VIDEO
    mode: RemoteMode = RemoteMode.INTER_FACILITY_SUPPORT


_CLINICAL = ("reason", "symptoms", "provisional_code", "provisional_text")
_DETAILS = ("history", "examination", "tests")
_ADDRESS = ("hospital_id", "specialty_code", "priority", "channel", "mode")


async def open_draft(
    db: AsyncSession, actor: Actor, patient_id: UUID, own_id: UUID | None = None
) -> tuple[Referral, bool]:
    """Return the patient's open request, or a new draft and True.

    The patient's row is locked, so that two clicks do not make two drafts.
    """
    patient = await patients.get_for_change(db, actor, patient_id)
    found = await station_queries.open_of_patient(db, actor, patient.id)
    if found is not None:
        return found, False
    referral = await _insert(db, actor, patient, own_id or new_id())
    _record(db, referral, "draft")
    return referral, True


async def save(
    db: AsyncSession,
    actor: Actor,
    referral_id: UUID,
    *,
    content: Content,
    revision: int,
) -> Referral:
    """Keep what is written so far, whole or not; raises EditedElsewhere."""
    referral = await queries.get_for_change(db, actor, referral_id)
    if referral.status not in EDITABLE:
        raise NotEditable
    if revision != referral.revision:
        raise EditedElsewhere
    details = await db.get_one(ReferralDetails, referral.id)
    if referral.status is ReferralStatus.DRAFT:
        await _refuse_unknown_address(db, content)
        _copy(content, referral, _ADDRESS)
    _copy(content, referral, _CLINICAL)
    _copy(content, details, _DETAILS)
    referral.vitals = dict(content.vitals)
    referral.questions = list(content.questions)
    if db.is_modified(referral) or db.is_modified(details):
        referral.revision += 1
        referral.changed_at = clock.now()
        _record(db, referral, "save")
    await db.flush()
    return referral


async def record_consent(
    db: AsyncSession, actor: Actor, referral_id: UUID, given: consenting.Given
) -> Consent:
    """Record the patient's request to share with the hospital that the draft names."""
    referral = await queries.get_for_change(db, actor, referral_id)
    if referral.status not in EDITABLE:
        raise NotEditable
    if referral.hospital_id is None:
        raise Invalid(
            FieldError(
                "hospital_id", "hospital_missing", N_("Hãy chọn bệnh viện trước đã.")
            )
        )
    patient = await patients.get(db, actor, referral.patient_id)
    sharing = consenting.Sharing(
        referral_id=referral.id,
        patient_id=referral.patient_id,
        station_id=referral.station_id,
        hospital_id=referral.hospital_id,
        age=age_on(patient, clock.today()),
    )
    return await consenting.record(db, actor, sharing, given)


async def _insert(
    db: AsyncSession, actor: Actor, patient: Patient, own_id: UUID
) -> Referral:
    """Add the row under a number that nobody has; stations cannot see each other's."""
    for _ in range(_TRIES):
        referral = _draft(actor, patient, own_id)
        try:
            async with db.begin_nested():
                db.add(referral)
                await db.flush()
                db.add(
                    ReferralDetails(referral_id=own_id, station_id=actor.facility_id)
                )
                await db.flush()
        except IntegrityError as error:
            if "uq_referrals_number" not in str(error.orig):
                raise IdTaken from error
        else:
            return referral
    raise RuntimeError("no free number for a request")


def _draft(actor: Actor, patient: Patient, own_id: UUID) -> Referral:
    moment = clock.now()
    return Referral(
        id=own_id,
        number=_number(),
        patient_id=patient.id,
        patient_age=age_on(patient, clock.today()),
        patient_sex=patient.sex,
        station_id=actor.facility_id,
        province_code=actor.province_code,
        status=ReferralStatus.DRAFT,
        requested_by=actor.id,
        created_at=moment,
        changed_at=moment,
        reason="",
        symptoms="",
        vitals={},
        questions=[],
    )


def _number() -> str:
    """Return TX-yymm and five random characters: it tells nothing of how many there are."""
    suffix = "".join(secrets.choice(_CROCKFORD) for _ in range(5))
    return f"TX-{clock.today():%y%m}-{suffix}"


def _copy(content: Content, target: object, names: Iterable[str]) -> None:
    for name in names:
        setattr(target, name, getattr(content, name))


async def _refuse_unknown_address(db: AsyncSession, content: Content) -> None:
    mistakes = []
    if content.hospital_id is not None and not await station_queries.open_hospital(
        db, content.hospital_id
    ):
        mistakes.append(
            FieldError(
                "hospital_id",
                "hospital_unknown",
                N_("Hãy chọn một bệnh viện trong danh sách."),
            )
        )
    if content.specialty_code is not None and not await db.get(
        Specialty, content.specialty_code
    ):
        mistakes.append(
            FieldError(
                "specialty_code",
                "specialty_unknown",
                N_("Hãy chọn một chuyên khoa trong danh sách."),
            )
        )
    if mistakes:
        raise Invalid(*mistakes)


def _record(db: AsyncSession, referral: Referral, action: str) -> None:
    trail.record(
        db,
        f"referral:{action}",
        object_id=referral.id,
        patient_id=referral.patient_id,
    )
