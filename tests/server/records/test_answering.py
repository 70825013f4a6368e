"""The station decides, the result comes back, the specialist amends."""

from itertools import product

import pytest
from sqlalchemy import func, select

from server.core import clock
from server.core.ids import new_id
from server.core.states import WrongState
from server.demo import PASSWORD
from server.notifications.models import Event
from server.records.models import Record, RecordVersion
from server.records.states import TRANSITIONS, RecordStatus
from server.referrals.models import Referral
from tests.server.records.arrange import (
    amend,
    conclusion,
    described_case,
    respond,
    sign,
)

NOTHING_DUE = {"follow_up_on": "", "no_follow_up": "yes"}


@pytest.mark.parametrize(("before", "after"), list(product(RecordStatus, RecordStatus)))
def test_a_record_moves_only_along_the_table(before, after):
    record = Record(id=new_id(), status=before)
    if after in TRANSITIONS[before]:
        change = record.move_to(after, by=None, at=clock.now())
        assert (change.before, change.after) == (before, after)
        assert record.status is after
    else:
        with pytest.raises(WrongState):
            record.move_to(after, by=None, at=clock.now())
        assert record.status is before


async def states(stage, case) -> tuple[str, str]:
    async with stage.as_platform() as db:
        record = await db.scalar(
            select(Record).where(Record.referral_id == case.referral)
        )
        referral = await db.get_one(Referral, case.referral)
        return record.status.value, referral.status.value


async def test_the_station_accepts_and_later_reports_the_result(visitors, stage):
    case = await described_case(stage)
    minh, binh = await visitors("minh"), await visitors("binh")
    record = await sign(minh, case)

    await binh.get(record)
    assert "bác sĩ tại trạm quyết định và chịu trách nhiệm" in binh.text
    await respond(binh, record)
    assert await states(stage, case) == ("feedback_due", "concluded")

    await binh.get(record)
    assert "Báo kết quả cho bác sĩ chuyên khoa" in binh.text
    answer = await binh.post(
        f"{record}/feedback",
        {"result": "transferred", "text": "Đã chuyển,\nổn định"},
    )
    await binh.follow(answer)
    assert await states(stage, case) == ("closed", "closed")

    await minh.get(record)
    assert "Đã chuyển người bệnh đi cơ sở khác" in minh.text
    assert "Đã chuyển,\nổn định" in minh.text
    minh_id = (await stage.actor("minh")).id
    async with stage.as_platform() as db:
        told = select(func.count()).where(
            Event.person_id == minh_id, Event.data["status"].astext == "closed"
        )
        assert await db.scalar(told) >= 1


async def test_when_nothing_is_due_the_answer_closes_the_case(visitors, stage):
    case = await described_case(stage)
    record = await sign(await visitors("minh"), case, **NOTHING_DUE)
    await respond(await visitors("binh"), record)
    assert await states(stage, case) == ("closed", "closed")


async def test_another_decision_says_which(visitors, stage):
    case = await described_case(stage)
    minh, binh = await visitors("minh"), await visitors("binh")
    record = await sign(minh, case)
    await binh.get(record)
    answer = await binh.post(f"{record}/response", {"decision": "other", "version": 1})
    assert answer.status == 422
    assert 'href="#field-text"' in binh.text
    await respond(binh, record, decision="other", text="Chuyển thẳng tuyến trung ương")
    await minh.get(record)
    assert "Chuyển thẳng tuyến trung ương" in minh.text


async def test_a_version_is_answered_once(visitors, stage):
    case = await described_case(stage)
    record = await sign(await visitors("minh"), case)
    binh = await visitors("binh")
    await respond(binh, record)
    for answer in (
        await binh.post(f"{record}/response", {"decision": "accepted", "version": 1}),
        await binh.api(
            "POST",
            f"{record}/response",
            {"decision": "other", "text": "khác", "version": 1},
        ),
    ):
        assert answer.status == 409


async def test_strangers_find_no_record(visitors, stage):
    case = await described_case(stage)
    record = await sign(await visitors("minh"), case)
    for username in ("hoa", "khoa", "lan", "thu", "quan", "admin"):
        somebody = await visitors(username)
        for path in (
            record,
            f"/api/v1{record}",
            f"{record}/minutes.pdf",
            f"{record}/amend",
        ):
            assert (await somebody.get(path)).status == 404, (username, path)
        answer = await somebody.post(
            f"{record}/response", {"decision": "accepted", "version": 1}
        )
        assert answer.status == 404, username
    stranger = await visitors()
    assert (await stranger.api("GET", record)).status == 401
    assert (await stranger.get(record)).status == 303


async def test_each_side_does_its_own_part_only(visitors, stage):
    case = await described_case(stage)
    minh, binh = await visitors("minh"), await visitors("binh")
    record = await sign(minh, case)
    body = {"decision": "accepted", "version": 1}
    assert (await minh.api("POST", f"{record}/response", body)).status == 404
    assert (await binh.get(f"{record}/amend")).status == 404
    await respond(binh, record)
    told = {"result": "lost"}
    assert (await minh.api("POST", f"{record}/feedback", told)).status == 404


async def test_an_amendment_keeps_the_old_text_and_asks_the_station_again(
    visitors, stage
):
    case = await described_case(stage)
    minh, binh = await visitors("minh"), await visitors("binh")
    record = await sign(minh, case, **NOTHING_DUE)
    await respond(binh, record)

    await minh.get(f"{record}/amend")
    assert "Aspirin 162 mg nhai" in minh.text
    await amend(minh, record, answer_1="Thêm clopidogrel 300 mg.", **NOTHING_DUE)
    assert await states(stage, case) == ("amended", "closed")

    await binh.get(record)
    assert "Có thêm kết quả xét nghiệm men tim" in binh.text
    assert '<del class="patient-text">Aspirin 162 mg nhai' in binh.text
    assert '<ins class="patient-text">Thêm clopidogrel 300 mg.</ins>' in binh.text
    late = await binh.post(f"{record}/response", {"decision": "accepted", "version": 1})
    assert late.status == 409
    await respond(binh, record, version=2)
    assert await states(stage, case) == ("closed", "closed")

    whole = await (await binh.api("GET", record)).json()
    assert [one["number"] for one in whole["versions"]] == [2, 1]
    assert [one["response"]["decision"] for one in whole["versions"]] == [
        "accepted"
    ] * 2
    assert whole["versions"][1]["content"]["answers"][1]["answer"].startswith("Aspirin")
    async with stage.as_platform() as db:
        count = select(func.count()).where(RecordVersion.amendment_reason != "")
        assert await db.scalar(count) >= 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"reason": "ngắn"}, "reason"),
        ({"password": "sai"}, "password"),
        ({"answer_0": ""}, "answer_0"),
    ],
)
async def test_an_amendment_needs_a_reason_a_password_and_a_whole_text(
    visitors, stage, wrong, field
):
    case = await described_case(stage)
    minh = await visitors("minh")
    record = await sign(minh, case)
    typed = {
        **conclusion(advice="Lời khuyên mới"),
        "reason": "Có thêm kết quả xét nghiệm",
        "password": PASSWORD,
        "version": 1,
        **wrong,
    }
    answer = await minh.post(f"{record}/amend", typed)
    assert answer.status == 422
    assert f'href="#field-{field}"' in minh.text
    assert "Lời khuyên mới" in minh.text
    assert await states(stage, case) == ("signed", "concluded")


async def test_the_api_carries_the_whole_life(visitors, stage):
    case = await described_case(stage)
    minh, binh = await visitors("minh"), await visitors("binh")
    draft = {
        "diagnosis_text": "Đau thắt ngực",
        "answers": ["Có, chuyển ngay", "Aspirin 162 mg"],
        "plan": "emergency_transfer",
        "no_follow_up": False,
        "follow_up_on": conclusion()["follow_up_on"],
        "version": 0,
    }
    path = f"/referrals/{case.referral}/record"
    saved = await (await minh.api("PUT", path, draft)).json()
    seal = {"password": PASSWORD, "version": saved["version"]}
    signed = await (await minh.api("POST", f"{path}/sign", seal)).json()
    assert signed["status"] == "signed"
    record = f"/records/{signed['id']}"
    await binh.api("POST", f"{record}/response", {"decision": "accepted", "version": 1})
    body = {
        **draft,
        "version": 1,
        "reason": "Đổi giờ báo kết quả",
        "password": PASSWORD,
    }
    amended = await minh.api("POST", f"{record}/amend", body)
    assert (await amended.json())["version"] == 2
    await binh.api("POST", f"{record}/response", {"decision": "accepted", "version": 2})
    closed = await binh.api("POST", f"{record}/feedback", {"result": "done_as_advised"})
    assert (await closed.json())["status"] == "closed"
    whole = await (await minh.api("GET", record)).json()
    assert whole["result"] == "done_as_advised"
