"""A call that nobody took is a task: for the called side, then for the coordinator."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from server.consultations import followup, tasks
from server.consultations.models import CallAttempt, Consultation
from server.core import clock
from server.referrals.models import Referral
from server.referrals.states import ReferralStatus
from tests.server.consultations.arrange import accepted_case
from tests.server.consultations.test_calling import meeting_of, ring

HOMES = {"binh": "/referrals", "minh": "/offers", "thu": "/queue"}


@pytest.fixture(autouse=True)
async def nothing_waits(stage):
    """Take what the tests before left off all lists."""
    async with stage.as_platform() as db:
        await db.execute(update(CallAttempt).values(owed_since=None))
        await db.execute(update(Consultation).values(stuck_since=None))


async def rung_out(visitor, stage, meeting) -> str:
    call = await ring(visitor, meeting)
    async with stage.as_platform() as db:
        attempt = await db.get_one(CallAttempt, call)
        attempt.rang_at -= timedelta(seconds=61)
    async with stage.as_platform() as db:
        await tasks.end_unanswered(db)
    return call


async def missed_by(visitor) -> list[str]:
    found = await (await visitor.api("GET", "/calls")).json()
    return [one["id"] for one in found["missed"]]


async def stuck_for(visitor) -> list[str]:
    found = await (await visitor.api("GET", "/calls")).json()
    return [one["consultation_id"] for one in found["stuck"]]


async def test_it_waits_on_the_work_page_and_is_counted_on_every_page(visitors, stage):
    case = await accepted_case(stage)
    binh, minh = await visitors("binh"), await visitors("minh")
    call = await rung_out(binh, stage, await meeting_of(binh, case))
    await minh.get(HOMES["minh"])
    assert "Cuộc gọi nhỡ (1)" in minh.text
    assert "Nguyễn Thanh Bình" in minh.text
    assert f'action="/calls/{call}/call-back"' in minh.text
    async with stage.as_platform() as db:
        assert (await db.get_one(Referral, case.referral)).number in minh.text
    for page in ("/patients", "/calls"):
        await minh.get(page)
        assert '<span class="badge">1' in minh.text
    for other in ("binh", "lan", "hoa"):
        visitor = await visitors(other)
        await visitor.get("/calls")
        assert '<span class="badge">' not in visitor.text


async def test_one_click_calls_back_and_that_is_done(visitors, stage):
    binh, minh = await visitors("binh"), await visitors("minh")
    meeting = await meeting_of(binh, await accepted_case(stage))
    call = await rung_out(binh, stage, meeting)
    await minh.get(HOMES["minh"])
    gone = await minh.post(f"/calls/{call}/call-back")
    assert gone.headers["Location"] == f"/consultations/{meeting}"
    await binh.get("/patients")
    assert f'data-call="{meeting}"' in binh.text
    assert await missed_by(minh) == []
    await minh.get(f"/consultations/{meeting}")
    assert 'data-side="caller"' in minh.text


async def test_a_colleague_at_the_station_may_call_back_or_put_it_aside(
    visitors, stage
):
    binh, minh, hoa = [await visitors(name) for name in ("binh", "minh", "hoa")]
    meeting = await meeting_of(minh, await accepted_case(stage))
    call = await rung_out(minh, stage, meeting)
    assert await missed_by(binh) == [call]
    assert (await hoa.api("POST", f"/calls/{call}/dismiss", {})).status == 404
    await minh.api("POST", f"/calls/{call}/dismiss", {})
    assert await missed_by(binh) == [call], "not the caller's to put aside"
    await binh.get(HOMES["binh"])
    assert (await binh.post(f"/calls/{call}/dismiss")).status == 303
    assert await missed_by(binh) == []


async def test_of_several_rings_about_a_case_the_last_waits(visitors, stage):
    binh, minh = await visitors("binh"), await visitors("minh")
    meeting = await meeting_of(binh, await accepted_case(stage))
    await rung_out(binh, stage, meeting)
    given_up = await ring(binh, meeting)
    await binh.api("POST", f"/calls/{given_up}/hang-up", {})
    assert await missed_by(minh) == [given_up]
    answered = await ring(binh, meeting)
    await minh.api("POST", f"/calls/{answered}/accept", {})
    assert await missed_by(minh) == []
    await binh.api("POST", f"/calls/{answered}/hang-up", {})


async def test_a_promise_to_call_back_waits_too_and_a_plain_no_does_not(
    visitors, stage
):
    binh, minh = await visitors("binh"), await visitors("minh")
    meeting = await meeting_of(binh, await accepted_case(stage))
    for reason, owed in (("declined", False), ("in_five_minutes", True)):
        call = await ring(binh, meeting)
        body = {"reason": reason}
        await minh.api("POST", f"/calls/{call}/decline", body)
        assert await missed_by(minh) == ([call] if owed else [])


async def test_two_tries_in_vain_are_shown_to_the_coordinator(visitors, stage):
    binh, minh, thu = [await visitors(name) for name in ("binh", "minh", "thu")]
    meeting = await meeting_of(binh, await accepted_case(stage))
    await rung_out(binh, stage, meeting)
    assert await stuck_for(thu) == []
    cursor = (await (await thu.api("GET", "/events")).json())["cursor"]
    await rung_out(minh, stage, meeting)
    told = await (await thu.api("GET", f"/events?after={cursor}")).json()
    assert [one["kind"] for one in told["events"]] == ["call.stuck"]
    await thu.get(HOMES["thu"])
    assert "Hai bên chưa gọi được nhau (1)" in thu.text
    assert "Trần Quang Minh" in thu.text
    assert '<span class="badge">1' in thu.text
    refused = await binh.api("POST", f"/consultations/{meeting}/dismiss", {})
    assert refused.status == 404
    assert (await thu.post(f"/consultations/{meeting}/dismiss")).status == 303
    assert await stuck_for(thu) == []


async def test_a_talk_takes_it_off_the_coordinators_list(visitors, stage):
    binh, minh, thu = [await visitors(name) for name in ("binh", "minh", "thu")]
    meeting = await meeting_of(binh, await accepted_case(stage))
    for _ in range(2):
        await rung_out(binh, stage, meeting)
    assert await stuck_for(thu) == [meeting]
    call = await ring(minh, meeting)
    await binh.api("POST", f"/calls/{call}/accept", {})
    assert await stuck_for(thu) == []
    await binh.api("POST", f"/calls/{call}/hang-up", {})
    await rung_out(binh, stage, meeting)
    assert await stuck_for(thu) == [], "it counts from the talk on"


async def test_a_case_that_has_ended_leaves_nothing_to_do(visitors, stage):
    case = await accepted_case(stage)
    binh, minh, thu = [await visitors(name) for name in ("binh", "minh", "thu")]
    meeting = await meeting_of(binh, case)
    for _ in range(2):
        call = await rung_out(binh, stage, meeting)
    async with stage.as_platform() as db:
        referral = await db.get_one(Referral, case.referral)
        moved = referral.move_to(ReferralStatus.CANCELLED, by=None, at=clock.now())
        db.add(moved)
    assert (await missed_by(minh), await stuck_for(thu)) == ([], [])
    async with stage.as_platform() as db:
        await followup.settle_over(db)
    async with stage.as_platform() as db:
        assert (await db.get_one(CallAttempt, call)).owed_since is None
        assert (await db.get_one(Consultation, meeting)).stuck_since is None
