"""The station decides about a version and reports what became of the patient."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.access.actor import Actor
from server.audit import trail
from server.core import clock
from server.core.errors import Conflict, FieldError, Invalid
from server.core.messages import N_
from server.notifications.service import tell
from server.records import queries
from server.records.codes import Result
from server.records.conclusion import Conclusion
from server.records.models import Record, RecordResponse, RecordVersion
from server.records.states import Decision, RecordStatus
from server.referrals.audiences import tell_change
from server.referrals.models import Referral
from server.referrals.states import ReferralStatus

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession


class VersionMovedOn(Conflict):
    """The specialist has amended the conclusion since the station read it."""

    code = "version_moved_on"
    message = N_("Kết luận vừa được bổ sung bản mới. Hãy đọc bản mới rồi quyết định.")


async def respond(
    db: AsyncSession,
    actor: Actor,
    record_id: UUID,
    *,
    decision: Decision,
    text: str,
    number: int,
) -> Record:
    """Take over the responsibility for version `number`, by the advice or against it.

    The case is then closed, or waits for the result until the day the specialist set.
    """
    record = await queries.get_for_change(db, actor, record_id)
    if number != record.version:
        raise VersionMovedOn
    if decision is Decision.OTHER and not text:
        raise Invalid(
            FieldError(
                "text",
                "decision_unsaid",
                N_("Hãy ghi trạm quyết định làm gì và vì sao."),
            )
        )
    moment = clock.now()
    db.add(record.move_to(RecordStatus.ACCEPTED, by=actor.id, at=moment))
    db.add(
        RecordResponse(
            record_id=record.id,
            version=record.version,
            decision=decision,
            text=text,
            by=actor.id,
            doctor_name=actor.full_name,
            at=moment,
        )
    )
    if await _result_is_due(db, record):
        db.add(record.move_to(RecordStatus.FEEDBACK_DUE, by=actor.id, at=moment))
    else:
        await _close(db, record, actor, at=moment)
    _finish(db, record, "record:respond")
    return record


async def report_result(
    db: AsyncSession, actor: Actor, record_id: UUID, *, result: Result, text: str
) -> Record:
    """Close the loop: the specialist learns what became of the patient."""
    record = await queries.get_for_change(db, actor, record_id)
    reason = queries.Feedback.reason(result, text)
    await _close(db, record, actor, at=clock.now(), reason=reason)
    _finish(db, record, "record:feedback")
    return record


async def _result_is_due(db: AsyncSession, record: Record) -> bool:
    version = await db.get_one(RecordVersion, (record.id, record.version))
    return Conclusion.model_validate(version.content).follow_up_on is not None


async def _close(
    db: AsyncSession, record: Record, actor: Actor, *, at: datetime, reason: str = ""
) -> None:
    db.add(record.move_to(RecordStatus.CLOSED, by=actor.id, at=at, reason=reason))
    referral = await db.get_one(Referral, record.referral_id, with_for_update=True)
    # Answering an amendment of a closed case leaves the case closed.
    if referral.status is ReferralStatus.CONCLUDED:
        db.add(referral.move_to(ReferralStatus.CLOSED, by=actor.id, at=at))
        await tell_change(db, referral)


def _finish(db: AsyncSession, record: Record, action: str) -> None:
    tell(
        db,
        {record.specialist_id},
        "record.changed",
        record.id,
        referral=str(record.referral_id),
        status=record.status.value,
    )
    trail.record(
        db,
        action,
        object_id=record.id,
        patient_id=record.patient_id,
        version=record.version,
    )
