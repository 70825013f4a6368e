"""Signaling nodes as the server knows them: an entry in the bucket and an answer when asked."""

import contextlib

import nats
import orjson
import pytest
from nats.js.api import KeyValueConfig

from server.consultations import tickets
from signaling.nodes import ALIVE_SUBJECT, ENTRY_SECONDS


@pytest.fixture
async def nodes(engines):
    """The real bucket of signaling nodes, empty."""
    client = await nats.connect(engines.nats_url)
    config = KeyValueConfig(bucket=tickets.BUCKET, ttl=ENTRY_SECONDS)
    jetstream = client.jetstream()
    bucket = await jetstream.create_key_value(config)
    await jetstream.purge_stream(f"KV_{tickets.BUCKET}")
    yield bucket
    await client.close()


@contextlib.asynccontextmanager
async def running(engines, nodes, name, *, busy=False):
    """Be a signaling node that is alive; a killed one has its entry for a while yet.

    A busy one listens, and has no time to answer.
    """
    entry = {"name": name, "url": f"ws://{name}.test/signaling"}
    await nodes.put(name, orjson.dumps(entry))
    client = await nats.connect(engines.nats_url)

    async def answer(question):
        if not busy:
            await question.respond(b"")

    await client.subscribe(ALIVE_SUBJECT + name, cb=answer)
    await client.flush()
    yield entry
    await client.close()


@pytest.fixture
async def node(engines, nodes):
    """A signaling node that is alive."""
    async with running(engines, nodes, "node-1") as entry:
        yield entry
    await nodes.purge("node-1")
