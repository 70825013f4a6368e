"""What the worker does for calls: rings that nobody answers, events that signaling reports."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert

from server.consultations import calls, queries
from server.consultations.models import (
    CallAttempt,
    CallEvent,
    CallParticipant,
    Consultation,
)
from server.consultations.states import AttemptStatus, EndReason
from server.core import clock

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

_BATCH = 50
# Longer than signaling keeps a place (90 s) and a page takes to find another node.
_COME_BACK_WITHIN = timedelta(minutes=3)


async def end_unanswered(db: AsyncSession) -> bool:
    """Turn rings of over a minute into missed calls; True when there may be more."""
    rows = await db.execute(
        select(CallAttempt, Consultation)
        .join(Consultation, Consultation.id == CallAttempt.consultation_id)
        .where(
            CallAttempt.status == AttemptStatus.RINGING,
            CallAttempt.rang_at < clock.now() - calls.RING_FOR,
        )
        .order_by(CallAttempt.rang_at)
        .limit(_BATCH)
        .with_for_update(skip_locked=True)
    )
    missed = rows.all()
    for attempt, meeting in missed:
        await calls.close(
            db,
            attempt,
            meeting,
            status=AttemptStatus.MISSED,
            reason=EndReason.NO_ANSWER,
            by=None,
        )
    return len(missed) == _BATCH


async def end_deserted(db: AsyncSession) -> bool:
    """End calls in whose room nobody has been for a while; True when there may be more.

    Nobody ever came in, or the node stopped and nobody came back on another.
    """
    since = clock.now() - _COME_BACK_WITHIN
    of_this = CallParticipant.attempt_id == CallAttempt.id
    inside = CallParticipant.joined_at.is_not(None) & CallParticipant.left_at.is_(None)
    rows = await db.execute(
        select(CallAttempt, Consultation)
        .join(Consultation, Consultation.id == CallAttempt.consultation_id)
        .where(
            CallAttempt.status == AttemptStatus.ACCEPTED,
            CallAttempt.answered_at < since,
            ~exists().where(of_this, inside | (CallParticipant.left_at >= since)),
        )
        .order_by(CallAttempt.answered_at)
        .limit(_BATCH)
        .with_for_update(skip_locked=True)
    )
    deserted = rows.all()
    for attempt, meeting in deserted:
        never = attempt.connected_at is None
        await calls.close(
            db,
            attempt,
            meeting,
            status=AttemptStatus.FAILED if never else AttemptStatus.LOST,
            reason=EndReason.LINE_LOST,
            by=None,
        )
    return len(deserted) == _BATCH


async def apply_event(db: AsyncSession, event: dict[str, Any]) -> bool:
    """Apply one event of signaling; returns False when it was applied before."""
    moment = datetime.fromisoformat(event["at"])
    added = await db.execute(
        insert(CallEvent)
        .values(
            id=event["id"],
            room=event["room"],
            participant=event["participant"] or "",
            kind=event["kind"],
            reason=event["reason"] or "",
            at=moment,
            received_at=clock.now(),
        )
        .on_conflict_do_nothing()
    )
    if added.rowcount != 1:  # type: ignore[attr-defined]
        return False
    participant = await db.get(CallParticipant, event["participant"] or "")
    if participant is None:
        return True
    if event["kind"] == "joined":
        participant.joined_at = participant.joined_at or moment
        participant.left_at = None
        await _note_connection(db, participant, moment)
    elif event["kind"] == "left":
        participant.left_at = moment
        # After a restart everybody comes back to another node, or is found missing later.
        if event["reason"] != "restart":
            await _end_when_empty(db, participant, event["reason"] or "")
    return True


async def _note_connection(
    db: AsyncSession, participant: CallParticipant, moment: datetime
) -> None:
    attempt, _ = await _locked(db, participant.attempt_id)
    if attempt.connected_at is None and await queries.both_inside(db, attempt):
        attempt.connected_at = moment


async def _end_when_empty(
    db: AsyncSession, participant: CallParticipant, reason: str
) -> None:
    attempt, meeting = await _locked(db, participant.attempt_id)
    present = await queries.participants_of(db, attempt.id)
    if any(one.joined_at and not one.left_at for one in present):
        return
    if attempt.status is not AttemptStatus.ACCEPTED:
        return
    lost = reason != "hung_up"
    await calls.close(
        db,
        attempt,
        meeting,
        status=AttemptStatus.LOST if lost else AttemptStatus.ENDED,
        reason=EndReason.LINE_LOST if lost else EndReason.HUNG_UP,
        by=None,
    )


async def _locked(
    db: AsyncSession, attempt_id: UUID
) -> tuple[CallAttempt, Consultation]:
    """Lock in the same order as people's requests do: the meeting, then its try."""
    meeting = await db.scalar(
        select(Consultation)
        .join(CallAttempt, CallAttempt.consultation_id == Consultation.id)
        .where(CallAttempt.id == attempt_id)
        .with_for_update(of=Consultation)
    )
    attempt = await db.get_one(CallAttempt, attempt_id, populate_existing=True)
    if meeting is None:
        raise LookupError("a try to call without its meeting")
    return attempt, meeting
