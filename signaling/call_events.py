"""What a node tells the server of its rooms, as docs/signaling-protocol.md says it."""

import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from signaling.room import Happening


@dataclass(frozen=True, slots=True)
class CallEvent:
    """One line of a call's history, as the server will read it."""

    id: str
    kind: str
    room: str | None
    participant: str | None
    role: str | None
    node: str
    at: str
    reason: str | None


def event_of(happening: Happening, room: str, node: str) -> CallEvent:
    """Give what just happened in a room its id and its time."""
    return CallEvent(
        id=secrets.token_urlsafe(18),
        kind=happening.kind,
        room=room,
        participant=happening.participant,
        role=happening.role,
        node=node,
        at=_now(),
        reason=happening.reason,
    )


def started(node: str) -> CallEvent:
    """Say that a node begins empty: whoever was on it in a former life is not any more."""
    return CallEvent(
        id=secrets.token_urlsafe(18),
        kind="started",
        room=None,
        participant=None,
        role=None,
        node=node,
        at=_now(),
        reason=None,
    )


def _now() -> str:
    return datetime.fromtimestamp(time.time(), UTC).isoformat()
