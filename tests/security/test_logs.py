"""What libraries write into the log: where something failed, never the words it failed on."""

import asyncio
import logging

import orjson
from aiohttp import web
from aiohttp.test_utils import TestServer

from server.core.logs import WithoutValues

CANARY = "Bachyen"


async def test_a_request_that_cannot_be_read_leaves_no_word_of_itself(site, caplog):
    reader, writer = await asyncio.open_connection(site.host, site.port)
    # The first request of a line may be a mistaken handshake, and is not logged at all.
    writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
    await reader.readuntil(b'"ok"}')
    writer.write(f"FOO /patients?q={CANARY} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    await writer.drain()
    assert b" 400 " in await reader.readline()
    writer.close()
    lines = [WithoutValues("server").format(record) for record in caplog.records]
    assert "BadHttp" in "".join(lines)
    assert CANARY not in "".join(lines)


async def test_a_failure_outside_of_everything_leaves_no_word_of_itself(caplog):
    async def fail(_request):
        raise LookupError(CANARY)

    app = web.Application()
    app.router.add_get("/", fail)
    async with TestServer(app, host="127.0.0.1") as server:
        reader, writer = await asyncio.open_connection(server.host, server.port)
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        await reader.read()
        writer.close()
    written = "".join(WithoutValues("server").format(one) for one in caplog.records)
    assert "LookupError" in written
    assert CANARY not in written


def test_arguments_and_further_lines_are_left_out():
    record = logging.LogRecord(
        "asyncio",
        logging.ERROR,
        "",
        1,
        f"never retrieved %s\n{CANARY}",
        (CANARY,),
        None,
    )
    line = orjson.loads(WithoutValues("worker").format(record))
    assert line["event"] == "never retrieved %s"
    assert line["program"] == "worker"
