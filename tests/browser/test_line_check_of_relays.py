"""The check of a line where the node lends a relay, over UDP, TCP and TLS."""

import pytest
from playwright.async_api import expect

from server import config
from tests.browser.conftest import Program, free_port, running_programs
from tests.browser.test_line_check import begin, step
from tests.signaling.relay.authority import Authority, believing_chromium
from tests.signaling.relay.coturn import Coturn


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
async def root(engines, stage, authority, tmp_path_factory):
    """The programs with a relay whose certificate the authority has signed."""
    folder, port = tmp_path_factory.mktemp("relay"), free_port()
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
    async with Coturn(folder, "127.0.0.1", authority=authority) as coturn:
        relay = coturn.relay("udp", "tcp", "tls")
        secret = folder / "secret"
        secret.write_text(relay.secret, encoding="utf-8")
        secret.chmod(0o600)
        lent = {"TURN_URLS": ",".join(relay.urls), "TURN_SECRET_FILE": str(secret)}
        async with running_programs(settings, **lent):
            yield f"http://127.0.0.1:{port}"


async def test_every_way_to_the_relay_is_good(root, authority):
    async with believing_chromium(authority) as browser:
        page = await begin(Program(root, browser, []))
        for way in ("relay_udp", "relay_tcp", "relay_tls"):
            await expect(step(page, way)).to_have_attribute("data-state", "good")


async def test_a_certificate_that_the_browser_does_not_believe_is_named(root, chromium):
    page = await begin(Program(root, chromium, []))
    for way in ("relay_udp", "relay_tcp"):
        await expect(step(page, way)).to_have_attribute("data-state", "good")
    await expect(step(page, "relay_tls")).to_have_attribute("data-state", "bad")
    await expect(step(page, "relay_tls")).to_contain_text("TLS tới máy chủ")
    await page.context.close()
