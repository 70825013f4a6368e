"""A ring from the first word to its end: who is told, on which page, and what is kept."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from server.consultations import tasks
from server.consultations.models import (
    CallAttempt,
    CallAttemptChange,
    CallParticipant,
)
from server.consultations.states import ATTEMPT_TRANSITIONS, AttemptStatus, EndReason
from server.core import clock
from tests.server.consultations.arrange import accepted_case
from tests.server.consultations.test_calling import meeting_of, ring

# From each state to which others, in the order of the states.
TABLE = """
invited            ringing accepted declined busy cancelled missed answered_elsewhere lost failed
ringing            accepted declined busy cancelled missed answered_elsewhere lost failed
accepted           ended lost failed
declined
busy
cancelled
missed
answered_elsewhere
ended
lost
failed
"""
PAGES = ("/patients", "/appointments", "/account/password")


@pytest.fixture
async def call(visitors, stage):
    """Bình calls Dr Minh: the case, the meeting and the try."""
    case = await accepted_case(stage)
    binh = await visitors("binh")
    meeting = await meeting_of(binh, case)
    call = await ring(binh, meeting)
    yield case, meeting, call
    await binh.api("POST", f"/calls/{call}/hang-up", {})
    async with stage.as_platform() as db:
        await db.execute(update(CallParticipant).values(left_at=clock.now()))
        await db.execute(update(CallAttempt).values(owed_since=None))


async def attempt_of(stage, call) -> CallAttempt:
    async with stage.as_platform() as db:
        return await db.get_one(CallAttempt, call)


async def enters(stage, call, username) -> str:
    name = f"{username}-{call}"[:43]
    async with stage.as_platform() as db:
        person = (await stage.actor(username)).id
        db.add(CallParticipant(participant=name, attempt_id=call, person_id=person))
    await happens(stage, "joined", name)
    return name


async def happens(stage, kind, participant, reason=None) -> None:
    event = {
        "id": uuid4().hex,
        "kind": kind,
        "room": "room",
        "participant": participant,
        "node": "node-1",
        "at": clock.now().isoformat(),
        "reason": reason,
    }
    async with stage.as_platform() as db:
        await tasks.apply_event(db, event)


async def heard(visitor, cursor) -> list[dict]:
    answer = await visitor.api("GET", f"/events?after={cursor}")
    return (await answer.json())["events"]


async def here(visitor) -> str:
    return (await (await visitor.api("GET", "/events")).json())["cursor"]


def test_the_states_of_a_try_are_these_and_no_other_moves():
    lines = [line.split() for line in TABLE.strip().splitlines()]
    assert {line[0]: set(line[1:]) for line in lines} == {
        before.value: {after.value for after in afters}
        for before, afters in ATTEMPT_TRANSITIONS.items()
    }


async def test_every_page_of_who_is_called_knows_the_ring_until_it_is_over(
    visitors, call
):
    _, meeting, attempt = call
    minh, lan, binh = [await visitors(name) for name in ("minh", "lan", "binh")]
    shown = f'data-call="{meeting}" data-attempt="{attempt}"'
    for page in PAGES:
        await minh.get(page)
        assert shown in minh.text, page
        assert f'href="/consultations/{meeting}?answer"' in minh.text
        assert "Nguyễn Thanh Bình" in minh.text
        for other in (lan, binh):
            await other.get(page)
            assert "data-attempt" not in other.text.partition("</section>")[0]
    await minh.post(f"/consultations/{meeting}/decline")
    await minh.get(PAGES[0])
    assert shown not in minh.text


async def test_the_whole_station_knows_when_the_specialist_calls(visitors, stage):
    case = await accepted_case(stage)
    minh, binh = await visitors("minh"), await visitors("binh")
    call = await ring(minh, await meeting_of(minh, case))
    await binh.get("/patients")
    assert f'data-attempt="{call}"' in binh.text
    await minh.api("POST", f"/calls/{call}/hang-up", {})
    await binh.get("/patients")
    assert f'data-attempt="{call}"' not in binh.text


async def test_the_caller_hears_once_that_a_device_rings_and_each_step_is_kept(
    visitors, stage, call
):
    _, _, attempt = call
    binh, minh, lan = [await visitors(name) for name in ("binh", "minh", "lan")]
    cursor = await here(binh)
    assert (await lan.api("POST", f"/calls/{attempt}/ringing", {})).status == 404
    for _ in range(2):
        assert (await minh.api("POST", f"/calls/{attempt}/ringing", {})).status == 204
    await binh.api("POST", f"/calls/{attempt}/ringing", {})
    told = [one["kind"] for one in await heard(binh, cursor)]
    assert told == ["call.reached"]
    await minh.api("POST", f"/calls/{attempt}/accept", {})
    async with stage.as_platform() as db:
        rows = await db.scalars(
            select(CallAttemptChange)
            .where(CallAttemptChange.attempt_id == attempt)
            .order_by(CallAttemptChange.at)
        )
        person = (await stage.actor("minh")).id
        assert [(one.before, one.after, one.by) for one in rows] == [
            ("invited", "ringing", person),
            ("ringing", "accepted", person),
        ]


async def test_where_no_device_is_open_the_caller_learns_so(visitors, stage, call):
    _, _, attempt = call
    binh = await visitors("binh")
    async with stage.as_platform() as db:
        found = await db.get_one(CallAttempt, attempt)
        found.rang_at -= timedelta(seconds=61)
    cursor = await here(binh)
    async with stage.as_platform() as db:
        await tasks.end_unanswered(db)
    assert (await attempt_of(stage, attempt)).end_reason is EndReason.NOT_REACHED
    [told] = await heard(binh, cursor)
    assert told["data"]["reason"] == "not_reached"


async def test_whoever_talks_in_another_call_is_busy(visitors, stage, call):
    _, _, attempt = call
    binh, minh = await visitors("binh"), await visitors("minh")
    await minh.api("POST", f"/calls/{attempt}/accept", {})
    place = await enters(stage, attempt, "minh")
    other = await meeting_of(binh, await accepted_case(stage))
    cursor = await here(minh)
    answer = await binh.api("POST", f"/consultations/{other}/calls", {})
    tried = await answer.json()
    assert (tried["status"], tried["end_reason"]) == ("busy", "busy")
    assert "call.ringing" not in [one["kind"] for one in await heard(minh, cursor)]
    await happens(stage, "left", place, "hung_up")
    free = await binh.api("POST", f"/consultations/{other}/calls", {})
    assert (await free.json())["status"] == "invited"


@pytest.mark.parametrize("reason", ["examining", "in_five_minutes", "to_phone"])
async def test_a_word_goes_with_a_refusal_and_the_caller_hears_it(
    visitors, stage, call, reason
):
    _, meeting, attempt = call
    binh, minh = await visitors("binh"), await visitors("minh")
    cursor = await here(binh)
    await minh.get("/patients")
    await minh.post(f"/consultations/{meeting}/decline", {"reason": reason})
    [told] = await heard(binh, cursor)
    assert (told["kind"], told["data"]["reason"]) == ("call.ended", reason)
    assert (await attempt_of(stage, attempt)).status is AttemptStatus.DECLINED


async def test_a_refusal_takes_no_other_word(visitors, call):
    _, _, attempt = call
    minh = await visitors("minh")
    for reason in ("line_lost", "hung_up", "busy", "nothing"):
        body = {"reason": reason}
        answer = await minh.api("POST", f"/calls/{attempt}/decline", body)
        assert answer.status == 422, minh.text


@pytest.mark.parametrize(
    "outcome",
    [
        ("lost", AttemptStatus.LOST, EndReason.LINE_LOST),
        ("hung_up", AttemptStatus.CANCELLED, EndReason.CANCELLED),
    ],
)
async def test_a_ring_ends_with_the_line_of_its_caller(stage, call, outcome):
    _, _, attempt = call
    left, status, reason = outcome
    early = await enters(stage, attempt, "minh")
    await happens(stage, "left", early, "hung_up")
    assert (await attempt_of(stage, attempt)).status is AttemptStatus.INVITED
    await happens(stage, "left", await enters(stage, attempt, "binh"), left)
    found = await attempt_of(stage, attempt)
    assert (found.status, found.end_reason) == (status, reason)


@pytest.mark.parametrize(
    "reason", ["media_refused", "relay_failed", "browser_unsupported", "line_lost"]
)
async def test_what_a_browser_could_not_do_is_kept_with_the_try(
    visitors, stage, call, reason
):
    _, _, attempt = call
    minh = await visitors("minh")
    if reason != "media_refused":
        await minh.api("POST", f"/calls/{attempt}/accept", {})
    body = {"reason": reason}
    assert (await minh.api("POST", f"/calls/{attempt}/hang-up", body)).status == 204
    found = await attempt_of(stage, attempt)
    assert (found.status, found.end_reason) == (AttemptStatus.FAILED, reason)


async def test_who_takes_a_case_over_is_not_rung_in_the_room_of_the_former(
    visitors, stage
):
    case = await accepted_case(stage)
    binh, minh = await visitors("binh"), await visitors("minh")
    former = await meeting_of(binh, case)
    why = {"hand_over_reason": "Tôi phải vào phòng mổ"}
    gone = await minh.api("POST", f"/referrals/{case.referral}/hand-over", why)
    assert gone.status < 300, minh.text
    thu, lan = await visitors("thu"), await visitors("lan")
    body = {"specialist_ids": [str((await stage.actor("lan")).id)]}
    await thu.api("POST", f"/referrals/{case.referral}/offers", body)
    offers = await (await lan.api("GET", "/offers")).json()
    [offer] = [
        one for one in offers["offers"] if one["referral"]["id"] == str(case.referral)
    ]
    await lan.api("POST", f"/offers/{offer['id']}/accept", {})
    assert await meeting_of(binh, case) != former
    assert (await binh.api("GET", f"/consultations/{former}")).status == 200
