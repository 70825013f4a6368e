"""A real call leaves samples of both ends, and a chart where the case is read."""

import asyncio
import re

from playwright.async_api import Page, expect
from sqlalchemy import select

from server.quality.models import CallSample
from tests.server.consultations.arrange import accepted_case


async def open_room(program, username: str, case) -> Page:
    page = await program.sign_in(username)
    await page.goto(f"{program.root}/referrals/{case.referral}")
    await page.get_by_role("button", name="Vào phòng hội chẩn").click()
    return page


async def until_measured(page: Page) -> None:
    await expect(page.locator("[data-part=quality]")).to_contain_text("ms")


async def samples_by_person(stage, people: set) -> dict:
    """Return the samples of each of these people, as soon as all have two."""
    async with asyncio.timeout(30):
        while True:
            found = {person: [] for person in people}
            async with stage.as_platform() as db:
                for one in await db.scalars(select(CallSample).order_by(CallSample.at)):
                    found[one.person_id].append(one)
            if min(len(several) for several in found.values()) > 1:
                return found
            await asyncio.sleep(0.2)


async def test_both_ends_of_a_call_are_measured_and_shown(program, stage):
    case = await accepted_case(stage)
    binh = await open_room(program, "binh", case)
    minh = await open_room(program, "minh", case)
    await binh.get_by_role("button", name="Gọi hình").click()
    await minh.get_by_role("button", name="Nghe máy").first.click()
    for page in (binh, minh):
        await until_measured(page)
    # A page that goes leaves behind what it has measured, and measures on when it is back.
    await minh.reload()
    await until_measured(minh)
    await binh.get_by_role("button", name="Gác máy").click()

    people = {(await stage.actor(name)).id for name in ("binh", "minh")}
    for samples in (await samples_by_person(stage, people)).values():
        assert all(one.received > 0 for one in samples)
        assert all(one.rung is not None for one in samples)
        assert max(one.mos or 0 for one in samples) > 4
        moments = [one.at for one in samples]
        assert len(set(moments)) == len(moments)
    for page in (binh, minh):
        await page.goto(f"{program.root}/referrals/{case.referral}")
        await expect(
            page.get_by_role("heading", name="Chất lượng cuộc gọi")
        ).to_be_visible()
        told = page.get_by_text(re.compile(r"tiếng rõ \d+% thời gian"))
        await expect(told).to_have_count(2)
        assert await page.locator(".quality-chart__mos").count() >= 2
    assert program.errors == []
