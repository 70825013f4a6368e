"""When a call is over one line about it stays, also when an end left nothing."""

import re
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from server import retention
from server.quality import tasks
from server.quality.models import CallSample, CallSummary
from tests.server.quality.arrange import PAUSED, call_of, ended, samples


async def summary_of(stage, call) -> CallSummary | None:
    async with stage.as_platform() as db:
        while await tasks.summarise(db):
            pass
    async with stage.as_platform() as db:
        return await db.get(CallSummary, call.id)


async def finished(visitors, stage, *, seconds=300, senders=("binh", "minh"), **how):
    """A call that ended three minutes ago and lasted so long."""
    call = await call_of(visitors, stage, ago=seconds, **how)
    for name in senders:
        visitor = await visitors(name)
        ages = range(0, seconds, 5)
        sent = await visitor.api("POST", call.path, samples(ages, {20: PAUSED}))
        assert sent.status == 204
    await ended(stage, call)
    async with stage.as_platform() as db:
        shift = "UPDATE call_attempts SET ended_at = ended_at - interval '3 minutes',"
        shift += " connected_at = connected_at - interval '3 minutes' WHERE id = :id"
        await db.execute(text(shift), {"id": call.id})
    return call


async def silent_ends(visitors) -> float:
    stranger = await visitors()
    await stranger.get("/metrics")
    found = re.search(
        r"^tramxa_call_ends_without_samples_total (\S+)$", stranger.text, re.MULTILINE
    )
    return float(found[1])


async def test_a_call_that_both_ends_measured_is_summed_up_once(visitors, stage):
    call = await finished(visitors, stage)
    found = await summary_of(stage, call)
    assert found.silent == 0
    assert found.seconds == pytest.approx(300, abs=3)
    assert found.mos > 4.2
    assert found.without_picture == 5
    assert found.relayed is False
    again = await summary_of(stage, call)
    assert again.ended_at == found.ended_at


@pytest.mark.parametrize(
    ("senders", "seconds", "silent"),
    [(("binh",), 60, 1), ((), 60, 2), ((), 15, 0), (("minh",), 15, 0)],
)
async def test_a_call_over_twenty_seconds_with_a_silent_end_is_found(
    visitors, stage, senders, *, seconds, silent
):
    before = await silent_ends(visitors)
    call = await finished(visitors, stage, senders=senders, seconds=seconds)
    assert (await summary_of(stage, call)).silent == silent
    assert await silent_ends(visitors) == before + silent


async def test_a_call_whose_last_samples_may_still_come_waits(visitors, stage):
    call = await call_of(visitors, stage, ago=60)
    await ended(stage, call, ago=100)
    assert await summary_of(stage, call) is None


async def test_a_call_by_voice_alone_misses_no_picture(visitors, stage):
    call = await finished(visitors, stage, channel="audio")
    assert (await summary_of(stage, call)).without_picture == 0


async def test_nobody_writes_or_changes_the_line_about_a_call(visitors, stage):
    call = await finished(visitors, stage)
    await summary_of(stage, call)
    for name in ("binh", "minh", "quan"):
        for statement in (
            "UPDATE call_summaries SET silent = 0",
            "DELETE FROM call_summaries",
            "INSERT INTO call_summaries SELECT * FROM call_summaries",
        ):
            with pytest.raises(ProgrammingError, match=r"denied|row-level security"):
                async with stage.acting(name) as (db, _):
                    await db.execute(text(statement))


async def test_samples_are_forgotten_after_ninety_days_and_the_line_stays(
    visitors, stage
):
    old, young = [await finished(visitors, stage) for _ in range(2)]
    await summary_of(stage, old)
    db = await asyncpg.connect(stage.superuser_url)
    await db.execute(
        "UPDATE call_samples SET at = at - interval '91 days' WHERE attempt_id = $1",
        UUID(old.id),
    )
    await db.close()
    async with stage.as_platform() as db:
        while await retention.forget(db):
            pass
        left = set(await db.scalars(select(CallSample.attempt_id)))
    assert UUID(old.id) not in left
    assert UUID(young.id) in left
    assert await summary_of(stage, old) is not None
