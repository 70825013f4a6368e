"""A page that asks for one of its parts again gets that part, and not the frame around it."""

import re
from pathlib import Path

import pytest

import server
from tests.server.consultations.arrange import accepted_case

TEMPLATES = sorted(Path(server.__file__).parent.glob("*/templates/*.j2"))
LIVE = re.compile(r'<\w+[^<>]*?data-module="live"[^>]*>')


def live_parts():
    for template in TEMPLATES:
        for opening in LIVE.findall(template.read_text(encoding="utf-8")):
            yield template, re.search(r'id="([\w-]+)"', opening)[1]


@pytest.mark.parametrize(("template", "name"), list(live_parts()))
def test_every_part_that_refreshes_itself_says_where_it_ends(template, name):
    assert f"<!--/{name}-->" in template.read_text(encoding="utf-8")


async def test_a_part_comes_alone_whole_and_with_the_mark_of_its_page(visitors, stage):
    case = await accepted_case(stage)
    binh = await visitors("binh")
    opened = await binh.api("POST", f"/referrals/{case.referral}/consultations", {})
    page = f"/consultations/{(await opened.json())['id']}"
    await binh.api("POST", f"{page}/calls", {"channel": "video"})
    await binh.get(page)
    whole = binh.text
    await binh.get(page, headers={"X-Part": "attempts"})
    assert binh.text.count("<section") == binh.text.count("</section>")
    assert "<header" not in binh.text
    assert "Chưa có cuộc gọi nào" not in binh.text
    assert "<table" in binh.text
    assert len(binh.text) < len(whole) / 5
    assert "data-opening=" in binh.text


@pytest.mark.parametrize("name", ["nothing", "main", '"><script>', "-->", ""])
async def test_what_is_no_part_gets_the_whole_page(visitors, name):
    binh = await visitors("binh")
    await binh.get("/referrals", headers={"X-Part": name})
    assert "<header" in binh.text
    assert "</html>" in binh.text
