"""The server finds the signaling nodes however often it asks."""

from server.consultations import tickets
from server.core.bus import Bus

# More than NATS has room for what a question might leave behind.
MANY = 1_100


async def test_more_calls_than_nats_has_room_for_readers_find_their_node(engines, node):
    bus = await Bus.connect(engines.nats_url, "test")
    for _ in range(MANY):
        [found] = await tickets.registered_nodes(bus)
        assert found == tickets.Node(**node)
    await bus.close()


async def test_a_node_that_left_is_not_found(engines, nodes, node):
    bus = await Bus.connect(engines.nats_url, "test")
    await nodes.delete(node["name"])
    assert await tickets.registered_nodes(bus) == []
    await bus.close()
