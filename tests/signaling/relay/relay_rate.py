"""Run by test_relay.py on a network of its own, where a peer has a public address."""

import socket
import time

from signaling.ice import servers_for
from tests.signaling.conftest import opaque
from tests.signaling.relay.apart import PUBLIC_ADDRESSES
from tests.signaling.relay.coturn import Coturn
from tests.signaling.relay.turn import ACCEPTED, PEER_PORT, Caller

MOST_BYTES_A_SECOND = 640_000
PACKET = bytes(1000)


def carried(caller, peer):
    """Send one packet after the other until one is dropped; return the bytes that came."""
    total = 0
    while True:
        caller.send(PACKET)
        try:
            total += len(peer.recv(2000))
        except TimeoutError:
            return total


async def test_what_exceeds_the_rate_of_an_address_is_dropped_until_the_next_second(
    tmp_path,
):
    here, there = PUBLIC_ADDRESSES
    async with Coturn(tmp_path, here) as coturn:
        [lent] = servers_for(coturn.relay("udp"), opaque(), time.time())
        with (
            Caller(here, coturn.port, lent) as caller,
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer,
        ):
            peer.bind((there, PEER_PORT))
            peer.settimeout(1.5)
            assert caller.allocate() == ACCEPTED
            assert caller.bind(there) == ACCEPTED
            for _ in range(2):
                # A burst may reach into the next second, and not into a third.
                total = carried(caller, peer)
                print(total)  # noqa: T201
                assert MOST_BYTES_A_SECOND * 0.9 < total < MOST_BYTES_A_SECOND * 2.1
