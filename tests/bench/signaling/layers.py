"""What each of our rules costs, taken one by one in this process."""

import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime
from statistics import median

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from signaling.deflate import deflate, inflate
from signaling.messages import PeerSignal, Signal, encode, parse
from signaling.replay import Inbox, Outbox
from signaling.room import Room
from signaling.tickets import Role, Ticket, issue, verify
from tests.bench.signaling.speech import NODE, PAYLOAD

TIMES = 2000


def measured() -> dict[str, float]:
    """Microseconds of each step; medians of five batches."""
    key = Ed25519PrivateKey.generate()
    binh, minh, page = (secrets.token_urlsafe(18) for _ in range(3))
    now = datetime.now(UTC)
    ticket = issue(
        key, Ticket(secrets.token_urlsafe(18), binh, Role.STATION, NODE), now
    )
    frame = orjson.dumps(
        {
            "type": "signal",
            "seq": 1,
            "id": secrets.token_urlsafe(18),
            "to": minh,
            "instance": page,
            "payload": PAYLOAD,
        }
    )
    signal = parse(frame)
    assert isinstance(signal, Signal)
    room, inbox, outbox = Room(), Inbox(), Outbox()
    for one in (binh, minh):
        room.enter(one, "station", page)
    stamped = PeerSignal(binh, page, signal.payload)
    body = encode(stamped)
    ids = iter([secrets.token_urlsafe(18) for _ in range(TIMES * 6)])
    numbers = iter(range(1, TIMES * 6))

    def keep() -> None:
        outbox.add(body, 0.0)
        if outbox.last % 16 == 0:
            outbox.acknowledge(outbox.last)

    packed = deflate(frame)
    steps: dict[str, Callable[[], object]] = {
        "ticket (once an entry)": lambda: verify(ticket, key.public_key(), now),
        "plain orjson.loads": lambda: orjson.loads(frame),
        "parse and check every field": lambda: parse(frame),
        "sequence and repeated ids": lambda: inbox.accept(next(numbers), next(ids)),
        "membership and true sender": lambda: room.relay(binh, signal),
        "encode": lambda: encode(stamped),
        "number, keep for replay, acknowledge": keep,
        "inflate (only what came deflated)": lambda: inflate(packed),
        "deflate (only for pages that can)": lambda: deflate(frame),
    }
    return {name: _time(step) for name, step in steps.items()}


def _time(step: Callable[[], object]) -> float:
    batches = []
    for _ in range(5):
        began = time.perf_counter()
        for _ in range(TIMES):
            step()
        batches.append((time.perf_counter() - began) / TIMES * 1e6)
    return median(batches)
