"""The check of a line in a real Chromium, against the server's own peer and a real node."""

import time
from pathlib import Path

import pytest
from aiohttp import web
from playwright.async_api import async_playwright, expect
from sqlalchemy import delete, select

from server.lines.models import LineCheck, LineSchedule
from signaling.ice import servers_for
from tests.browser.conftest import Program
from tests.browser.test_accessibility import violations
from tests.browser.test_weight import MOST_BYTES, Wire
from tests.conftest import CHROMIUM
from tests.signaling.relay.coturn import Coturn

SCRIPTS = Path(__file__).parents[2] / "web_client/js"
# A check takes most of a minute.
PATIENCE = 90_000
STEPS = ("browser", "secure", "signaling", "clock", "microphone", "camera", "call")


def step(page, name: str):
    return page.locator(f'[data-step="{name}"]')


async def begin(program, username="binh"):
    page = await program.sign_in(username)
    await page.goto(f"{program.root}/line-check")
    await expect(page.get_by_text("Trang này cần JavaScript")).to_be_hidden()
    await page.get_by_role("button", name="Bắt đầu kiểm tra").click()
    return page


async def newest(stage) -> LineCheck:
    async with stage.as_platform() as db:
        return await db.scalar(select(LineCheck).order_by(LineCheck.at.desc()).limit(1))


async def test_a_whole_check_says_green_and_is_kept(program, stage):
    page = await begin(program)
    await expect(step(page, "speaker")).to_contain_text(
        "Bạn có nghe thấy", timeout=PATIENCE
    )
    for name in STEPS:
        await expect(step(page, name)).to_have_attribute("data-state", "good")
    for name in ("relay_udp", "relay_tcp", "relay_tls"):
        await expect(step(page, name)).to_contain_text("bỏ qua")
    await expect(step(page, "call")).to_contain_text("kbit/s")
    await page.get_by_role("button", name="Tôi nghe thấy").click()
    await expect(page.locator('[data-part="verdict"]')).to_contain_text("gọi hình tốt")
    kept = await newest(stage)
    assert (kept.light, kept.signaling, kept.reached) == ("green", True, True)
    assert (kept.microphone, kept.camera, kept.speaker) == ("works",) * 3
    assert min(kept.up, kept.down) > 180
    assert kept.rtt < 500
    assert max(kept.loss_up, kept.loss_down) < 0.05
    assert await violations(page) == []
    await page.reload()
    await expect(page.locator(f'[data-check="{kept.id}"]')).to_contain_text(
        "gọi hình tốt"
    )
    assert program.errors == []
    await page.context.close()


async def test_the_page_is_light(program):
    page = await program.sign_in("binh")
    wire = Wire(page)
    await wire.listen()
    for path in ("/line-check", "/referrals"):
        wire.begin()
        await page.goto(f"{program.root}{path}", wait_until="load")
        await page.evaluate("document.fonts.ready.then(() => true)")
        assert sum(wire.kept.values()) < MOST_BYTES, wire.kept
    await page.context.close()


@pytest.mark.parametrize(
    ("arguments", "microphone", "camera"),
    [
        (
            [
                "--use-fake-ui-for-media-stream=deny",
                "--use-fake-device-for-media-stream",
            ],
            "Trình duyệt đang chặn",
            "Trình duyệt đang chặn",
        ),
        (
            ["--use-fake-ui-for-media-stream"],
            "Hãy cắm micrô hoặc tai nghe",
            "vẫn gọi tiếng được",
        ),
    ],
    ids=["permission denied", "no device"],
)
async def test_what_a_device_lacks_is_named_with_its_fix(
    program, arguments, microphone, camera
):
    others = [one for one in CHROMIUM if "media-stream" not in one]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=[*others, *arguments]
        )
        page = await begin(Program(program.root, browser, []))
        await expect(step(page, "microphone")).to_have_attribute("data-state", "bad")
        await expect(step(page, "microphone")).to_contain_text(microphone)
        await expect(step(page, "camera")).to_contain_text(camera)
        await browser.close()


async def test_a_blocked_socket_is_named_and_the_line_is_red(program, stage):
    page = await program.sign_in("binh")
    await page.route_web_socket("**/signaling", lambda socket: socket.close())
    await page.goto(f"{program.root}/line-check")
    await page.get_by_role("button", name="Bắt đầu kiểm tra").click()
    await expect(step(page, "signaling")).to_contain_text("chặn kết nối WebSocket")
    await page.get_by_role("button", name="Không nghe thấy").click(timeout=PATIENCE)
    verdict = page.locator('[data-part="verdict"]')
    await expect(verdict).to_contain_text("Không vào được máy chủ kết nối cuộc gọi.")
    kept = await newest(stage)
    assert (kept.light, kept.signaling, kept.speaker) == ("red", False, "silent")
    await page.context.close()


async def test_a_device_in_use_and_a_wrong_clock_are_named(program):
    page = await program.sign_in("binh")
    await page.add_init_script(
        "navigator.mediaDevices.getUserMedia = () =>"
        " Promise.reject(new DOMException('busy', 'NotReadableError'));"
        " const now = Date.now; Date.now = () => now() + 600000"
    )
    await page.goto(f"{program.root}/line-check")
    await page.get_by_role("button", name="Bắt đầu kiểm tra").click()
    for name in ("microphone", "camera"):
        await expect(step(page, name)).to_contain_text("đang bị chương trình khác dùng")
    await expect(step(page, "clock")).to_contain_text("lệch hơn 2 phút")
    await page.context.close()


async def test_an_old_browser_is_told_so(program):
    page = await program.sign_in("binh")
    await page.add_init_script("delete RTCRtpTransceiver.prototype.setCodecPreferences")
    await page.goto(f"{program.root}/line-check")
    await page.get_by_role("button", name="Bắt đầu kiểm tra").click()
    await expect(step(page, "browser")).to_contain_text("Trình duyệt quá cũ")
    await expect(page.get_by_role("button", name="Kiểm tra lại")).to_be_enabled()
    await page.context.close()


async def test_a_page_left_open_checks_once_a_day_with_no_device(program, stage):
    place = (await stage.actor("binh")).facility_id
    async with stage.as_platform() as db:
        db.add(LineSchedule(facility_id=place, hour=0))
    page = await program.sign_in("binh")
    await page.add_init_script(
        "navigator.mediaDevices.getUserMedia = () => { throw new Error('asked') }"
    )
    await page.goto(f"{program.root}/referrals")
    daily = page.locator("[data-line-check-daily]")
    await expect(daily).to_have_attribute("data-state", "kept", timeout=PATIENCE)
    kept = await newest(stage)
    assert (kept.scheduled, kept.light, kept.microphone) == (True, "green", None)
    await page.goto(f"{program.root}/referrals")
    await expect(daily).to_have_count(0)
    assert program.errors == []
    async with stage.as_platform() as db:
        await db.execute(delete(LineSchedule))
    await page.context.close()


@pytest.fixture
async def modules(chromium):
    """A blank page beside our modules."""

    async def blank(_request):
        return web.Response(text="<!doctype html>", content_type="text/html")

    app = web.Application()
    app.add_routes([web.get("/", blank), web.static("/js", SCRIPTS)])
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    page = await chromium.new_page()
    await page.goto(f"http://127.0.0.1:{runner.addresses[0][1]}/")
    yield page
    await page.close()
    await runner.cleanup()


async def test_each_way_to_the_relay_is_tried_alone(modules, tmp_path):
    found = {}
    async with Coturn(tmp_path, "127.0.0.1") as coturn:
        for transport in ("udp", "tcp"):
            [lent] = servers_for(coturn.relay(transport), "somebody", time.time())
            found[transport] = await reached(modules, lent)
            found[f"{transport}, wrong key"] = await reached(
                modules, lent, credential="x"
            )
    nowhere = ["turns:127.0.0.1:9?transport=tcp"]
    found["tls"] = await reached(modules, lent, urls=nowhere)
    assert found == {
        "udp": True,
        "tcp": True,
        "udp, wrong key": False,
        "tcp, wrong key": False,
        "tls": False,
    }


async def reached(page, lent, **changed) -> bool:
    server = {
        "urls": list(lent.urls),
        "username": lent.username,
        "credential": lent.credential,
        **changed,
    }
    return await page.evaluate(
        "async (one) => (await import('/js/line-check/reach.js')).reachesOne([one])",
        server,
    )
