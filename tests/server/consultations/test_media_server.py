"""The media server is asked into calls of three, with passes that nobody else is given."""

import asyncio
import contextlib

import nats
import orjson
import pytest
import structlog

from server.consultations import call_events, media_server
from server.consultations.ticket_keys import PUBLIC
from server.core import clock
from server.core.bus import Bus
from server.core.db import make_engine, make_sessions
from signaling.tickets import Role, load_public_key, verify
from tests.server.consultations.arrange import accepted_case
from tests.server.consultations.guests import Talk, add_crowd

pytestmark = pytest.mark.usefixtures("node")
PATIENCE = 10
# Longer than between two invitations.
QUIET = 3


@pytest.fixture(scope="module", autouse=True)
async def crowd(stage):
    await add_crowd(stage)


@pytest.fixture
async def invitations(engines, stage, settings):
    """Everything that the bridge would hear."""
    heard: asyncio.Queue[dict[str, str]] = asyncio.Queue()
    client = await nats.connect(engines.nats_url)

    async def hear(message):
        await heard.put(orjson.loads(message.data))

    await client.subscribe(media_server.SUBJECT, cb=hear)
    await client.flush()
    bus = await Bus.connect(engines.nats_url, "test")
    asking = asyncio.create_task(
        media_server.keep_asking(stage.sessions, bus, settings.secrets_dir)
    )
    yield heard
    asking.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await asking
    await bus.close()
    await client.close()


@pytest.fixture
async def talk(visitors, stage):
    """Bình and Minh talk, and Lan may come in."""
    talk = await Talk(visitors, stage, await accepted_case(stage)).begin()
    await talk.entered("binh", "minh")
    await talk.invite(talk.binh, "lan")
    lan = await visitors("lan")
    await lan.api("POST", f"/calls/{talk.call}/accept", {})
    yield talk
    await talk.finish()


async def nothing_comes(invitations) -> bool:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(QUIET):
            await invitations.get()
            return False
    return True


async def test_it_is_asked_in_while_three_are_inside(invitations, talk, settings, node):
    assert await nothing_comes(invitations)
    inside = await talk.entered("lan")
    async with asyncio.timeout(PATIENCE):
        first, second = await invitations.get(), await invitations.get()
    assert first["url"] == node["url"]
    key = load_public_key(settings.secrets_dir / PUBLIC)
    for seat in ("intake", "outlet"):
        passes = [verify(one[seat], key, clock.now()) for one in (first, second)]
        assert passes[0].ticket == passes[1].ticket, "the same seat each time"
        assert passes[0].jti != passes[1].jti
        assert passes[0].ticket.role is Role.MEDIA
        assert passes[0].ticket.room == first["room"]
        # Who sorts first is polite: pages offer to the one, and the other to pages.
        names = [inside["lan"], passes[0].ticket.participant]
        assert (min(names) == names[1]) is (seat == "intake")

    await talk.happens("left", inside["lan"], "hung_up")
    # One may have been on its way.
    await nothing_comes(invitations)
    assert await nothing_comes(invitations)


@pytest.mark.parametrize(
    ("loop", "event"),
    [
        (media_server.keep_asking, "media_server.not_asked"),
        (call_events.watch_nodes, "call_events.not_looked"),
    ],
)
async def test_a_database_that_is_away_ends_no_loop(engines, settings, loop, event):
    nowhere = make_engine("postgresql://nobody:x@127.0.0.1:1/none", 2)
    bus = await Bus.connect(engines.nats_url, "test")
    more = (settings.secrets_dir,) if loop is media_server.keep_asking else ()
    with structlog.testing.capture_logs() as logs:
        looping = asyncio.create_task(loop(make_sessions(nowhere), bus, *more))
        async with asyncio.timeout(PATIENCE):
            while not logs:  # noqa: ASYNC110 - nobody sets an event for tests
                await asyncio.sleep(0.01)
        assert not looping.done()
        looping.cancel()
        await asyncio.wait({looping})
    assert logs[0]["event"] == event
    await bus.close()
    await nowhere.dispose()
