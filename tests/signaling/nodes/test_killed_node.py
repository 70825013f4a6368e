"""A node is killed during fifty calls, and another one is stopped in good order."""

import asyncio
import signal
from collections import Counter

import orjson
from sqlalchemy import select

from server.consultations.models import CallEvent
from tests.signaling.conftest import PATIENCE, opaque

CALLS = 50
BACK_WITHIN_MS = 3000


async def reported(bus, nodes):
    """Every event in the stream that these nodes have sent, by its id."""
    stream = bus.jetstream()
    last = (await stream.stream_info("CALLS")).state.last_seq
    subscription = await stream.subscribe(
        "calls.>", stream="CALLS", ordered_consumer=True
    )
    events = {}
    while True:
        message = await subscription.next_msg(timeout=PATIENCE)
        event = orjson.loads(message.data)
        if event["node"] in nodes:
            events[event["id"]] = event
        if message.metadata.sequence.stream == last:
            break
    await subscription.unsubscribe()
    return events


async def applied(stage, nodes, count):
    """The same in the database, once there are as many."""
    async with asyncio.timeout(PATIENCE * 5):
        while True:
            async with stage.as_platform() as db:
                rows = await db.scalars(
                    select(CallEvent).where(CallEvent.node.in_(nodes))
                )
                found = list(rows)
            if len(found) >= count:
                return found
            await asyncio.sleep(0.1)


def in_time(away, entering):
    # On a machine that is busy with other things entering takes as much longer.
    assert max(away) < BACK_WITHIN_MS + 3 * max(entering)


async def test_fifty_calls_survive_a_killed_node_and_a_stopped_one(  # noqa: PLR0917
    stage, bus, place, programs, follower, crowd
):
    first, second = programs
    names = [one.name for one in programs]
    people = await crowd([opaque() for _ in range(CALLS)])
    await people.together()
    entering = [one["away"] for one in await people.ask("seen")]
    on_first = {room for room, node in place.node_of.items() if node == first.name}
    assert 10 < len(on_first) < 40, "rooms spread over the nodes"
    # Two beginnings of a node, and everybody.
    await applied(stage, names, 2 + 2 * CALLS)

    await first.end(signal.SIGKILL)
    await follower.end()
    await follower.begin()
    await people.together()
    seen = await people.ask("seen")
    for one in seen:
        assert one["drops"] == (1 if one["room"] in on_first else 0)
        assert one["closed"] is None
    assert set(place.node_of.values()) == {second.name}
    in_time([one["away"] for one in seen if one["drops"]], entering)

    await first.start()
    await second.end(signal.SIGTERM)
    await people.together()
    assert set(place.node_of.values()) == {first.name}
    seen = await people.ask("seen")
    in_time([one["away"] for one in seen], entering)
    await people.ask("leave")

    moved = 2 * len(on_first)
    wanted = Counter(
        {
            ("started", first.name, None): 2,
            ("started", second.name, None): 1,
            ("joined", first.name, None): moved + 2 * CALLS,
            ("joined", second.name, None): 2 * CALLS,
            ("left", second.name, "restart"): 2 * CALLS,
            ("left", first.name, "hung_up"): 2 * CALLS,
            ("ended", first.name, "hung_up"): CALLS,
        }
    )
    rows = await applied(stage, names, wanted.total())
    events = await reported(bus, names)
    assert {row.id for row in rows} == events.keys()
    assert Counter((row.kind, row.node, row.reason or None) for row in rows) == wanted
