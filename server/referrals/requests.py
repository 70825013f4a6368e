"""What a station does with a request that is written: send, complete, end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from server.access.actor import Actor
from server.audit import trail
from server.consents import queries as consents
from server.consents import service as consenting
from server.core import clock
from server.core.errors import FieldError, Invalid
from server.core.messages import N_
from server.core.states import WrongState
from server.notifications.service import tell
from server.patients import queries as patients
from server.patients.age import age_on
from server.patients.identifiers import IdentifierKind
from server.patients.models import CaseAccess, Patient
from server.referrals import (
    audiences,
    case_rights,
    gate,
    offers,
    queries,
    station_queries,
)
from server.referrals.models import Referral, ReferralMessage
from server.referrals.reasons import Reason
from server.referrals.states import OPEN, ReferralStatus
from server.referrals.triage import DUE_WITHIN

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession


async def missing(
    db: AsyncSession, actor: Actor, referral: Referral
) -> list[FieldError]:
    """Return what the request still lacks before it may leave the station."""
    patient = await patients.get(db, actor, referral.patient_id)
    hospital = await station_queries.open_hospital(db, referral.hospital_id)
    consent = await consents.valid_for(db, referral.id, referral.hospital_id)
    return gate.missing(
        referral,
        gate.Surroundings(
            patient_identified=_identified(patient),
            hospital_open=hospital is not None,
            consented=consent is not None,
        ),
    )


async def submit(db: AsyncSession, actor: Actor, referral_id: UUID) -> Referral:
    """Send the request to the hospital's queue; raises Invalid with all that is missing."""
    referral = await queries.get_for_change(db, actor, referral_id)
    _refuse_unless(referral, ReferralStatus.DRAFT)
    problems = await missing(db, actor, referral)
    if problems:
        raise Invalid(*problems)
    patient = await patients.get(db, actor, referral.patient_id)
    moment = clock.now()
    referral.patient_age = age_on(patient, clock.today())
    referral.patient_sex = patient.sex
    referral.submitted_at = moment
    referral.due_at = moment + DUE_WITHIN[referral.priority]
    db.add(referral.move_to(ReferralStatus.SUBMITTED, by=actor.id, at=moment))
    _record(db, referral, "submit")
    await audiences.tell_change(db, referral, actor.id)
    return referral


async def answer(
    db: AsyncSession, actor: Actor, referral_id: UUID, text: str
) -> Referral:
    """Send a completed request back; it keeps its place in the queue."""
    referral = await queries.get_for_change(db, actor, referral_id)
    _refuse_unless(referral, ReferralStatus.NEEDS_INFO)
    problems = await missing(db, actor, referral)
    if not text:
        problems.insert(0, _silent())
    if problems:
        raise Invalid(*problems)
    moment = clock.now()
    db.add(
        ReferralMessage(
            referral_id=referral.id, author_id=actor.id, at=moment, text=text
        )
    )
    db.add(referral.move_to(ReferralStatus.SUBMITTED, by=actor.id, at=moment))
    _record(db, referral, "answer")
    tell(db, await audiences.coordinators(db, referral), "message.added", referral.id)
    await audiences.tell_change(db, referral, actor.id)
    return referral


async def finish(
    db: AsyncSession,
    actor: Actor,
    referral_id: UUID,
    *,
    outcome: ReferralStatus,
    reason: str,
) -> Referral:
    """End the request without a conclusion; whoever was asked loses sight of the case."""
    referral = await queries.get_for_change(db, actor, referral_id)
    await _end(db, actor, referral, outcome, reason=reason)
    return referral


async def withdraw_consent(
    db: AsyncSession, actor: Actor, referral_id: UUID, said: consenting.TakenBack
) -> Referral:
    """Take the patient's agreement back; an open request that rests on it ends at once.

    A draft stays with the station. What was signed stays as long as the law keeps records.
    """
    referral = await queries.get_for_change(db, actor, referral_id)
    await consenting.withdraw(db, actor, referral.id, said)
    if referral.submitted_at is None:
        return referral
    followers = await _readers(db, referral) | await audiences.coordinators(
        db, referral
    )
    tell(db, followers, "consent.withdrawn", referral.id)
    emergency = await consents.valid_for(db, referral.id, referral.hospital_id)
    if referral.status in OPEN and emergency is None:
        reason = Reason.CONSENT_WITHDRAWN.value
        await _end(db, actor, referral, ReferralStatus.CANCELLED, reason=reason)
    return referral


async def _end(
    db: AsyncSession,
    actor: Actor,
    referral: Referral,
    outcome: ReferralStatus,
    *,
    reason: str,
) -> None:
    moment = clock.now()
    db.add(referral.move_to(outcome, by=actor.id, at=moment, reason=reason))
    _record(db, referral, outcome.value)
    if referral.submitted_at is None:
        return  # nobody outside the station has ever known of it
    people = await _readers(db, referral)
    await offers.withdraw_all(db, referral)
    await case_rights.end(db, referral.id, people, at=moment)
    await audiences.tell_change(db, referral, *people)


async def _readers(db: AsyncSession, referral: Referral) -> set[UUID]:
    """Return the specialists who may read the case now."""
    found = await db.scalars(
        select(CaseAccess.person_id).where(
            CaseAccess.referral_id == referral.id, CaseAccess.ended_at.is_(None)
        )
    )
    return set(found.all())


def _identified(patient: Patient) -> bool:
    """Tell whether the hospital can know who is meant (Dispatch 7946/BYT-KCB, step 2)."""
    papers = any(
        one.kind is not IdentifierKind.TEMPORARY for one in patient.identifiers
    )
    home = patient.current_address or patient.current_commune_code
    reachable = papers or bool(patient.phone) or bool(home)
    return patient.birth_date is not None and reachable


def _refuse_unless(referral: Referral, status: ReferralStatus) -> None:
    if referral.status is not status:
        raise WrongState(before=referral.status.value, after="submitted")


def _silent() -> FieldError:
    return FieldError(
        "answer",
        "answer_missing",
        N_("Hãy trả lời câu hỏi của bệnh viện, dù chỉ một dòng."),
    )


def _record(db: AsyncSession, referral: Referral, action: str) -> None:
    trail.record(
        db,
        f"referral:{action}",
        object_id=referral.id,
        patient_id=referral.patient_id,
    )
