"""Ringing, answering, refusing, hanging up: every try is a row that says how it went."""

import asyncio
from datetime import timedelta
from itertools import product
from uuid import uuid4

import pytest
from sqlalchemy import select

from server.consultations import tasks, tickets
from server.consultations.models import (
    CallAttempt,
    CallEvent,
    CallParticipant,
    Consultation,
)
from server.consultations.states import (
    ATTEMPT_TRANSITIONS,
    TRANSITIONS,
    AttemptStatus,
    ConsultationStatus,
)
from server.core import clock
from server.core.states import WrongState
from tests.nodes import running
from tests.server.consultations.arrange import accepted_case


async def meeting_of(visitor, case) -> str:
    opened = await visitor.api("POST", f"/referrals/{case.referral}/consultations", {})
    assert opened.status == 201, visitor.text
    return (await opened.json())["id"]


async def ring(visitor, meeting, channel="video") -> str:
    rang = await visitor.api(
        "POST", f"/consultations/{meeting}/calls", {"channel": channel}
    )
    assert rang.status == 201, visitor.text
    return (await rang.json())["id"]


async def test_a_call_is_rung_answered_and_ended(visitors, stage):
    case = await accepted_case(stage)
    binh, minh = await visitors("binh"), await visitors("minh")
    meeting = await meeting_of(binh, case)
    call = await ring(binh, meeting)

    assert (await minh.api("POST", f"/calls/{call}/accept", {})).status == 200
    during = await (await minh.api("GET", f"/consultations/{meeting}")).json()
    assert during["status"] == "in_call"
    assert (await binh.api("POST", f"/calls/{call}/hang-up", {})).status == 204

    after = await (await binh.api("GET", f"/consultations/{meeting}")).json()
    [attempt] = after["attempts"]
    assert attempt["status"] == "ended"
    assert attempt["end_reason"] == "hung_up"
    assert attempt["seconds"] is not None
    assert after["status"] == "waiting"
    referral = await (await binh.api("GET", f"/referrals/{case.referral}")).json()
    assert referral["status"] == "in_consultation"


async def test_either_side_may_call(visitors, stage):
    case = await accepted_case(stage)
    binh, minh = await visitors("binh"), await visitors("minh")
    call = await ring(minh, await meeting_of(minh, case))
    assert (await binh.api("POST", f"/calls/{call}/accept", {})).status == 200


async def test_a_refused_call_leaves_the_case_open_for_another_try(visitors, stage):
    case = await accepted_case(stage)
    binh, minh = await visitors("binh"), await visitors("minh")
    meeting = await meeting_of(binh, case)
    call = await ring(binh, meeting)
    assert (await minh.api("POST", f"/calls/{call}/decline", {})).status == 204
    state = await (await binh.api("GET", f"/consultations/{meeting}")).json()
    assert state["status"] == "call_failed"
    await ring(binh, meeting, "audio")


async def test_nobody_answers_for_a_minute_and_the_call_is_missed(visitors, stage):
    case = await accepted_case(stage)
    binh = await visitors("binh")
    meeting = await meeting_of(binh, case)
    call = await ring(binh, meeting)
    minh = await visitors("minh")
    assert (await minh.api("POST", f"/calls/{call}/ringing", {})).status == 204
    async with stage.as_platform() as db:
        attempt = await db.get_one(CallAttempt, call)
        attempt.rang_at = clock.now() - timedelta(seconds=61)
    async with stage.as_platform() as db:
        assert not await tasks.end_unanswered(db)
    state = await (await binh.api("GET", f"/consultations/{meeting}")).json()
    assert state["attempts"][0]["status"] == "missed"
    assert state["attempts"][0]["end_reason"] == "no_answer"


async def test_two_cannot_ring_at_once_and_only_one_can_answer(visitors, stage):
    case = await accepted_case(stage)
    binh, minh = await visitors("binh"), await visitors("minh")
    meeting = await meeting_of(binh, case)
    answers = await asyncio.gather(
        binh.api("POST", f"/consultations/{meeting}/calls", {}),
        minh.api("POST", f"/consultations/{meeting}/calls", {}),
    )
    assert sorted(answer.status for answer in answers) == [201, 409]


async def test_a_pass_is_for_those_inside_the_call_only(visitors, stage, node):
    case = await accepted_case(stage)
    binh, minh = await visitors("binh"), await visitors("minh")
    meeting = await meeting_of(binh, case)
    call = await ring(binh, meeting)

    mine = await (await binh.api("POST", f"/calls/{call}/pass", {})).json()
    assert mine["url"] == node["url"]
    again = await (await binh.api("POST", f"/calls/{call}/pass", {})).json()
    assert mine["participant"] == again["participant"]
    assert mine["ticket"] != again["ticket"]
    early = await minh.api("POST", f"/calls/{call}/pass", {})
    assert early.status == 200, "whom it rings for may be there before the answer"
    await minh.api("POST", f"/calls/{call}/accept", {})
    assert (await minh.api("POST", f"/calls/{call}/pass", {})).status == 200
    for stranger in ("hoa", "khoa", "lan"):
        other = await visitors(stranger)
        assert (await other.api("POST", f"/calls/{call}/pass", {})).status == 404
        assert (await other.api("GET", f"/consultations/{meeting}")).status == 404
        assert (await other.api("POST", f"/calls/{call}/accept", {})).status == 404


async def test_a_killed_node_is_left_at_once_and_the_room_stays_where_it_went(
    visitors, stage, engines, nodes
):
    case = await accepted_case(stage)
    binh, minh = await visitors("binh"), await visitors("minh")
    call = await ring(binh, await meeting_of(binh, case))

    async def address(who):
        answer = await who.api("POST", f"/calls/{call}/pass", {})
        return (await answer.json()).get("url", answer.status)

    names = ["node-1", "node-2"]
    async with (
        running(engines, nodes, "node-1") as first,
        running(engines, nodes, "node-2") as second,
    ):
        urls = {first["url"]: "node-1", second["url"]: "node-2"}
        home = urls[await address(binh)]
        names.remove(home)
        [other] = names
    assert await address(minh) == 503, "both have entries, neither answers"
    async with running(engines, nodes, other) as entry:
        assert await address(binh) == entry["url"]
        async with running(engines, nodes, home):
            assert await address(minh) == entry["url"]
            assert await address(binh) == entry["url"]


async def test_a_busy_node_is_better_than_none_and_worse_than_a_prompt_one(
    visitors, stage, engines, nodes
):
    case = await accepted_case(stage)
    binh = await visitors("binh")
    call = await ring(binh, await meeting_of(binh, case))

    async def address():
        answer = await binh.api("POST", f"/calls/{call}/pass", {})
        return (await answer.json()).get("url", answer.status)

    async with running(engines, nodes, "node-1", busy=True) as busy:
        assert await address() == busy["url"]
        async with running(engines, nodes, "node-2") as prompt:
            assert await address() == prompt["url"]


async def test_without_a_node_the_person_is_told_what_to_do(visitors, stage, nodes):
    assert nodes
    case = await accepted_case(stage)
    binh = await visitors("binh")
    call = await ring(binh, await meeting_of(binh, case))
    refused = await binh.api("POST", f"/calls/{call}/pass", {})
    assert refused.status == 503
    assert (await refused.json())["code"] == "signaling_unavailable"


async def test_what_signaling_reports_is_applied_once(visitors, stage):
    case = await accepted_case(stage)
    binh, minh = await visitors("binh"), await visitors("minh")
    meeting = await meeting_of(binh, case)
    call = await ring(binh, meeting)
    await minh.api("POST", f"/calls/{call}/accept", {})
    async with stage.as_platform() as db:
        for username in ("binh", "minh"):
            actor = await stage.actor(username)
            db.add(
                CallParticipant(
                    participant=f"{username}-{call}"[:43],
                    attempt_id=call,
                    person_id=actor.id,
                )
            )

    def event(kind, username, reason=None):
        return {
            "id": uuid4().hex,
            "kind": kind,
            "room": "room",
            "participant": f"{username}-{call}"[:43],
            "node": "node-1",
            "at": clock.now().isoformat(),
            "reason": reason,
        }

    story = [
        event("joined", "binh"),
        event("joined", "minh"),
        event("left", "minh", "lost"),
        event("left", "binh", "lost"),
    ]
    for one in [*story, *story]:
        async with stage.as_platform() as db:
            await tasks.apply_event(db, one)
    async with stage.as_platform() as db:
        attempt = await db.get_one(CallAttempt, call)
        assert attempt.connected_at is not None
        assert attempt.status is AttemptStatus.LOST
        kept = await db.scalars(select(CallEvent.id).where(CallEvent.room == "room"))
        assert len(kept.all()) == 4


def test_rooms_spread_over_nodes_and_stay_when_another_node_comes():
    nodes = [tickets.Node(f"node-{number}", "") for number in range(3)]
    rooms = [uuid4().hex for _ in range(300)]
    chosen = {room: tickets.choose(nodes, room).name for room in rooms}
    assert set(chosen.values()) == {"node-0", "node-1", "node-2"}
    moved = [
        room for room in rooms if tickets.choose(nodes[:2], room).name != chosen[room]
    ]
    assert all(chosen[room] == "node-2" for room in moved)


@pytest.mark.parametrize(
    ("before", "after"), list(product(ConsultationStatus, repeat=2))
)
def test_a_meeting_moves_only_along_the_table(before, after):
    meeting = Consultation(status=before)
    if after in TRANSITIONS[before]:
        change = meeting.move_to(after, by=None, at=clock.now())
        assert (change.before, change.after) == (before, after)
    else:
        with pytest.raises(WrongState):
            meeting.move_to(after, by=None, at=clock.now())


@pytest.mark.parametrize(("before", "after"), list(product(AttemptStatus, repeat=2)))
def test_a_try_to_call_moves_only_along_the_table(before, after):
    attempt = CallAttempt(status=before)
    if after in ATTEMPT_TRANSITIONS[before]:
        change = attempt.move_to(after, by=None, at=clock.now())
        assert attempt.status is after
        assert (change.before, change.after) == (before, after)
    else:
        with pytest.raises(WrongState):
            attempt.move_to(after, by=None, at=clock.now())


async def test_a_colleague_on_the_calling_side_does_not_answer_its_ring(
    visitors, stage
):
    case = await accepted_case(stage)
    binh = await visitors("binh")
    call = await ring(binh, await meeting_of(binh, case))
    own = await binh.api("POST", f"/calls/{call}/accept", {})
    assert own.status == 409
    assert (await own.json())["code"] == "call_over"
