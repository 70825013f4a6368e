"""The coordinator's queue: who sees it, in what order, by which index."""

import random
import re
from datetime import timedelta

import pytest
from sqlalchemy import event

from server.core import clock
from server.referrals import queue_queries
from server.referrals.queue_queries import Filters, Place
from server.referrals.states import Priority, ReferralStatus
from tests.server.referrals.queued import (
    PATIENT_NAME,
    provincial_coordinator,
    submitted,
)


async def order_shown(visitor, path="/queue"):
    assert (await visitor.get(path)).status == 200, visitor.text[:2000]
    return re.findall(r'id="case-([0-9a-f-]{36})"', visitor.text)


async def test_the_queue_is_ordered_by_band_then_due_time_then_sending(visitors, stage):
    moment = clock.now()
    wanted = [
        {"priority": band, "waited": timedelta(minutes=waited), "due_at": due}
        for band in Priority
        for due in (moment - timedelta(minutes=5), moment + timedelta(minutes=30))
        for waited in (90, 20)
    ]
    made = {}
    shuffled = list(enumerate(wanted))
    random.Random(7).shuffle(shuffled)  # noqa: S311
    for place, values in shuffled:
        made[place] = str(await submitted(stage, **values))
    thu = await visitors("thu")

    assert await order_shown(thu) == [made[place] for place in range(len(wanted))]
    assert "Quá hạn" in thu.text
    assert "Nữ, 62 tuổi" in thu.text
    assert PATIENT_NAME not in thu.text
    emergencies = await order_shown(thu, f"/queue?priority={Priority.EMERGENCY:d}")
    assert emergencies == [made[place] for place in range(4)]
    assert await order_shown(thu, "/queue?status=offered") == []
    assert "Không có yêu cầu nào khớp bộ lọc" in thu.text


async def test_a_page_goes_on_where_the_last_one_ended(stage, monkeypatch):
    for minutes in (1, 1, 2, 3, 3):
        await submitted(stage, waited=timedelta(minutes=minutes))
    monkeypatch.setattr(queue_queries, "PAGE", 2)
    async with stage.acting("thu") as (db, actor):
        seen, place = [], None
        while True:
            lines, more = await queue_queries.queue(db, actor, Filters(), place)
            seen += [line.referral for line in lines]
            if more is None:
                break
            place = Place.parse(str(more))
            assert place == more
        waiting = (await queue_queries.counts(db, actor)).waiting
    keys = [(r.priority, r.due_at, r.submitted_at, r.id) for r in seen]
    assert keys == sorted(set(keys))
    assert len(seen) == waiting


async def test_the_queue_takes_two_questions_however_long_it_is(stage):
    async with stage.acting("thu") as (db, actor):
        asked = []
        connection = await db.connection()
        event.listen(
            connection.sync_connection,
            "before_cursor_execute",
            lambda *call: asked.append(call[2]),
        )
        lines, _ = await queue_queries.queue(db, actor, Filters())
        await queue_queries.counts(db, actor)
        assert len(lines) > 5
        assert [line.referral.station.name for line in lines]
    assert len(asked) == 2


async def test_a_provincial_coordinator_sees_every_hospital_of_the_province(
    visitors, stage
):
    await provincial_coordinator(stage)
    far = await submitted(
        stage,
        hospital="Bệnh viện Đa khoa khu vực Ngã Bảy (mẫu)",
        priority=Priority.EMERGENCY,
        waited=timedelta(hours=5),
    )
    sau, thu = await visitors("sau"), await visitors("thu")
    assert str(far) in await order_shown(sau)
    assert "Ngã Bảy" in sau.text
    assert str(far) not in await order_shown(thu)
    assert (await sau.get(f"/referrals/{far}/triage")).status == 200
    assert (await thu.get(f"/referrals/{far}/triage")).status == 404


async def test_the_queue_is_for_coordinators(visitors):
    for username in ("binh", "minh", "quan", "khoa"):
        visitor = await visitors(username)
        assert (await visitor.get("/queue")).status == 403
        assert (await visitor.api("GET", "/queue")).status == 403
    nobody = await visitors()
    assert (await nobody.get("/queue")).headers["Location"].startswith("/sign-in")
    assert (await nobody.api("GET", "/queue")).status == 401


@pytest.mark.parametrize(
    "query", ["status=closed", "status=x", "priority=9", "after=here", "other=1"]
)
async def test_a_wrong_filter_is_refused_with_a_sentence(visitors, query):
    thu = await visitors("thu")
    assert (await thu.get(f"/queue?{query}")).status == 422
    answer = await thu.api("GET", f"/queue?{query}")
    assert answer.status == 422
    assert (await answer.json())["errors"][0]["detail"]


async def test_programs_read_the_same_queue(visitors, stage):
    one = await submitted(
        stage,
        priority=Priority.EMERGENCY,
        waited=timedelta(days=2),
        status=ReferralStatus.NEEDS_INFO,
    )
    thu = await visitors("thu")
    answer = await (await thu.api("GET", "/queue?status=needs_info")).json()
    assert answer["lines"][0]["referral"]["id"] == str(one)
    assert answer["lines"][0]["overdue"] is True
    assert answer["needs_info"] >= 1
    assert PATIENT_NAME not in thu.text
