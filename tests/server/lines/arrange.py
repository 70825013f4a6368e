"""What checks of a line find, as a browser would send it."""

GOOD = {
    "signaling": True,
    "reached": True,
    "up": 900,
    "down": 1200,
    "rtt": 60,
    "jitter": 8,
    "loss_up": 0.0,
    "loss_down": 0.01,
    "relay_udp": True,
    "microphone": "works",
    "camera": "works",
    "speaker": "works",
}
WEAK = {**GOOD, "up": 120, "relay_udp": False}
DEAF = {**GOOD, "up": 30, "loss_up": 0.31}


async def keep(visitor, found, **changed):
    """Keep a check and return what the server says of it."""
    answer = await visitor.api("POST", "/line-checks", {**found, **changed})
    assert answer.status == 201, visitor.text
    return await answer.json()
