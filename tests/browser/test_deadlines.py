"""The time that is left to answer an offer runs down before the specialist's eyes."""

from datetime import timedelta

from playwright.async_api import expect

from server.core import clock
from server.referrals.models import ReferralOffer
from tests.server.referrals.queued import get_referral, offered


async def due_in(stage, offer, minutes):
    async with stage.as_platform() as db:
        found = await db.get_one(ReferralOffer, offer)
        found.due_at = clock.now() + timedelta(minutes=minutes)


async def test_it_runs_down_and_is_said_aloud_only_when_it_gets_short(
    *, visitors, program, stage
):
    case, [offer] = await offered(visitors, stage, "minh")
    await due_in(stage, offer, 12)
    number = (await get_referral(stage, case)).number
    minh = await program.sign_in("minh")
    await minh.clock.install()
    for path in ("/offers", f"/referrals/{case}"):
        await minh.goto(f"{program.root}{path}")
        left = minh.locator(f'[data-about="{number}"]')
        aloud = minh.locator("#announcements")
        await expect(left).to_have_text("còn 12 phút")
        await minh.clock.run_for(61_000)
        await expect(left).to_have_text("còn 11 phút")
        await expect(aloud).to_be_empty()
        await minh.clock.run_for(60_000)
        await expect(aloud).to_have_text(f"Lời mời {number}: còn 10 phút để trả lời.")
        await minh.clock.run_for(240_000)
        await expect(left).to_have_text("còn 6 phút")
        await expect(aloud).to_contain_text("còn 10 phút")
        for minutes in (5, 1):
            await minh.clock.run_for(60_000 if minutes == 5 else 240_000)
            await expect(aloud).to_contain_text(f"còn {minutes} phút")
        await minh.clock.run_for(60_000)
        await expect(left).to_have_text("đã hết hạn")
        await minh.clock.set_system_time(clock.now())
    assert program.errors == []
