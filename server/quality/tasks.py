"""What the worker does when a call is over: one line about it, also when nobody measured."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import exists, select

from server.consultations.models import CallAttempt, Consultation
from server.core import clock
from server.quality import queries
from server.quality.models import CallSummary
from server.quality.service import LATEST
from server.quality.story import EndStory, tell
from server.referrals.models import Referral
from server.referrals.states import Channel

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

_BATCH = 50
_LOOK_BACK = timedelta(days=7)
# With a little for a request that was on its way in the last moment.
_SETTLED = LATEST + timedelta(seconds=30)
# A sample is due every five seconds: whoever left none in twenty measured nothing.
_SILENT_AFTER = 20
_ENDS = 2


async def summarise(db: AsyncSession) -> bool:
    """Sum up calls whose last samples can have come; True when there may be more."""
    moment = clock.now()
    rows = (
        await db.execute(
            select(CallAttempt, Consultation.station_id, Referral.province_code)
            .join(Consultation, Consultation.id == CallAttempt.consultation_id)
            .join(Referral, Referral.id == Consultation.referral_id)
            .where(
                CallAttempt.ended_at.between(moment - _LOOK_BACK, moment - _SETTLED),
                CallAttempt.answered_at.is_not(None),
                CallAttempt.channel.in_([Channel.VIDEO, Channel.AUDIO]),
                ~exists().where(CallSummary.attempt_id == CallAttempt.id),
            )
            .order_by(CallAttempt.ended_at)
            .limit(_BATCH)
            .with_for_update(of=CallAttempt, skip_locked=True)
        )
    ).all()
    measured = await queries.moments_of(db, [attempt.id for attempt, _, _ in rows])
    db.add_all(
        _summary(
            attempt,
            [tell(moments) for moments in measured.get(attempt.id, {}).values()],
            station_id=station,
            province_code=province,
        )
        for attempt, station, province in rows
    )
    return len(rows) == _BATCH


def _summary(
    attempt: CallAttempt, ends: list[EndStory], **where: object
) -> CallSummary:
    seconds = attempt.seconds or 0
    heard = [one.mos for one in ends if one.mos is not None]
    made_up = [one.concealed for one in ends if one.concealed is not None]
    ways = {one.relayed for one in ends} - {None}
    paused = [one.without_picture for one in ends]
    video = attempt.channel is Channel.VIDEO
    return CallSummary(
        attempt_id=attempt.id,
        ended_at=attempt.ended_at,
        seconds=seconds,
        mos=min(heard, default=None),
        concealed=max(made_up, default=None),
        relayed=True in ways if ways else None,
        without_picture=round(max(paused, default=0)) if video else 0,
        silent=max(0, _ENDS - len(ends)) if seconds > _SILENT_AFTER else 0,
        **where,
    )
