"""The three programs together, and people with browsers of their own."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from aiohttp import web
from playwright.async_api import Browser, Page

from server import config, worker
from server.app import make_app
from server.demo import PASSWORD
from signaling import app as signaling_app
from signaling import config as signaling_config


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass(frozen=True)
class Program:
    """Where the pages are, and which errors the browsers reported."""

    root: str
    browser: Browser
    errors: list[str]

    async def sign_in(self, username: str, **options) -> Page:
        context = await self.browser.new_context(
            viewport={"width": 1280, "height": 900}, locale="vi-VN", **options
        )
        page = await context.new_page()
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: self.errors.append(f"{username}: {error}"))
        page.on("console", lambda message: self._heard(username, message))
        await page.goto(f"{self.root}/sign-in")
        await page.get_by_label("Tên đăng nhập").fill(username)
        await page.get_by_label("Mật khẩu", exact=True).fill(PASSWORD)
        await page.get_by_role("main").get_by_role("button", name="Đăng nhập").click()
        await page.wait_for_url(lambda url: "sign-in" not in url)
        return page

    def _heard(self, username, message) -> None:
        if message.type == "error":
            self.errors.append(f"{username}: {message.text}")


@asynccontextmanager
async def running_programs(
    settings: config.Settings, **of_node: str
) -> AsyncIterator[None]:
    """Run pages, signaling and worker as `tramxa run` would with these settings."""
    key = settings.secrets_dir / "ticket_public_key.pem"
    pages = make_app(settings)
    node = signaling_config.from_environment(
        {
            "SIGNALING_PORT": str(settings.signaling_port),
            "SIGNALING_PUBLIC_URL": settings.signaling_public_url,
            "SIGNALING_ORIGINS": settings.public_url,
            "TICKET_PUBLIC_KEY_FILE": str(key),
            "NATS_URL": settings.nats_url,
            **of_node,
        }
    )
    runners = {
        settings.port: web.AppRunner(pages, shutdown_timeout=2),
        node.port: web.AppRunner(signaling_app.make_app(node), shutdown_timeout=2),
    }
    for port, runner in runners.items():
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
    working = asyncio.create_task(worker.work(settings))
    yield
    working.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await working
    for runner in runners.values():
        await runner.cleanup()


@pytest.fixture(scope="module")
async def program(engines, stage, chromium, tmp_path_factory) -> AsyncIterator[Program]:
    port = free_port()
    settings = config.load(
        {
            "TRAMXA_DATA_DIR": str(tmp_path_factory.mktemp("data")),
            "PORT": str(port),
            "SIGNALING_PORT": str(free_port()),
            "DATABASE_URL": stage.app_url,
            "DATABASE_OWNER_URL": stage.owner_url,
            "NATS_URL": engines.nats_url,
        }
    )
    async with running_programs(settings):
        yield Program(f"http://127.0.0.1:{port}", chromium, [])
