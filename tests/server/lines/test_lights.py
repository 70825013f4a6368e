"""Beside a station's name stands what its line carries, in words and with its age."""

import re

import pytest

from tests.server.appointments.arrange import book, free_slots
from tests.server.lines.arrange import DEAF, GOOD, WEAK, keep
from tests.server.records.arrange import described_case
from tests.server.referrals import queued

RED = "Đường truyền: khó gọi"
GREEN = "Đường truyền: gọi hình tốt"
UNKNOWN = "Đường truyền: chưa biết"


async def test_before_the_first_check_nobody_knows(visitors, stage):
    case = await queued.submitted(stage)
    thu = await visitors("thu")
    for path in ("/queue", f"/referrals/{case}/triage"):
        await thu.get(path)
        assert UNKNOWN in thu.text


@pytest.mark.parametrize(("found", "words"), [(DEAF, RED), (GOOD, GREEN)])
async def test_the_coordinator_sees_it_in_the_queue_and_in_triage(
    visitors, stage, found, words
):
    case = await queued.submitted(stage)
    await keep(await visitors("binh"), found)
    thu = await visitors("thu")
    for path in ("/queue", f"/referrals/{case}/triage"):
        await thu.get(path)
        assert words in thu.text
        assert "vừa đo" in thu.text


async def test_the_specialist_sees_it_on_the_case_and_both_at_the_appointment(
    visitors, stage
):
    case = await described_case(stage)
    binh, minh = await visitors("binh"), await visitors("minh")
    await keep(binh, DEAF)
    await book(binh, case.referral, (await free_slots(binh, case.referral))[-1])
    for visitor in (minh, binh):
        for path in (f"/referrals/{case.referral}", "/appointments"):
            await visitor.get(path)
            assert RED in visitor.text, path


async def meeting_page(visitor, case) -> str:
    await visitor.get(f"/referrals/{case.referral}")
    await visitor.follow(await visitor.post(f"/referrals/{case.referral}/consultation"))
    return visitor.text


def buttons(text) -> list[str]:
    return re.findall(r'data-action="(call-\w+)"|href="(tel):', text)


async def test_over_a_red_line_voice_and_telephone_come_first(visitors, stage):
    binh, minh = await visitors("binh"), await visitors("minh")
    await keep(binh, DEAF)
    page = await meeting_page(minh, await described_case(stage))
    assert "Đường truyền của trạm đỏ (vừa đo): nên gọi tiếng hoặc điện thoại." in page
    assert page.index("call-audio") < page.index("call-video")
    found = [voice or telephone for voice, telephone in buttons(page)]
    assert found[0] == "call-audio"
    assert found.index("call-video") > found.index("call-audio")


async def test_over_a_better_line_the_picture_comes_first(visitors, stage):
    binh, minh = await visitors("binh"), await visitors("minh")
    case = await described_case(stage)
    await keep(binh, WEAK)
    page = await meeting_page(minh, case)
    assert "Đường truyền của trạm vàng" in page
    await keep(binh, GOOD)
    page = await meeting_page(minh, case)
    assert "light-advice" not in page
    assert page.index("call-video") < page.index("call-audio")


async def test_the_page_of_the_check_shows_the_history(visitors):
    binh = await visitors("binh")
    told = [await keep(binh, found) for found in (GOOD, WEAK, DEAF)]
    await binh.get("/line-check")
    rows = re.findall(r'data-check="([0-9a-f-]+)"', binh.text)
    assert rows[:3] == [one["id"] for one in reversed(told)]
    assert binh.text.count("data-light=") == len(rows)
    assert "Tốc độ dưới 48 kbit/s" in binh.text


async def test_without_a_script_the_page_says_what_is_needed(visitors):
    lan = await visitors("lan")
    await lan.get("/line-check")
    assert "Trang này cần JavaScript và trình duyệt mới" in lan.text
    assert "Chưa đo lần nào." in lan.text
