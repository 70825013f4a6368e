"""What no program of good will sends is answered with a code, never with a failure."""

import asyncio
from uuid import uuid4

import pytest
from yarl import URL

from tests.server.patients.arrange import somebody

DEEP = b"[" * 5000 + b"]" * 5000
HUGE = 10**400


async def status_line(site, lines: list[bytes], body: bytes = b"") -> bytes:
    """Send bytes as they are, and return the first line of the answer."""
    reader, writer = await asyncio.open_connection(site.host, site.port)
    writer.write(b"\r\n".join([*lines, b"Connection: close", b"", body]))
    await writer.drain()
    first = await asyncio.wait_for(reader.readline(), 10)
    writer.close()
    await writer.wait_closed()
    return first


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b'{"full_name": "\xff\xfe"}',
        b'{"full_name": "a\\u0000b", "birth_date": "1957", "sex": "2"}',
        b'{"full_name": "\\ud800", "birth_date": "1957", "sex": "2"}',
        b'{"confirmed": ' + DEEP + b"}",
        b'{"full_name": ' + b"9" * 5000 + b"}",
        b'{"full_name": "A", "birth_date": "31/02/2020", "sex": "2"}',
        b'{"full_name": "A", "birth_date": "9999-12-31", "sex": "2"}',
        b'{"full_name": "A", "birth_date": "0000", "sex": "2"}',
    ],
)
async def test_a_body_that_means_nothing_is_refused_with_a_code(visitors, body):
    binh = await visitors("binh")
    answer = await binh.http.post(
        binh.root / "api/v1/patients",
        data=body,
        headers={
            "Content-Type": "application/json",
            "Idempotency-Key": uuid4().hex,
            "Origin": str(binh.root.origin()),
            "X-CSRF-Token": binh.csrf,
        },
    )
    assert answer.status == 422, await answer.text()
    assert answer.content_type == "application/problem+json"
    assert (await answer.json())["code"] == "invalid"


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/xml", "multipart/form-data", ""]
)
async def test_a_json_write_of_another_kind_is_refused(visitors, kind):
    binh = await visitors("binh")
    answer = await binh.http.post(
        binh.root / "api/v1/patients",
        data=b"{}",
        headers={
            "Content-Type": kind,
            "Idempotency-Key": uuid4().hex,
            "Origin": str(binh.root.origin()),
            "X-CSRF-Token": binh.csrf,
        },
    )
    assert answer.status == 415
    assert (await answer.json())["code"] == "media_type_refused"


@pytest.mark.parametrize("revision", [HUGE, -HUGE, 2**63, 2**31, -1, 0])
async def test_a_number_that_no_column_holds_is_refused(visitors, revision):
    binh = await visitors("binh")
    made = await binh.api("POST", "/patients", somebody())
    patient = await made.json()
    answer = await binh.api(
        "PUT",
        f"/patients/{patient['id']}",
        {
            **somebody(),
            "revision": revision,
            "identifiers": [{"kind": "passport", "value": "C7654321"}],
        },
    )
    assert answer.status in {409, 422}, binh.text


@pytest.mark.parametrize(
    "query",
    [
        "limit=5&limit=7&status=draft&status=closed",
        "limit=99999999999999999999",
        "before=9999-12-31T23:59:59-12:00",
        "before=0001-01-01T00:00:00%2B14:00",
        "before=1600000000",
        "unknown=1",
        "status=%00",
        "status=%ff%fe",
        "status=",
    ],
)
async def test_a_strange_query_is_answered_or_refused(visitors, query):
    binh = await visitors("binh")
    address = URL(f"{binh.root.origin()}/api/v1/referrals?{query}", encoded=True)
    answer = await binh.http.get(address)
    assert answer.status in {200, 422}
    if answer.status == 422:
        assert (await answer.json())["errors"]


@pytest.mark.parametrize("mark", ["\0", "\ud800", "x" * 5000, "ệ" * 40, "' OR 1=1"])
async def test_a_strange_mark_of_a_form_does_no_harm(visitors, mark):
    binh = await visitors("binh")
    fields = {**somebody(), "once": mark, "csrf_token": binh.csrf}
    body = "&".join(f"{name}={quoted(value)}" for name, value in fields.items())
    answer = await binh.post(
        "/patients",
        data=body.encode(),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert answer.status in {303, 400, 422}, binh.text[:2000]


def quoted(value: str) -> str:
    return "".join(f"%{byte:02x}" for byte in value.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize(
    "header",
    [
        b"User-Agent: \xff\xfe\xed\xa0\x80",
        b"Cookie: __Host-session=\xff\xfe; __Host-visit=\xed\xa0\x80",
        b"Cookie: __Host-locale=%00",
        b"Authorization: Bearer \xff",
        b"Authorization: Bearer a.b.c",
        b"Authorization: Basic YTpi",
        b"X-CSRF-Token: \xff",
        b"Origin: http://[",
        b"Accept: \xff",
    ],
)
async def test_a_header_of_any_bytes_is_answered(site, header):
    for path in (b"/sign-in", b"/api/v1/me", b"/patients"):
        first = await status_line(
            site, [b"GET " + path + b" HTTP/1.1", b"Host: localhost", header]
        )
        assert first.split()[1] in {b"200", b"303", b"400", b"401"}, (path, first)


@pytest.mark.parametrize(
    "header",
    [
        b"Content-Type: application/x-www-form-urlencoded; charset=nonsense",
        b"Content-Type: multipart/form-data",
        b"Content-Type: multipart/form-data; boundary=" + b"x" * 200,
        b"Content-Type: application/x-www-form-urlencoded\r\nContent-Encoding: gzip",
        b"Content-Type: application/x-www-form-urlencoded\r\nContent-Encoding: br",
        b"User-Agent: \xff\xfe",
    ],
)
async def test_a_form_that_cannot_be_read_is_refused(site, header):
    body = b"username=binh&password=%ff%00&csrf_token=%00"
    first = await status_line(
        site,
        [
            b"POST /sign-in HTTP/1.1",
            b"Host: localhost",
            b"Content-Length: " + str(len(body)).encode(),
            header,
        ],
        body,
    )
    assert first.split()[1][:1] == b"4", first
