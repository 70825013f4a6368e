"""Calls of people who lose the right to be in them end within seconds."""

import asyncio
from functools import partial

import nats
import orjson
import pytest
from sqlalchemy import select

from server.accounts.models import Person, SignInSession
from server.consultations import exclusion
from server.consultations.models import CallAttempt, CallParticipant
from server.consultations.states import AttemptStatus, EndReason
from server.core import clock
from server.core.bus import Bus
from server.referrals import case_rights
from server.working import work_off
from tests.server.consultations.arrange import accepted_case


@pytest.fixture
async def bus(engines):
    connected = await Bus.connect(engines.nats_url, "test")
    yield connected
    await connected.close()


@pytest.fixture
async def put_out(engines):
    """The participants whom signaling is told to put out, in a queue."""
    client = await nats.connect(engines.nats_url)
    heard = asyncio.Queue()

    async def hear(message):
        heard.put_nowait(orjson.loads(message.data)["participant"])

    await client.subscribe("signaling.revoke", cb=hear)
    await client.flush()
    yield heard
    await client.close()


async def running_call(visitors, stage):
    """A call that both sides have entered; gives the case, its try and its participants."""
    case = await accepted_case(stage)
    binh, minh = await visitors("binh"), await visitors("minh")
    path = f"/referrals/{case.referral}/consultations"
    meeting = (await (await binh.api("POST", path, {})).json())["id"]
    rung = await binh.api(
        "POST", f"/consultations/{meeting}/calls", {"channel": "video"}
    )
    attempt = (await rung.json())["id"]
    assert (await minh.api("POST", f"/calls/{attempt}/accept", {})).status == 200
    async with stage.as_platform() as db:
        for name in ("binh", "minh"):
            person = await db.scalar(select(Person).where(Person.username == name))
            db.add(
                CallParticipant(
                    participant=f"{attempt}-{name}"[-43:],
                    attempt_id=attempt,
                    person_id=person.id,
                    joined_at=clock.now(),
                )
            )
    return case, attempt, {f"{attempt}-{name}"[-43:] for name in ("binh", "minh")}


async def outcome_of(stage, attempt):
    async with stage.as_platform() as db:
        found = await db.get_one(CallAttempt, attempt)
        return found.status, found.end_reason


async def exclude_by_account(stage, _case):
    async with stage.as_platform() as db:
        person = await db.scalar(select(Person).where(Person.username == "minh"))
        person.disabled_at = clock.now()


async def exclude_by_case(stage, case):
    async with stage.acting("thu") as (db, _):
        minh = await db.scalar(select(Person.id).where(Person.username == "minh"))
        await case_rights.end(db, case.referral, [minh], at=clock.now())


@pytest.fixture(params=[exclude_by_account, exclude_by_case])
def exclude(request, stage):
    return partial(request.param, stage)


async def test_a_call_ends_with_the_right_to_be_in_it(
    *, visitors, stage, bus, put_out, exclude
):
    case, attempt, inside = await running_call(visitors, stage)
    await work_off(stage.sessions, bus, exclusion.end_calls_of_excluded)
    assert await outcome_of(stage, attempt) == (AttemptStatus.ACCEPTED, None)
    await exclude(case)
    try:
        await work_off(stage.sessions, bus, exclusion.end_calls_of_excluded)
        assert await outcome_of(stage, attempt) == (
            AttemptStatus.ENDED,
            EndReason.EXCLUDED,
        )
        async with asyncio.timeout(5):
            assert {await put_out.get(), await put_out.get()} == inside
    finally:
        async with stage.as_platform() as db:
            minh = await db.scalar(select(Person).where(Person.username == "minh"))
            minh.disabled_at = None


async def test_a_ring_that_may_not_be_answered_names_no_caller_who_gave_up(
    visitors, stage, bus
):
    case = await accepted_case(stage)
    binh = await visitors("binh")
    opened = await binh.api("POST", f"/referrals/{case.referral}/consultations", {})
    meeting = (await opened.json())["id"]
    rung = await binh.api("POST", f"/consultations/{meeting}/calls", {})
    attempt = (await rung.json())["id"]
    await exclude_by_case(stage, case)
    await work_off(stage.sessions, bus, exclusion.end_calls_of_excluded)
    assert await outcome_of(stage, attempt) == (
        AttemptStatus.FAILED,
        EndReason.EXCLUDED,
    )
    await binh.get(f"/referrals/{case.referral}")
    assert "Một bên không còn quyền tham gia ca này" in binh.text


async def test_a_browser_cannot_claim_an_exclusion(visitors, stage):
    _, attempt, _ = await running_call(visitors, stage)
    binh = await visitors("binh")
    path = f"/calls/{attempt}/hang-up"
    assert (await binh.api("POST", path, {"reason": "excluded"})).status == 422
    assert (await binh.api("POST", path, {"reason": "line_lost"})).status == 204


async def test_whoever_talks_is_not_signed_out_for_silence(visitors, stage, bus):
    await running_call(visitors, stage)

    async def used():
        async with stage.as_platform() as db:
            rows = await db.execute(
                select(SignInSession)
                .join(Person, Person.id == SignInSession.person_id)
                .where(Person.username == "minh", SignInSession.ended_at.is_(None))
                .order_by(SignInSession.started_at.desc())
                .limit(1)
            )
            return rows.scalar_one().last_seen_at

    before = await used()
    await work_off(stage.sessions, bus, exclusion.keep_talkers_signed_in)
    after = await used()
    assert after > before
    async with stage.as_platform() as db:
        for attempt in await db.scalars(select(CallAttempt)):
            attempt.status = AttemptStatus.ENDED
    await work_off(stage.sessions, bus, exclusion.keep_talkers_signed_in)
    assert await used() == after
