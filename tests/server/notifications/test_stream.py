"""The stream of events: nothing is missed and nothing comes twice."""

import asyncio
import random

import orjson
import pytest
from sqlalchemy import select

from server.accounts.models import Person
from server.core.bus import Bus
from server.core.ids import new_id
from server.notifications.service import tell


class Listener:
    """Reads a stream as a browser would: keeps the last id, comes back with it."""

    def __init__(self, visitor, after=""):
        self.visitor = visitor
        self.after = after
        self.last_id = ""
        self.events = []
        self.beat = asyncio.Event()

    async def listen(self, until):
        """Read until the condition holds, then hang up."""
        headers = {"Last-Event-ID": self.last_id} if self.last_id else {}
        url = self.visitor.root.join(self.visitor.root / "events")
        async with self.visitor.http.get(
            url, params={"after": self.after}, headers=headers
        ) as response:
            assert response.status == 200
            assert response.content_type == "text/event-stream"
            while not until(self):
                self._take((await response.content.readuntil(b"\n\n")).decode())

    def _take(self, block):
        fields = dict(line.split(":", 1) for line in block.strip().split("\n"))
        if "id" in fields:
            self.last_id = fields["id"].strip()
        if fields.get("event", "").strip() == "beat":
            self.beat.set()
        if fields.get("event", "").strip() == "tramxa":
            self.events.append(orjson.loads(fields["data"]))


@pytest.fixture
async def bus(engines):
    connected = await Bus.connect(engines.nats_url, "test")
    yield connected
    await connected.close()


async def minh_id(stage):
    async with stage.as_platform() as db:
        return await db.scalar(select(Person.id).where(Person.username == "minh"))


async def write(stage, bus, person, numbers):
    async with stage.as_platform() as db:
        for number in numbers:
            tell(db, [person], "referral.changed", new_id(), number=str(number))
            await db.flush()
            await asyncio.sleep(0)  # lets the other transactions in between
    await bus.wake(db.info["wakes"])


async def test_what_is_told_reaches_an_open_stream(visitors, stage, bus):
    minh = await visitors("minh")
    listener = Listener(minh)
    async with asyncio.timeout(10):
        reading = asyncio.create_task(listener.listen(lambda one: one.events))
        await listener.beat.wait()
        await write(stage, bus, await minh_id(stage), [1])
        await reading
    (event,) = listener.events
    assert event["kind"] == "referral.changed"
    assert event["number"] == "1"


async def test_a_stream_that_is_resumed_misses_nothing_and_repeats_nothing(
    visitors, stage, bus
):
    minh, person = await visitors("minh"), await minh_id(stage)
    listener = Listener(minh)
    chance = random.Random(20)  # noqa: S311
    parts = [range(start, start + 10) for start in range(0, 200, 10)]

    async def write_all():
        for start in range(0, len(parts), 5):
            await asyncio.gather(
                *(write(stage, bus, person, part) for part in parts[start : start + 5])
            )

    async with asyncio.timeout(60):
        await listener.listen(lambda one: one.beat.is_set())
        writing = asyncio.create_task(write_all())
        while len(listener.events) < 200:
            wanted = min(200, len(listener.events) + chance.randint(1, 40))
            await listener.listen(lambda one, n=wanted: len(one.events) >= n)
        await writing
    numbers = [int(event["number"]) for event in listener.events]
    assert sorted(numbers) == list(range(200))


async def test_a_long_absence_is_caught_up_without_waiting(visitors, stage, bus):
    minh, person = await visitors("minh"), await minh_id(stage)
    before = (await (await minh.api("GET", "/events")).json())["cursor"]
    await write(stage, bus, person, range(250))
    listener = Listener(minh, after=before)
    async with asyncio.timeout(5):
        await listener.listen(lambda one: len(one.events) == 250)


async def test_programs_ask_by_cursor(visitors, stage, bus):
    minh, person = await visitors("minh"), await minh_id(stage)
    cursor = (await (await minh.api("GET", "/events")).json())["cursor"]
    await write(stage, bus, person, range(130))
    numbers = []
    for wanted in (100, 30, 0):
        answer = await minh.api("GET", f"/events?after={cursor}")
        page = await answer.json()
        assert len(page["events"]) == wanted
        numbers += [int(event["data"]["number"]) for event in page["events"]]
        cursor = page["cursor"]
    assert sorted(numbers) == list(range(130))
    wrong = await minh.api("GET", "/events?after=yesterday")
    assert wrong.status == 422
    assert (await wrong.json())["errors"][0]["code"] == "cursor_unknown"


async def test_nobody_hears_what_is_told_to_another(visitors, stage, bus):
    minh, lan = await visitors("minh"), await visitors("lan")
    person = await minh_id(stage)
    cursor = (await (await lan.api("GET", "/events")).json())["cursor"]
    await write(stage, bus, person, [1])
    heard = await (await lan.api("GET", f"/events?after={cursor}")).json()
    assert heard["events"] == []
    own = await (await minh.api("GET", f"/events?after={cursor}")).json()
    assert len(own["events"]) == 1
    nobody = await visitors()
    assert (await nobody.api("GET", "/events")).status == 401
    assert (await nobody.get("/events")).status in {303, 401}
