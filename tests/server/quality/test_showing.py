"""After the call both sides see how it went: a sentence, a chart, and a table of the same."""

import re

from tests.server.quality.arrange import (
    BAD,
    CUT,
    GOOD,
    PAUSED,
    call_of,
    ended,
    samples,
)

STATION = {100: BAD, 60: CUT, 55: CUT, 20: PAUSED, 15: PAUSED}
RELAYED = {age: GOOD | {"relayed": True} for age in range(0, 120, 5)}


async def measured_call(visitors, stage):
    call = await call_of(visitors, stage, ago=120)
    binh, minh = await visitors("binh"), await visitors("minh")
    ages = range(0, 120, 5)
    await binh.api("POST", call.path, samples(ages, STATION))
    await minh.api("POST", call.path, samples(ages, RELAYED))
    await ended(stage, call)
    return call


def bars_of(html: str) -> list[tuple[str, ...]]:
    """Return end, score, rate, level and cut of each bar."""
    bar = (
        r'data-end="(\w+)" data-mos="(.*?)" data-received="(.*?)" data-rung="(.*?)"'
        r' data-cut="(\d)"'
    )
    return re.findall(bar, html)


def rows_of(html: str) -> list[list[str]]:
    [table] = re.findall(r"<table[^>]*quality-table.*?</table>", html, re.DOTALL)
    body = table.partition("<tbody>")[2]
    return [
        [
            re.sub(r"<[^>]+>|\s+", " ", cell).strip()
            for cell in re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row, re.DOTALL)
        ]
        for row in re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    ]


async def test_case_and_meeting_say_in_words_how_the_call_went(visitors, stage):
    call = await measured_call(visitors, stage)
    for who in ("binh", "minh"):
        reader = await visitors(who)
        for page in (
            f"/referrals/{call.case.referral}",
            f"/consultations/{call.meeting}",
        ):
            await reader.get(page)
            words = " ".join(re.sub(r"<[^>]+>", "", reader.text).split())
            assert (
                "Ở trạm: tiếng rõ 88% thời gian; đứt 1 lần, lâu nhất 10 giây;"
                " đường truyền không đủ cho hình 20 giây."
            ) in words
            assert (
                "Ở bệnh viện: tiếng rõ 100% thời gian; đi qua máy chủ chuyển tiếp."
            ) in words


async def test_the_chart_and_the_table_say_the_same(visitors, stage):
    call = await measured_call(visitors, stage)
    binh = await visitors("binh")
    await binh.get(f"/referrals/{call.case.referral}")
    bars, rows = bars_of(binh.text), rows_of(binh.text)
    assert len(bars) == 2 * len(rows)
    for end, first in (("station", 1), ("hospital", 4)):
        drawn = [one for one in bars if one[0] == end]
        for (_, mos, received, rung, cut), row in zip(drawn, rows, strict=True):
            score = f"{mos} (đứt)" if cut == "1" else mos
            level = "chỉ tiếng" if rung == "voice" else rung
            assert row[first : first + 3] == [score, received, level]
    assert sum(one[4] == "1" for one in bars) >= 2
    assert 'role="img"' in binh.text
    assert rows[0][0] == "0:00"


async def test_an_end_without_samples_is_said_so(visitors, stage):
    call = await call_of(visitors, stage, ago=60)
    binh = await visitors("binh")
    await binh.api("POST", call.path, samples([0, 5]))
    await ended(stage, call)
    await binh.get(f"/referrals/{call.case.referral}")
    words = " ".join(re.sub(r"<[^>]+>", "", binh.text).split())
    assert "Ở bệnh viện: chưa có số đo." in words


async def test_a_call_that_runs_or_that_nobody_measured_has_no_chart(visitors, stage):
    call = await call_of(visitors, stage, ago=60)
    binh = await visitors("binh")
    await binh.api("POST", call.path, samples([0, 5]))
    await binh.get(f"/consultations/{call.meeting}")
    assert "quality-chart" not in binh.text
    silent = await call_of(visitors, stage, ago=60)
    await ended(stage, silent)
    await binh.get(f"/referrals/{silent.case.referral}")
    assert "quality-chart" not in binh.text
