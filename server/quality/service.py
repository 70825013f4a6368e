"""Keeping what the browsers of a call measured."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from server.access.actor import Actor
from server.consultations.models import CallAttempt, CallParticipant, Consultation
from server.consultations.service import tell_both
from server.consultations.states import AttemptStatus
from server.core import clock
from server.core.errors import Conflict, Forbidden, Refusal
from server.core.messages import N_
from server.quality import queries
from server.quality.e_model import WORST_MOS, mos_of_speech
from server.quality.models import CallSample

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

# How long after the end the last samples may still arrive.
LATEST = timedelta(minutes=2)
# Clocks of browsers run a little fast or slow, and requests take their time.
_EARLY = timedelta(minutes=1)
_A_DAY = 86_400


class CallNotRunning(Conflict):
    """The call has not been answered, or has been over for too long."""

    code = "call_not_running"
    message = N_("Cuộc gọi không diễn ra lúc này nên không nhận số đo.")


class NotInCall(Forbidden):
    """Somebody who sees the case but was given no pass to this call."""

    code = "not_in_call"
    message = N_("Chỉ người trong cuộc gọi mới gửi số đo của cuộc gọi.")


class SampleOutsideCall(Refusal):
    """By its clock a sample is older than the call."""

    status = 422
    code = "sample_outside_call"
    message = N_("Có mẫu đo từ trước cuộc gọi.")


async def keep(
    db: AsyncSession,
    actor: Actor,
    attempt_id: UUID,
    *,
    sent_at: int,
    rows: list[dict[str, Any]],
) -> None:
    """Add the samples that are new; raises CallNotRunning, NotInCall, SampleOutsideCall.

    Nothing here tells of a patient, so there is no line in the trail.
    """
    attempt = await queries.attempt(db, actor, attempt_id)
    moment = clock.now()
    answered = _answered_at(attempt, moment)
    await _refuse_others(db, attempt_id, actor.id)
    values = [
        row
        | {
            "attempt_id": attempt_id,
            "person_id": actor.id,
            "at": moment - _age(sent_at, row["number"]),
            "mos": _score(row),
        }
        for row in rows
    ]
    if min(value["at"] for value in values) < answered - _EARLY:
        raise SampleOutsideCall
    await db.execute(insert(CallSample).on_conflict_do_nothing(), values)
    if attempt.ended_at is not None:
        # The pages that show the call were refreshed by its end, without these.
        meeting = await db.get_one(Consultation, attempt.consultation_id)
        await tell_both(db, meeting, "quality.measured")


def _answered_at(attempt: CallAttempt, moment: datetime) -> datetime:
    """Return when the call began; raises CallNotRunning."""
    if attempt.answered_at is None:
        raise CallNotRunning
    ended = attempt.ended_at
    if attempt.status is not AttemptStatus.ACCEPTED and (
        ended is None or moment - ended > LATEST
    ):
        raise CallNotRunning
    return attempt.answered_at


async def _refuse_others(db: AsyncSession, attempt_id: UUID, person_id: UUID) -> None:
    inside = await db.scalar(
        select(CallParticipant.participant).where(
            CallParticipant.attempt_id == attempt_id,
            CallParticipant.person_id == person_id,
        )
    )
    if inside is None:
        raise NotInCall


def _age(sent_at: int, number: int) -> timedelta:
    """Return how long ago a sample ended: the two were read from the same clock."""
    return timedelta(seconds=min(sent_at - number, _A_DAY))


def _score(row: dict[str, Any]) -> float | None:
    if row["received"] == 0:
        return WORST_MOS
    if row["concealed"] is None:
        return None
    return mos_of_speech(row["concealed"], row["rtt"], row["jitter"])
