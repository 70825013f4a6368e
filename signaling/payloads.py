"""What pages may say to each other through the node, checked before it is carried."""

import re
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

_FINGERPRINT = re.compile(r"^a=fingerprint:\S+ \S+", re.MULTILINE)


def _with_fingerprint(sdp: str) -> str:
    # Some media stacks wait for ever on such SDP, so it must not reach anybody.
    if not _FINGERPRINT.search(sdp):
        raise PydanticCustomError(
            "sdp_without_fingerprint", "SDP needs an a=fingerprint: line"
        )
    return sdp


Counter = Annotated[int, Field(ge=1, le=1_000_000)]
Sdp = Annotated[str, Field(max_length=20 * 1024), AfterValidator(_with_fingerprint)]


class Strict:
    """Read from the wire: no coercion, and no field that the document lacks."""

    __slots__ = ()
    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", strict=True)


@dataclass(frozen=True, slots=True)
class Description(Strict):
    """An offer or an answer, numbered so that a late one can be told."""

    kind: Literal["description"]
    type: Literal["offer", "answer"]
    sdp: Sdp
    connection: Counter
    negotiation: Counter


@dataclass(frozen=True, slots=True)
class Candidate(Strict):
    """One ICE candidate under names short enough for a weak line."""

    candidate: Annotated[str, Field(max_length=512)]
    mid: Annotated[str, Field(max_length=32)] | None = None
    line: Annotated[int, Field(ge=0, le=255)] | None = None
    ufrag: Annotated[str, Field(max_length=256)] | None = None


@dataclass(frozen=True, slots=True)
class Candidates(Strict):
    """Candidates found within a moment, sent as one."""

    kind: Literal["candidates"]
    connection: Counter
    # JSON has lists only, which a strict tuple would refuse.
    candidates: Annotated[list[Candidate], Field(min_length=1, max_length=40)]


@dataclass(frozen=True, slots=True)
class NegotiationNeeded(Strict):
    """The polite side has changed what it sends, and asks the other one for an offer."""

    kind: Literal["negotiation_needed"]
    connection: Counter


@dataclass(frozen=True, slots=True)
class Media(Strict):
    """What the sender has switched on, so that the other page can show it."""

    kind: Literal["media"]
    microphone: bool
    camera: bool
    screen: bool
    auscultation: bool


@dataclass(frozen=True, slots=True)
class Stream(Strict):
    """Whose one part of a description is."""

    mid: Annotated[str, Field(max_length=32)]
    participant: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{16,64}$")]


@dataclass(frozen=True, slots=True)
class Streams(Strict):
    """What the media server's connection brings, of whom."""

    kind: Literal["streams"]
    connection: Counter
    streams: Annotated[list[Stream], Field(max_length=64)]


@dataclass(frozen=True, slots=True)
class Wants(Strict):
    """Which layer of everybody's picture the line of a page carries."""

    kind: Literal["wants"]
    picture: Literal["none", "small", "large"]


Payload = Description | Candidates | NegotiationNeeded | Media | Streams | Wants
