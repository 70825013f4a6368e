"""Asks the media server into calls of three and more: its bridge gets passes from nobody else."""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING

import orjson
import structlog
from nats.errors import Error as NatsError
from sqlalchemy import func, select

from server.access.actor import assume_system
from server.consultations import tickets
from server.consultations.models import CallAttempt, CallParticipant, Consultation
from server.consultations.states import AttemptStatus
from server.consultations.ticket_keys import PRIVATE
from server.core import clock
from server.core.db import transaction
from signaling.tickets import Role, Ticket, issue, load_private_key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from server.core.bus import Bus
    from server.core.db import Sessions

# docs/signaling-protocol.md, “The media server”
SUBJECT = "media.enter"
FEWEST = 3
# Who offers is who sends, and of two the one whose id sorts first is polite.
_SEATS = {"intake": "-" * 8, "outlet": "z" * 8}
_PAUSE_SECONDS = 2.0
log = structlog.get_logger()


async def keep_asking(sessions: Sessions, bus: Bus, secrets_dir: Path) -> None:
    """Ask again and again until cancelled: a bridge that is in the room already ignores it."""
    while True:
        try:
            for invitation in await _invitations(sessions, bus, secrets_dir):
                await bus.publish(SUBJECT, orjson.dumps(invitation))
        except (NatsError, TimeoutError, tickets.NoNode) as error:
            log.warning("media_server.not_asked", error=type(error).__name__)
        except Exception:  # the edge of the program: the next round may succeed
            log.exception("media_server.not_asked")
        await asyncio.sleep(_PAUSE_SECONDS)


async def _invitations(
    sessions: Sessions, bus: Bus, secrets_dir: Path
) -> list[dict[str, str]]:
    rooms = [
        (tickets.room_of(secret, attempt.id), attempt.node)
        for attempt, secret in await _large_calls(sessions)
    ]
    if not rooms:
        return []
    # Where there is a call, the server has made the key.
    key = load_private_key(secrets_dir / PRIVATE)
    alive = {node.name: node for node in await tickets.live_nodes(bus)}
    return [
        {"room": room, "url": alive[node].url} | dict(_seats(room, node, key))
        for room, node in rooms
        if node in alive
    ]


async def _large_calls(sessions: Sessions) -> list[tuple[CallAttempt, str]]:
    inside = CallParticipant.joined_at.is_not(None) & CallParticipant.left_at.is_(None)
    large = (
        select(CallParticipant.attempt_id)
        .where(inside)
        .group_by(CallParticipant.attempt_id)
        .having(func.count() >= FEWEST)
    )
    async with transaction(sessions) as db:
        await assume_system(db)
        rows = await db.execute(
            select(CallAttempt, Consultation.room)
            .join(Consultation, Consultation.id == CallAttempt.consultation_id)
            .where(
                CallAttempt.status == AttemptStatus.ACCEPTED, CallAttempt.id.in_(large)
            )
        )
        return [(attempt, secret) for attempt, secret in rows]


def _seats(room: str, node: str, key: Ed25519PrivateKey) -> Iterator[tuple[str, str]]:
    """Give a pass for each seat, under the same name each time, so that it is taken again."""
    for seat, prefix in _SEATS.items():
        name = hashlib.sha256(f"{room}:{seat}".encode()).hexdigest()[:32]
        claims = Ticket(
            room=room, participant=prefix + name, role=Role.MEDIA, node=node
        )
        yield seat, issue(key, claims, clock.now())
