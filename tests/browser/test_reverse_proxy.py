"""Behind nginx as deploy/ sets it up: TLS, calls over WebSocket, events that are not held back."""

import asyncio
import os
import re
import shutil
import ssl
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import ClientSession
from playwright.async_api import expect

from server import config
from tests.bench.line.certificate import make_tls
from tests.browser.conftest import Program, free_port, running_programs
from tests.server.consultations.arrange import accepted_case

NGINX = Path(__file__).parents[2] / "deploy/nginx"
HOST = "127.0.0.1"
SERVER = shutil.which("nginx", path=f"{os.defpath}:/usr/sbin:/usr/local/sbin")
# To install it would open port 80 of this machine, so that is left to its owner.
pytestmark = pytest.mark.skipif(
    SERVER is None, reason="there is no nginx: sudo apt-get install nginx-light"
)
AROUND = """
daemon off;
pid {folder}/nginx.pid;
error_log stderr;
events {{}}
http {{
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  include {folder}/upstreams.conf;
  include {folder}/tramxa.conf;
}}
"""


def write_configuration(folder: Path, ports: dict[str, int]) -> Path:
    """Copy what deploy/ has, with the ports and folders of this test."""
    certificate = folder / "certificate.pem"
    tramxa = (NGINX / "tramxa.conf").read_text()
    for was, now in (
        (r"listen \[::\]:.*;", ""),
        (r"listen 80;", f"listen {HOST}:{ports['plain']};"),
        (r"listen 443 ", f"listen {HOST}:{ports['tls']} "),
        (r"kham\.example\.vn", HOST),
        (r"/etc/tramxa/tls/\w+\.pem", str(certificate)),
        (r"/var/log/nginx", str(folder)),
    ):
        tramxa, count = re.subn(was, now, tramxa)
        assert count
    (folder / "tramxa.conf").write_text(tramxa)
    upstreams = (NGINX / "upstreams.conf").read_text()
    upstreams = upstreams.replace(":8080", f":{ports['pages']}")
    upstreams = upstreams.replace(":8081", f":{ports['signaling']}")
    (folder / "upstreams.conf").write_text(upstreams)
    whole = folder / "nginx.conf"
    whole.write_text(AROUND.format(folder=folder))
    return whole


@dataclass(frozen=True)
class Proxied(Program):
    """The programs behind nginx, and where it listens without TLS."""

    plain: str


@pytest.fixture(scope="module")
async def program(engines, stage, chromium, tmp_path_factory):
    folder = tmp_path_factory.mktemp("nginx")
    ports = {name: free_port() for name in ("plain", "tls", "pages", "signaling")}
    make_tls(folder, HOST)
    settings = config.load(
        {
            "TRAMXA_DATA_DIR": str(folder / "data"),
            "PORT": str(ports["pages"]),
            "SIGNALING_PORT": str(ports["signaling"]),
            "PUBLIC_URL": f"https://{HOST}:{ports['tls']}",
            "SIGNALING_PUBLIC_URL": f"wss://{HOST}:{ports['tls']}/signaling",
            "TRUSTED_PROXIES": HOST,
            "DATABASE_URL": stage.app_url,
            "DATABASE_OWNER_URL": stage.owner_url,
            "NATS_URL": engines.nats_url,
        }
    )
    written = write_configuration(folder, ports)
    async with running_programs(settings):
        server = await asyncio.create_subprocess_exec(
            SERVER, "-p", str(folder), "-c", str(written)
        )
        yield Proxied(
            settings.public_url, chromium, [], f"http://{HOST}:{ports['plain']}"
        )
        server.terminate()
        await server.wait()


async def answer(url: str):
    """Ask until nginx listens."""
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    async with ClientSession() as session, asyncio.timeout(20):
        while True:
            try:
                return await session.get(url, ssl=trusting, allow_redirects=False)
            except ConnectionError:
                await asyncio.sleep(0.05)


async def test_the_plain_address_leads_to_the_safe_one(program):
    response = await answer(f"{program.plain}/sign-in")
    assert response.status == 308
    assert response.headers["Location"].startswith("https://")


async def test_a_page_comes_with_the_headers_of_program_and_proxy(program):
    response = await answer(f"{program.root}/sign-in")
    assert response.status == 200
    assert "includeSubDomains" in response.headers["Strict-Transport-Security"]
    assert "nonce-" in response.headers["Content-Security-Policy"]
    assert "Server" not in response.headers or "/" not in response.headers["Server"]


async def test_two_people_ring_and_talk_through_it(program, stage):
    await answer(f"{program.root}/healthz")
    case = await accepted_case(stage)
    station = await program.sign_in("binh", ignore_https_errors=True)
    hospital = await program.sign_in("minh", ignore_https_errors=True)
    cookies = {one["name"]: one for one in await station.context.cookies()}
    assert cookies["__Host-session"]["secure"]
    await hospital.goto(f"{program.root}/patients")
    await station.goto(f"{program.root}/referrals/{case.referral}")
    await station.get_by_role("button", name="Vào phòng hội chẩn").click()
    await station.get_by_role("button", name="Gọi hình").click()
    # It rings on whichever page is open: the event came through the proxy.
    banner = hospital.locator(".incoming-call")
    await expect(banner).to_be_visible()
    await banner.get_by_role("link", name="Nghe máy").click()
    for page in (station, hospital):
        call = page.locator("[data-module=call]")
        await expect(call).to_have_attribute("data-state", "talking")
    assert not program.errors
