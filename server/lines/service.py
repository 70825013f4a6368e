"""Keeping what a check has found, and when a place wants the next one."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from server.access.actor import Actor
from server.audit import trail
from server.core import clock
from server.core.errors import Conflict
from server.core.messages import N_
from server.lines import queries
from server.lines.models import LineCheck, LineSchedule
from server.lines.verdict import Measured, judge

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

# A page that was left in the middle of its check leaves it to another.
_AGAIN_AFTER = timedelta(minutes=10)


class NotDue(Conflict):
    """Today's check was begun on another page, it is too early, or nobody asked for one."""

    code = "line_check_not_due"
    message = N_("Hôm nay đường truyền đã được tự kiểm tra, hoặc chưa tới giờ.")


async def keep(
    db: AsyncSession, actor: Actor, measured: Measured, *, scheduled: bool
) -> LineCheck:
    """Add a check of the actor's place with its light."""
    check = LineCheck(
        facility_id=actor.facility_id,
        province_code=actor.province_code,
        at=clock.now(),
        scheduled=scheduled,
        light=judge(measured).light,
        **asdict(measured),
    )
    db.add(check)
    await db.flush()
    trail.record(db, "line:check", object_id=check.id, light=check.light.value)
    return check


async def set_hour(db: AsyncSession, actor: Actor, hour: int | None) -> None:
    """Let the place's line be checked by itself at this hour, or no more."""
    trail.record(db, "line:schedule", object_id=actor.facility_id, hour=hour)
    if hour is None:
        await db.execute(
            delete(LineSchedule).where(LineSchedule.facility_id == actor.facility_id)
        )
        return
    await db.execute(
        insert(LineSchedule)
        .values(facility_id=actor.facility_id, hour=hour)
        .on_conflict_do_update(index_elements=["facility_id"], set_={"hour": hour})
    )


async def begin_scheduled(db: AsyncSession, actor: Actor) -> None:
    """Take today's check of the place; of several open pages one has it. Raises NotDue."""
    found = await db.scalar(
        select(LineSchedule)
        .where(LineSchedule.facility_id == actor.facility_id)
        .with_for_update()
    )
    moment = clock.now()
    if found is None or clock.local(moment).hour < found.hour:
        raise NotDue
    if found.begun_at is not None and moment - found.begun_at < _AGAIN_AFTER:
        raise NotDue
    if await queries.made_today(db, actor.facility_id):
        raise NotDue
    found.begun_at = moment
