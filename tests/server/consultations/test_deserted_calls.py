"""A call in whose room nobody is ends by itself, and one with somebody in it never does."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import update

from server.consultations import tasks
from server.consultations.models import CallAttempt, CallParticipant
from server.consultations.states import AttemptStatus, EndReason
from server.core import clock
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
    return call


def name_of(username, call) -> str:
    return f"{username}-{call}"[:43]


async def happens(stage, call, kind, username, *, ago, reason=None) -> None:
    async with stage.as_platform() as db:
        await tasks.apply_event(
            db,
            {
                "id": uuid4().hex,
                "kind": kind,
                "room": "room",
                "participant": name_of(username, call),
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
