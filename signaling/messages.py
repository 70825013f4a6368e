"""The wire protocol of docs/signaling-protocol.md: one frozen class a message."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated, Literal, Self, get_args

import orjson
from pydantic import Field, TypeAdapter, ValidationError

from signaling.ice import IceServer
from signaling.payloads import Payload, Strict

MAX_MESSAGE_BYTES = 64 * 1024


class CloseCode(IntEnum):
    """Why the node ends a socket; each tells the page what to do next."""

    LEFT = 1000
    BINARY = 1003
    TOO_BIG = 1009
    RESTART = 1012
    TICKET = 4401
    REVOKED = 4403
    HELLO_LATE = 4408
    TAKEN_OVER = 4409
    TOO_FAST = 4429


class Refused(Exception):
    """A message that has no effect; with `close` set the socket ends as well."""

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        ref: str | None = None,
        close: CloseCode | None = None,
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.ref = ref
        self.close = close


OpaqueId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{16,64}$")]
MessageId = Annotated[str, Field(min_length=1, max_length=64)]
Seq = Annotated[int, Field(ge=1, le=2**53)]
Acknowledged = Annotated[int, Field(ge=0, le=2**53)]


@dataclass(frozen=True, slots=True)
class Hello(Strict):
    """Opens every socket, with a ticket or with the token of a dropped session."""

    type: Literal["hello"]
    ticket: Annotated[str, Field(max_length=2048)] | None = None
    instance: OpaqueId | None = None
    resume: Annotated[str, Field(max_length=128)] | None = None
    last_seq: Acknowledged | None = None
    deflate: bool = False

    def __post_init__(self) -> None:
        entering = (self.ticket is not None, self.instance is not None)
        returning = (self.resume is not None, self.last_seq is not None)
        if {entering, returning} != {(True, True), (False, False)}:
            raise ValueError("either ticket and instance, or resume and last_seq")


@dataclass(frozen=True, slots=True)
class Signal(Strict):
    """Asks the node to carry one payload to one peer."""

    type: Literal["signal"]
    seq: Seq
    id: MessageId
    to: OpaqueId
    instance: OpaqueId
    payload: Annotated[Payload, Field(discriminator="kind")]


@dataclass(frozen=True, slots=True)
class RefreshIce(Strict):
    """Asks for fresh TURN credentials before an ICE restart."""

    type: Literal["refresh_ice"]


@dataclass(frozen=True, slots=True)
class Leave(Strict):
    """Gives the place up for good."""

    type: Literal["leave"]


@dataclass(frozen=True, slots=True)
class Ack(Strict):
    """Everything up to this number has arrived."""

    seq: Acknowledged
    type: Literal["ack"] = "ack"


@dataclass(frozen=True, slots=True)
class Ping(Strict):
    """Asks for a sign of life and acknowledges in passing."""

    ack: Acknowledged
    type: Literal["ping"] = "ping"


@dataclass(frozen=True, slots=True)
class Pong(Strict):
    """The sign of life."""

    ack: Acknowledged
    type: Literal["pong"] = "pong"


@dataclass(frozen=True, slots=True)
class Peer:
    """What one participant may know of another."""

    id: str
    role: str
    instance: str
    connected: bool


@dataclass(frozen=True, slots=True)
class Welcome:
    """Answers `Hello` with the whole picture of the room."""

    you: Peer
    session: str
    resumed: bool
    resume: str
    seq: int
    ping: float
    peers: tuple[Peer, ...]
    ice_servers: tuple[IceServer, ...]
    type: Literal["welcome"] = "welcome"


@dataclass(frozen=True, slots=True)
class PeerSignal:
    """A payload under the name of its true sender."""

    sender: str
    instance: str
    payload: Payload
    type: Literal["peer_signal"] = "peer_signal"


@dataclass(frozen=True, slots=True)
class PeerJoined:
    """Somebody entered or came back; another instance means another page."""

    peer: Peer
    type: Literal["peer_joined"] = "peer_joined"


@dataclass(frozen=True, slots=True)
class PeerReconnecting:
    """Somebody's socket dropped while the place is kept."""

    peer: str
    type: Literal["peer_reconnecting"] = "peer_reconnecting"


@dataclass(frozen=True, slots=True)
class PeerLeft:
    """Somebody's place is free again."""

    peer: str
    reason: str
    type: Literal["peer_left"] = "peer_left"


@dataclass(frozen=True, slots=True)
class IceServers:
    """Answers `RefreshIce`."""

    servers: tuple[IceServer, ...]
    type: Literal["ice_servers"] = "ice_servers"


@dataclass(frozen=True, slots=True)
class Error:
    """Says which message had no effect, and why."""

    code: str
    detail: str
    ref: str | None = None
    type: Literal["error"] = "error"

    @classmethod
    def of(cls, refused: Refused) -> Self:
        """Put a refusal on the wire."""
        return cls(refused.code, refused.detail, refused.ref)


Incoming = Hello | Signal | RefreshIce | Leave | Ack | Ping | Pong
KINDS = tuple(get_args(kind.__annotations__["type"])[0] for kind in get_args(Incoming))
Numbered = PeerSignal | PeerJoined | PeerReconnecting | PeerLeft
Outgoing = Numbered | Welcome | Ack | Ping | Pong | IceServers | Error

_INCOMING: TypeAdapter[Incoming] = TypeAdapter(
    Annotated[Incoming, Field(discriminator="type")]
)


def parse(raw: bytes) -> Incoming:
    """Read one frame, or refuse it without repeating what was in it."""
    try:
        return _INCOMING.validate_json(raw)
    except ValidationError as error:
        raise _refusal(raw, error) from error


def _refusal(raw: bytes, error: ValidationError) -> Refused:
    # Only for the answer's `ref`; what cannot be read has no id either.
    try:
        data: object = orjson.loads(raw)
    except orjson.JSONDecodeError:
        data = None
    found = data.get("id") if isinstance(data, dict) else None
    ref = found[:64] if isinstance(found, str) else None
    first = error.errors(include_url=False, include_input=False, include_context=False)[
        0
    ]
    if first["type"] == "sdp_without_fingerprint":
        return Refused("sdp_without_fingerprint", first["msg"], ref=ref)
    return Refused(
        "bad_message", f"The message breaks the rule {first['type']}.", ref=ref
    )


def encode(message: Outgoing) -> bytes:
    """Write a message; a numbered one still lacks its number."""
    return orjson.dumps(message)


def numbered(body: bytes, seq: int) -> bytes:
    """Add the number to an encoded message without encoding it again."""
    return b'%b,"seq":%d}' % (body[:-1], seq)
