"""Calls that only the relay carries."""

import re
from pathlib import Path

from tests.signaling.relay.apart import run_apart

APART = Path(__file__).parent / "apart"


async def test_a_call_through_the_relay_alone_over_udp_tcp_and_tls():
    output = await run_apart(APART / "relayed_call.py")
    assert "9 passed" in output


async def test_another_relay_takes_over_when_the_first_one_dies():
    output = await run_apart(APART / "second_relay.py")
    assert "4 passed" in output
    # Seen with `pytest -s`: how long each took.
    print(*re.findall(".*heard again after.*", output), sep="\n")  # noqa: T201
