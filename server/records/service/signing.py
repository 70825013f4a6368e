"""What the specialist signs: the first version, and each amendment of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from server.access.actor import Actor
from server.access.permissions import Role
from server.accounts import queries as account_queries
from server.accounts import sessions
from server.accounts.models import Person
from server.appointments.models import Appointment
from server.appointments.states import AppointmentStatus
from server.audit import trail
from server.consultations import queries as consultation_queries
from server.consultations.states import ConsultationStatus
from server.core import clock
from server.core.errors import FieldError, Invalid, NotFound
from server.core.messages import N_
from server.core.states import refuse_wrong_move
from server.core.vietnamese import read_day
from server.notifications.service import tell
from server.records import queries
from server.records.codes import Plan
from server.records.conclusion import Answer, Conclusion, digest
from server.records.draft import Draft, Incomplete, gaps
from server.records.models import Record, RecordVersion
from server.records.service.drafting import DraftMovedOn, draft_of, refuse_unless_held
from server.records.states import TRANSITIONS, RecordStatus
from server.referrals import queries as referral_queries
from server.referrals.audiences import tell_change
from server.referrals.models import Referral
from server.referrals.states import Channel, ReferralStatus

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

_BY_PASSWORD = "password"  # noqa: S105


class WrongPassword(Invalid):
    """The password typed to sign is not the signer's; the try counts as a failed sign-in."""

    code = "wrong_password"
    message = N_("Mật khẩu không đúng. Kết luận chưa được ký.")


async def conclude(db: AsyncSession, referral: Referral, draft: Draft) -> Conclusion:
    """Return the text that the draft would become; raises Incomplete."""
    return await _checked(db, referral, draft, earliest=clock.today())


async def sign(
    db: AsyncSession, actor: Actor, referral_id: UUID, *, revision: int, password: str
) -> Record:
    """Make version 1 of exactly the draft that was read, and move the case on.

    Raises DraftMovedOn, Incomplete or WrongPassword; after WrongPassword the caller lets
    the transaction commit, so that the failed try is counted.
    """
    referral = await referral_queries.get_for_change(db, actor, referral_id)
    refuse_unless_held(referral, actor)
    record = await draft_of(db, referral.id)
    if record is None or revision != record.draft_revision:
        raise DraftMovedOn
    conclusion = await conclude(db, referral, Draft.of(record.draft))
    signer = await _proved(db, actor, password)
    moment = clock.now()
    db.add(record.move_to(RecordStatus.SIGNED, by=actor.id, at=moment))
    record.specialist_id = actor.id
    record.signed_at = moment
    record.draft = {}
    _seal(db, record, conclusion, signer, at=moment)
    await _move_case(db, referral, actor, moment)
    await tell_change(db, referral)
    await _tell_station(db, record, referral)
    _audit(db, record, "record:sign")
    return record


async def amend(
    db: AsyncSession,
    actor: Actor,
    record_id: UUID,
    *,
    draft: Draft,
    number: int,
    reason: str,
    password: str,
) -> Record:
    """Sign a further version after `number`; the station must answer again."""
    record = await queries.get_for_change(db, actor, record_id)
    if record.specialist_id != actor.id:
        raise NotFound
    refuse_wrong_move(TRANSITIONS, record.status, RecordStatus.AMENDED)
    if number != record.version:
        raise DraftMovedOn
    referral = await db.get_one(Referral, record.referral_id)
    latest = await db.get_one(RecordVersion, (record.id, record.version))
    due = Conclusion.model_validate(latest.content).follow_up_on
    conclusion = await _checked(
        db, referral, draft, earliest=min(due or clock.today(), clock.today())
    )
    signer = await _proved(db, actor, password)
    moment = clock.now()
    db.add(record.move_to(RecordStatus.AMENDED, by=actor.id, at=moment, reason=reason))
    _seal(db, record, conclusion, signer, at=moment, reason=reason)
    await _tell_station(db, record, referral)
    _audit(db, record, "record:amend")
    return record


async def _checked(
    db: AsyncSession, referral: Referral, draft: Draft, *, earliest: date
) -> Conclusion:
    found = await queries.diagnosis(db, draft.diagnosis_code)
    questions = [str(one) for one in referral.questions]
    missing = list(gaps(draft, questions, found, earliest))
    if missing:
        raise Incomplete(*missing)
    return Conclusion(
        referral_id=referral.id,
        patient_id=referral.patient_id,
        channel=await _channel(db, referral.id),
        findings=draft.findings,
        diagnosis_code=found.code if found else "",
        diagnosis_name=found.name if found else "",
        diagnosis_text=draft.diagnosis_text,
        answers=tuple(
            Answer(question=question, answer=draft.answer(number))
            for number, question in enumerate(questions)
        ),
        advice=draft.advice,
        plan=Plan(draft.plan) if draft.plan else None,
        plan_text=draft.plan_text,
        follow_up_on=read_day(draft.follow_up_on),
    )


async def _channel(db: AsyncSession, referral_id: UUID) -> Channel:
    """Return how the two last talked; without a call that connected it is in writing."""
    talked = [
        attempt
        for meeting in await consultation_queries.of_referral(db, referral_id)
        for attempt in meeting.attempts
        if attempt.connected_at or attempt.answered_at
    ]
    return (
        max(talked, key=lambda one: one.rang_at).channel if talked else Channel.WRITTEN
    )


async def _proved(db: AsyncSession, actor: Actor, password: str) -> Person:
    person = await db.get_one(Person, actor.id)
    try:
        await sessions.check_credentials(db, person.username, password)
    except sessions.WrongCredentials as error:
        raise WrongPassword(
            FieldError("password", WrongPassword.code, WrongPassword.message)
        ) from error
    return person


def _seal(
    db: AsyncSession,
    record: Record,
    conclusion: Conclusion,
    signer: Person,
    *,
    at: datetime,
    reason: str = "",
) -> None:
    content = conclusion.content()
    record.version += 1
    db.add(
        RecordVersion(
            record_id=record.id,
            number=record.version,
            content=content,
            content_sha256=digest(content),
            amendment_reason=reason,
            signed_by=signer.id,
            signer_name=signer.display_name,
            signer_licence=signer.licence_number,
            signed_at=at,
            method=_BY_PASSWORD,
        )
    )


async def _move_case(
    db: AsyncSession, referral: Referral, actor: Actor, moment: datetime
) -> None:
    if referral.status is not ReferralStatus.ANSWERED:
        db.add(referral.move_to(ReferralStatus.ANSWERED, by=actor.id, at=moment))
    db.add(referral.move_to(ReferralStatus.CONCLUDED, by=actor.id, at=moment))
    meeting = await consultation_queries.open_of_referral(db, referral.id)
    if meeting is not None:
        db.add(meeting.move_to(ConsultationStatus.ANSWERED, by=actor.id, at=moment))
        meeting.ended_at = meeting.ended_at or moment
    booked = await db.scalars(
        select(Appointment).where(
            Appointment.referral_id == referral.id,
            Appointment.status == AppointmentStatus.IN_CONSULTATION,
        )
    )
    for appointment in booked:
        db.add(appointment.move_to(AppointmentStatus.COMPLETED, by=actor.id, at=moment))


async def _tell_station(db: AsyncSession, record: Record, referral: Referral) -> None:
    doctors = await account_queries.colleagues(
        db, record.station_id, Role.STATION_DOCTOR
    )
    tell(
        db,
        {*doctors, referral.requested_by},
        "record.changed",
        record.id,
        referral=str(referral.id),
        status=record.status.value,
    )


def _audit(db: AsyncSession, record: Record, action: str) -> None:
    trail.record(
        db,
        action,
        object_id=record.id,
        patient_id=record.patient_id,
        version=record.version,
    )
