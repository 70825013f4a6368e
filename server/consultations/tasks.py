"""What the worker does for calls: rings that nobody answers, events that signaling reports."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import exists, select, update
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
            CallAttempt.status.in_(queries.RINGING),
            CallAttempt.rang_at < clock.now() - calls.RING_FOR,
        )
        .order_by(CallAttempt.rang_at)
        .limit(_BATCH)
        .with_for_update(skip_locked=True)
    )
    missed = rows.all()
    for attempt, meeting in missed:
        rang = attempt.status is AttemptStatus.RINGING
        await calls.close(
            db,
            attempt,
            meeting,
            status=AttemptStatus.MISSED,
            reason=EndReason.NO_ANSWER if rang else EndReason.NOT_REACHED,
            by=None,
        )
    return len(missed) == _BATCH


async def end_deserted(db: AsyncSession) -> bool:
    """End calls in whose room neither side has been for a while; True when there may be more.

    Nobody ever came in, or the node stopped and nobody came back on another.
    """
    since = clock.now() - _COME_BACK_WITHIN
    of_this = (CallParticipant.attempt_id == CallAttempt.id) & (
        CallParticipant.person_id.in_([CallAttempt.caller_id, CallAttempt.answered_by])
    )
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
            room=event["room"] or "",
            participant=event["participant"] or "",
            node=event["node"],
            kind=event["kind"],
            reason=event["reason"] or "",
            at=moment,
            received_at=clock.now(),
        )
        .on_conflict_do_nothing()
    )
    if added.rowcount != 1:  # type: ignore[attr-defined]
        return False
    if event["kind"] == "started":
        await lose_node(db, event["node"], moment)
    participant = await db.get(CallParticipant, event["participant"] or "")
    if participant is None or _is_stale(participant, event["node"], moment):
        return True
    if event["kind"] == "joined":
        participant.joined_at = participant.joined_at or moment
        participant.entered_at = moment
        participant.node = event["node"]
        if participant.left_at and participant.left_at <= moment:
            participant.left_at = None
        await _note_connection(db, participant, moment)
    elif event["kind"] == "left" and participant.node in {None, event["node"]}:
        participant.left_at = moment
        # After a restart everybody comes back to another node, or is found missing later.
        if event["reason"] != "restart":
            await _end_when_empty(db, participant, event["reason"] or "")
    return True


async def lose_node(db: AsyncSession, node: str, moment: datetime) -> None:
    """Count nobody as inside whom a node had before it began anew, or was gone.

    Pages that live enter another one or the same again; calls that nobody comes back to
    are ended as deserted.
    """
    await db.execute(
        update(CallParticipant)
        .where(
            CallParticipant.node == node,
            CallParticipant.left_at.is_(None),
            CallParticipant.entered_at < moment,
        )
        .values(left_at=moment)
    )


def _is_stale(participant: CallParticipant, node: str, moment: datetime) -> bool:
    """Tell whether something later is known from the same node: events can overtake."""
    return (
        participant.node == node
        and participant.entered_at is not None
        and moment < participant.entered_at
    )


async def _note_connection(
    db: AsyncSession, participant: CallParticipant, moment: datetime
) -> None:
    attempt, _ = await _locked(db, participant.attempt_id)
    if attempt.connected_at is None and await queries.both_inside(db, attempt):
        attempt.connected_at = moment


async def _end_when_empty(
    db: AsyncSession, participant: CallParticipant, reason: str
) -> None:
    """End a call without its two sides, and a ring whose caller has gone.

    A guest who goes ends nothing, and one who stays keeps nothing alive.
    """
    attempt, meeting = await _locked(db, participant.attempt_id)
    sides = {attempt.caller_id, attempt.answered_by}
    everybody = await queries.participants_of(db, attempt.id)
    present = [one for one in everybody if one.person_id in sides]
    lost = reason != "hung_up"
    if attempt.status in queries.RINGING:
        if participant.person_id != attempt.caller_id:
            return
        status = AttemptStatus.LOST if lost else AttemptStatus.CANCELLED
        why = EndReason.LINE_LOST if lost else EndReason.CANCELLED
    elif attempt.status is AttemptStatus.ACCEPTED:
        if participant not in present or any(
            one.joined_at and not one.left_at for one in present
        ):
            return
        status = AttemptStatus.LOST if lost else AttemptStatus.ENDED
        why = EndReason.LINE_LOST if lost else EndReason.HUNG_UP
    else:
        return
    await calls.close(db, attempt, meeting, status=status, reason=why, by=None)


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
