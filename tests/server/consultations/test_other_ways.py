"""One case, many channels: the telephone noted in one click, an answer in writing."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from server.consultations.models import CallAttempt, Consultation
from server.consultations.states import AttemptStatus, EndReason
from server.core import clock
from server.core.ids import new_id
from server.lines.models import LineCheck
from server.lines.verdict import Light
from server.referrals.states import Channel
from tests.server.consultations.arrange import accepted_case
from tests.server.consultations.test_calling import meeting_of, ring
from tests.server.consultations.test_missed_calls import missed_by, rung_out, stuck_for
from tests.server.records.arrange import described_case, sign

URGED = "Chưa gọi được nhau? Ba cách, theo thứ tự"


@pytest.fixture
async def meeting(visitors, stage):
    async with stage.as_platform() as db:
        await db.execute(update(CallAttempt).values(owed_since=None))
        await db.execute(update(Consultation).values(stuck_since=None))
    return await meeting_of(await visitors("binh"), await accepted_case(stage))


async def last_try(stage, meeting) -> CallAttempt:
    async with stage.as_platform() as db:
        return await db.scalar(
            select(CallAttempt)
            .where(CallAttempt.consultation_id == meeting)
            .order_by(CallAttempt.ended_at.desc())
        )


@pytest.mark.parametrize("noted", [("binh", ""), ("minh", "10")])
async def test_a_call_by_telephone_is_noted_in_one_click(
    visitors, stage, meeting, noted
):
    who, minutes = noted
    visitor = await visitors(who)
    await visitor.get(f"/consultations/{meeting}")
    assert f'action="/consultations/{meeting}/phone"' in visitor.text
    sent = await visitor.post(f"/consultations/{meeting}/phone", {"minutes": minutes})
    await visitor.follow(sent)
    assert "Đã nói chuyện qua điện thoại" in visitor.text
    found = await last_try(stage, meeting)
    assert (found.channel, found.status) == (Channel.PHONE, AttemptStatus.ENDED)
    assert found.end_reason is EndReason.BY_PHONE
    assert found.caller_id == (await stage.actor(who)).id
    assert found.seconds == (600 if minutes else None)
    assert clock.now() - found.ended_at < timedelta(minutes=1)


async def test_the_numbers_of_both_sides_are_on_the_page(visitors, meeting):
    binh, minh = await visitors("binh"), await visitors("minh")
    shown = []
    for visitor in (binh, minh):
        await visitor.get(f"/consultations/{meeting}")
        shown.append(set(re.findall(r'href="(tel:[+0-9]+)"', visitor.text)))
    assert len(shown[0]) >= 2
    assert shown[0] == shown[1]


async def test_whoever_telephones_while_it_rings_has_answered_elsewhere(
    visitors, stage, meeting
):
    binh, minh, thu = [await visitors(name) for name in ("binh", "minh", "thu")]
    for _ in range(2):
        await rung_out(binh, stage, meeting)
    call = await ring(binh, meeting)
    answer = await minh.api("POST", f"/consultations/{meeting}/phone", {"minutes": 3})
    assert answer.status == 201, minh.text
    async with stage.as_platform() as db:
        found = await db.get_one(CallAttempt, call)
        assert found.status is AttemptStatus.ANSWERED_ELSEWHERE
    assert (await missed_by(minh), await stuck_for(thu)) == ([], [])
    state = await (await binh.api("GET", f"/consultations/{meeting}")).json()
    assert state["status"] == "waiting"


async def test_a_wrong_length_is_refused(visitors, meeting):
    binh = await visitors("binh")
    for minutes in (0, -1, 241, "ten"):
        body = {"minutes": minutes}
        answer = await binh.api("POST", f"/consultations/{meeting}/phone", body)
        assert answer.status == 422
        await binh.get(f"/consultations/{meeting}")
        form = await binh.post(f"/consultations/{meeting}/phone", body)
        assert form.status == 422


async def test_the_other_ways_are_offered_after_two_tries_in_vain(
    visitors, stage, meeting
):
    binh, minh = await visitors("binh"), await visitors("minh")
    for tries in range(3):
        for visitor in (binh, minh):
            await visitor.get(f"/consultations/{meeting}")
            assert (URGED in visitor.text) is (tries == 2)
        if tries < 2:
            await rung_out(binh, stage, meeting)
    ways = binh.text.partition(URGED)[2]
    places = [ways.index(word) for word in ("Gọi lại", "Gọi điện thoại", "văn bản")]
    assert places == sorted(places)


async def test_the_other_ways_are_offered_when_the_line_is_red(
    visitors, stage, meeting
):
    binh = await visitors("binh")
    doctor = await stage.actor("binh")
    check = new_id()
    async with stage.as_platform() as db:
        db.add(
            LineCheck(
                id=check,
                facility_id=doctor.facility_id,
                province_code=doctor.province_code,
                at=clock.now(),
                scheduled=True,
                light=Light.RED,
                signaling=False,
                reached=False,
            )
        )
    await binh.get(f"/consultations/{meeting}")
    assert URGED in binh.text
    async with stage.as_platform() as db:
        await db.delete(await db.get_one(LineCheck, check))


async def test_a_station_asks_for_writing_and_the_specialist_sees_it(visitors, meeting):
    binh, minh = await visitors("binh"), await visitors("minh")
    await binh.get(f"/consultations/{meeting}")
    asked = await binh.post(f"/consultations/{meeting}/writing")
    await binh.follow(asked)
    assert "Trạm xin trả lời bằng văn bản" in binh.text
    await minh.get("/offers")
    assert "Trạm xin trả lời bằng văn bản" in minh.text
    assert "Viết kết luận" in minh.text
    again = await binh.api("POST", f"/consultations/{meeting}/writing", {})
    assert await missed_by(minh) == [(await again.json())["id"]]
    refused = await minh.api("POST", f"/consultations/{meeting}/writing", {})
    assert refused.status == 404


async def test_a_conclusion_without_a_call_is_in_writing_and_is_counted(
    visitors, stage
):
    quan, minh = await visitors("quan"), await visitors("minh")

    async def completed() -> int:
        found = await (await quan.api("GET", "/reports/counts?by=station")).json()
        return found["total"]["completed"]

    before = await completed()
    case = await described_case(stage)
    binh = await visitors("binh")
    meeting = await meeting_of(binh, case)
    await rung_out(binh, stage, meeting)
    await binh.api("POST", f"/consultations/{meeting}/writing", {})
    record = await sign(minh, case)
    assert await completed() == before + 1
    waiting = await (await minh.api("GET", "/calls")).json()
    assert meeting not in [one["consultation_id"] for one in waiting["missed"]]
    shown = await (await binh.api("GET", record)).json()
    assert shown["versions"][-1]["content"]["channel"] == "written"
