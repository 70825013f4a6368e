"""What a request may bring with it: origins, headers, bodies, repetitions."""

import asyncio
from dataclasses import replace
from uuid import uuid4

import pytest
from aiohttp.test_utils import TestServer
from multidict import CIMultiDict
from sqlalchemy import func, select

from server.app import make_app
from server.audit.models import AuditEvent
from server.demo import PASSWORD
from server.documents.models import Document
from server.web.models import AnsweredRequest
from tests.conftest import Visitor
from tests.server.documents.arrange import upload
from tests.server.documents.hostile import picture
from tests.server.referrals.arrange import draft


@pytest.mark.parametrize("header", ["Basic dGh1OngK", "Bearer x", ""])
async def test_an_authorization_header_does_not_stand_for_the_form_token(
    visitors, header
):
    binh = await visitors("binh")
    binh.csrf = "00"
    answer = await binh.post("/sign-out", headers={"Authorization": header})
    assert answer.status == 403
    given = {"X_CSRF_Token": "00", "Authorization": ""}
    assert (await binh.api("POST", "/tokens/revoke", {}, **given)).status == 403


@pytest.mark.parametrize("origin", ["null", "", "file://", "https://evil.example"])
async def test_an_origin_without_our_address_is_refused(visitors, origin):
    binh = await visitors("binh")
    for host in (binh.root.authority, ""):
        headers = {"Origin": origin, "Host": host}
        assert (await binh.post("/sign-out", headers=headers)).status in {400, 403}


async def test_another_scheme_is_another_origin(visitors):
    binh = await visitors("binh")
    other = {"Origin": f"https://{binh.root.authority}"}
    assert (await binh.post("/sign-out", headers=other)).status == 403


async def test_no_answer_about_people_stays_in_a_cache(visitors):
    binh = await visitors("binh")
    for path in ("/referrals", "/patients", "/api/v1/me", "/api/v1/patients", "/"):
        answer = await binh.get(path)
        assert answer.headers["Cache-Control"] == "no-store", path


async def test_tokens_are_not_kept_to_answer_a_repetition(visitors, stage):
    binh = await visitors("binh")
    body = {"username": "binh", "password": PASSWORD}
    answer = await binh.api("POST", "/tokens", body)
    assert answer.status == 200
    secret = (await answer.json())["refresh_token"]
    async with stage.as_platform() as db:
        kept = await db.scalars(select(AnsweredRequest.body))
        assert not any(secret.encode() in (one or b"") for one in kept)


async def test_two_photographs_of_one_name_are_two(visitors, stage):
    binh = await visitors("binh")
    referral = await draft(binh)
    once = uuid4().hex[:16]
    for size in ((40, 30), (30, 40), (30, 40)):
        body = upload(binh, ("image.jpg", picture(size=size)), once=once)
        answer = await binh.post(f"/referrals/{referral}/documents", data=body)
        assert answer.status == 303, binh.text
    async with stage.as_platform() as db:
        assert (
            await db.scalar(
                select(func.count()).where(Document.referral_id == referral)
            )
            == 2
        )


async def test_slow_lines_hold_no_connection_to_the_database(visitors, site, settings):
    binh = await visitors("binh")
    session = binh.http.cookie_jar.filter_cookies(binh.root)["__Host-session"].value
    head = (
        f"POST /account/password HTTP/1.1\r\nHost: {binh.root.authority}\r\n"
        f"Cookie: __Host-session={session}\r\nOrigin: {binh.root.origin()}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 900\r\n\r\n"
        "current="
    )
    slow = []
    for _ in range(3 * settings.pool_size):
        _, writer = await asyncio.open_connection(site.host, site.port)
        writer.write(head.encode())
        await writer.drain()
        slow.append(writer)
    async with asyncio.timeout(10):
        for _ in range(5):
            assert (await binh.get("/referrals")).status == 200
    for writer in slow:
        writer.close()


async def test_a_body_without_its_length_or_with_too_much_of_it_is_refused(visitors):
    binh = await visitors("binh")

    async def drops():
        yield b"current=x"

    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await binh.post("/account/password", data=drops(), headers=headers)
    assert answer.status == 411
    large = b"x" * (300 * 1024)
    answer = await binh.post("/account/password", data=large, headers=headers)
    assert answer.status == 413


@pytest.mark.parametrize(
    "body",
    [
        b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1",
        b"no boundary at all",
        b"--x\r\n\r\n\r\n--x--\r\n",
        (
            b"--x\r\nContent-Disposition: form-data; name=a\r\n"
            b"Content-Transfer-Encoding: nonsense\r\n\r\n1\r\n--x--\r\n"
        ),
    ],
)
async def test_a_broken_multipart_body_is_the_senders_mistake(visitors, body):
    binh = await visitors("binh")
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = await binh.post("/account/password", data=body, headers=headers)
    assert 400 <= answer.status < 500


@pytest.mark.parametrize(
    ("proxies", "address"),
    [(frozenset(), "127.0.0.1"), (frozenset({"127.0.0.1"}), "198.51.100.7")],
)
async def test_the_address_of_the_client_is_what_the_nearest_proxy_says(
    stage, settings, proxies, address
):
    app = make_app(replace(settings, trusted_proxies=proxies))
    async with TestServer(app, host="127.0.0.1") as site:
        somebody = Visitor(site)
        await somebody.get("/sign-in")
        wrong = {"username": "nobody", "password": "x"}
        said = [("X-Forwarded-For", "203.0.113.1"), ("X-Forwarded-For", "198.51.100.7")]
        answer = await somebody.http.post(
            somebody.root / "sign-in",
            data={"csrf_token": somebody.csrf, **wrong},
            headers=CIMultiDict([*said, ("Origin", str(somebody.root.origin()))]),
        )
        assert answer.status == 422
        await somebody.close()
    async with stage.as_platform() as db:
        found = await db.scalar(
            select(AuditEvent.address)
            .where(AuditEvent.action == "session:start")
            .order_by(AuditEvent.at.desc())
            .limit(1)
        )
    assert found == address
