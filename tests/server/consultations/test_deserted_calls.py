"""A call in whose room nobody is ends by itself, and one with somebody in it never does."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import update

from server.consultations import call_events, tasks
from server.consultations.models import CallAttempt, CallParticipant
from server.consultations.states import AttemptStatus, EndReason
from server.core import clock
from server.web.context import BUS
from tests.server.consultations.arrange import accepted_case
from tests.server.consultations.test_calling import meeting_of, ring

LONG_AGO = timedelta(minutes=4)
A_MOMENT_AGO = timedelta(minutes=1)


@pytest.fixture
async def call(visitors, stage):
    """A call that was accepted long ago; both have passes, nobody is inside."""
    case = await accepted_case(stage)
    binh, minh = await visitors("binh"), await visitors("minh")
    call = await ring(binh, await meeting_of(binh, case))
    assert (await minh.api("POST", f"/calls/{call}/accept", {})).status == 200
    people = {name: (await stage.actor(name)).id for name in ("binh", "minh")}
    async with stage.as_platform() as db:
        await db.execute(
            update(CallAttempt)
            .where(CallAttempt.id == call)
            .values(answered_at=clock.now() - LONG_AGO)
        )
        db.add_all(
            CallParticipant(
                participant=name_of(name, call), attempt_id=call, person_id=person
            )
            for name, person in people.items()
        )
    yield call
    async with stage.as_platform() as db:  # whoever is left inside is busy for others
        await db.execute(update(CallParticipant).values(left_at=clock.now()))


def name_of(username, call) -> str:
    return f"{username}-{call}"[:43]


async def happens(
    stage, call, kind, username, *, ago, reason=None, node="node-1"
) -> None:
    async with stage.as_platform() as db:
        await tasks.apply_event(
            db,
            {
                "id": uuid4().hex,
                "kind": kind,
                "room": "room" if username else None,
                "participant": name_of(username, call) if username else None,
                "node": node,
                "at": (clock.now() - ago).isoformat(),
                "reason": reason,
            },
        )


async def after_the_round(stage, call) -> CallAttempt:
    async with stage.as_platform() as db:
        await tasks.end_deserted(db)
    async with stage.as_platform() as db:
        return await db.get_one(CallAttempt, call)


async def test_an_accepted_call_that_nobody_enters_has_failed(stage, call):
    attempt = await after_the_round(stage, call)
    assert attempt.status is AttemptStatus.FAILED
    assert attempt.end_reason is EndReason.LINE_LOST


async def test_a_call_that_nobody_resumes_after_a_restart_is_lost(stage, call):
    for kind, reason in (("joined", None), ("left", "restart")):
        for username in ("binh", "minh"):
            await happens(stage, call, kind, username, ago=LONG_AGO, reason=reason)
    attempt = await after_the_round(stage, call)
    assert attempt.status is AttemptStatus.LOST


async def test_a_restart_leaves_time_to_come_back(stage, call):
    for kind, reason in (("joined", None), ("left", "restart")):
        await happens(stage, call, kind, "binh", ago=A_MOMENT_AGO, reason=reason)
    assert (await after_the_round(stage, call)).status is AttemptStatus.ACCEPTED
    await happens(stage, call, "joined", "binh", ago=timedelta())
    assert (await after_the_round(stage, call)).status is AttemptStatus.ACCEPTED


async def test_whoever_waits_inside_keeps_the_call(stage, call):
    await happens(stage, call, "joined", "minh", ago=LONG_AGO)
    assert (await after_the_round(stage, call)).status is AttemptStatus.ACCEPTED


async def test_whoever_was_on_a_node_when_it_was_killed_is_not_inside_any_more(
    stage, call
):
    for username in ("binh", "minh"):
        await happens(stage, call, "joined", username, ago=LONG_AGO * 2)
    assert (await after_the_round(stage, call)).status is AttemptStatus.ACCEPTED
    await happens(stage, call, "started", None, ago=LONG_AGO)
    assert (await after_the_round(stage, call)).status is AttemptStatus.LOST


async def test_a_killed_node_loses_nobody_who_has_moved_or_come_back(stage, call):
    for username in ("binh", "minh"):
        await happens(stage, call, "joined", username, ago=LONG_AGO * 3)
    await happens(stage, call, "joined", "binh", ago=LONG_AGO, node="node-2")
    # The news of the start comes late, behind the return of somebody to that node.
    await happens(stage, call, "started", None, ago=LONG_AGO * 2)
    await happens(stage, call, "left", "binh", ago=LONG_AGO, reason="lost")
    assert (await after_the_round(stage, call)).status is AttemptStatus.ACCEPTED
    await happens(stage, call, "started", None, ago=LONG_AGO, node="node-2")
    await happens(stage, call, "joined", "minh", ago=LONG_AGO)
    await happens(stage, call, "started", None, ago=LONG_AGO * 1.5)
    assert (await after_the_round(stage, call)).status is AttemptStatus.ACCEPTED


async def test_events_that_overtake_each_other_end_in_the_truth(stage, call):
    await happens(
        stage, call, "left", "binh", ago=LONG_AGO, reason="restart", node="node-1"
    )
    await happens(stage, call, "joined", "binh", ago=LONG_AGO * 2)
    assert (await after_the_round(stage, call)).status is AttemptStatus.FAILED


async def test_a_node_that_never_comes_back_is_given_up_in_the_end(stage, call, site):
    for username in ("binh", "minh"):
        await happens(
            stage, call, "joined", username, ago=timedelta(hours=1), node="node-gone"
        )
    bus = site.app[BUS]
    missing = await call_events.find_gone(stage.sessions, bus, {})
    assert "node-gone" in missing
    missing = {"node-gone": clock.now() - timedelta(minutes=9)}
    await call_events.find_gone(stage.sessions, bus, missing)
    assert (await after_the_round(stage, call)).status is AttemptStatus.ACCEPTED
    missing = {"node-gone": clock.now() - timedelta(minutes=11)}
    await call_events.find_gone(stage.sessions, bus, missing)
    assert (await after_the_round(stage, call)).status is AttemptStatus.LOST
