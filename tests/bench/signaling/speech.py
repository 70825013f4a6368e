"""How a page speaks to each of the programs: greeting, one message, what an arrival looks like."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import orjson

from signaling.tickets import Role, Ticket, issue, load_private_key

ORIGIN = "http://kham.test"
NODE = "bench"
BYTES = 2048
_HEAD = "v=0\r\na=fingerprint:sha-256 AB:CD\r\n"
SDP = _HEAD + "a=candidate:1 1 udp 2122260223 192.0.2.1 54321 typ host\r\n" * 36
SDP = SDP[: BYTES - 330]
PAYLOAD = {
    "kind": "description",
    "type": "offer",
    "sdp": SDP,
    "connection": 1,
    "negotiation": 1,
}


@dataclass
class Speech:
    """One side of one room towards one program."""

    name: str
    room: str
    other: "Speech | None" = None
    sent: int = 0
    heard: int = 0
    ready: Callable[[], None] = lambda: None
    instance: str = field(default_factory=lambda: secrets.token_urlsafe(18))
    greeted: bool = False

    def path(self) -> str:
        return f"/?id={self.name}"

    def greeting(self) -> bytes | None:
        """What to say first; None when being connected is enough."""
        self.ready()
        return None

    def message(self) -> bytes:
        assert self.other is not None
        return orjson.dumps({"to": self.other.name, "payload": PAYLOAD})

    def hear(self, frame: bytes) -> tuple[bool, bytes | None]:
        """Whether a message of the other has come, and what is to be answered."""
        return len(frame) > 1500, None


class PeerServerSpeech(Speech):
    def path(self) -> str:
        return f"/peerjs?key=peerjs&id={self.name}&token=t&version=1.5.0"

    def greeting(self) -> bytes | None:
        return None

    def message(self) -> bytes:
        assert self.other is not None
        return orjson.dumps(
            {"type": "OFFER", "dst": self.other.name, "payload": PAYLOAD}
        )

    def hear(self, frame: bytes) -> tuple[bool, bytes | None]:
        if frame == b'{"type":"OPEN"}':
            self.ready()
        return len(frame) > 1500, None


class SocketIoSpeech(Speech):
    def path(self) -> str:
        return f"/socket.io/?EIO=4&transport=websocket&id={self.name}"

    def greeting(self) -> bytes | None:
        return None

    def message(self) -> bytes:
        assert self.other is not None
        asked = {"to": self.other.name, "payload": PAYLOAD}
        return b"42" + orjson.dumps(["signal", asked])

    def hear(self, frame: bytes) -> tuple[bool, bytes | None]:
        if frame.startswith(b"0"):
            return False, b"40"
        if frame == b"2":
            return False, b"3"
        if frame.startswith(b"40"):
            self.ready()
        return len(frame) > 1500, None


class OurSpeech(Speech):
    key_file = Path()

    def path(self) -> str:
        return "/signaling"

    def greeting(self) -> bytes | None:
        claims = Ticket(self.room, self.name, Role.STATION, NODE)
        key = _key(self.key_file)
        return orjson.dumps(
            {
                "type": "hello",
                "ticket": issue(key, claims, datetime.now(UTC)),
                "instance": self.instance,
            }
        )

    def message(self) -> bytes:
        assert self.other is not None
        self.sent += 1
        return orjson.dumps(
            {
                "type": "signal",
                "seq": self.sent,
                "id": f"{self.sent}-{self.name}"[:36],
                "to": self.other.name,
                "instance": self.other.instance,
                "payload": PAYLOAD,
            }
        )

    def hear(self, frame: bytes) -> tuple[bool, bytes | None]:
        arrived = len(frame) > 1500
        if arrived:
            self.heard += 1
            if self.heard % 16 == 0:
                seq = orjson.loads(frame)["seq"]
                return True, b'{"type":"ack","seq":%d}' % seq
        elif b'"welcome"' in frame:
            self.greeted = True
            self.ready()
        elif b'"ping"' in frame:
            return False, b'{"type":"pong","ack":0}'
        return arrived, None


_KEYS = {}


def _key(path: Path):
    if path not in _KEYS:
        _KEYS[path] = load_private_key(path)
    return _KEYS[path]


SPEECHES: dict[str, type[Speech]] = {
    "ours": OurSpeech,
    "bare": Speech,
    "floor": Speech,
    "peerserver": PeerServerSpeech,
    "socketio": SocketIoSpeech,
}
