"""Passes to signaling: for whom, which room, which node."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from nats.errors import Error as NatsError
from nats.js.errors import NotFoundError
from sqlalchemy import select

from server.access.actor import Actor
from server.access.permissions import Role
from server.audit import trail
from server.consultations import guest_queries, queries
from server.consultations.calls import CallOver, rings_for
from server.consultations.models import CallAttempt, CallParticipant
from server.consultations.states import AttemptStatus, GuestRole
from server.core import clock
from server.core.errors import Refusal
from server.core.ids import new_token
from server.core.messages import N_
from signaling import tickets

if TYPE_CHECKING:
    from uuid import UUID

    from nats.js.kv import KeyValue
    from sqlalchemy.ext.asyncio import AsyncSession

    from server.core.bus import Bus

BUCKET = "signaling_nodes"
_ALIVE = "signaling.alive."


class NoNode(Refusal):
    """No signaling node is alive."""

    status = 503
    code = "signaling_unavailable"
    message = N_(
        "Máy chủ kết nối cuộc gọi đang tạm ngừng. Hãy gọi điện thoại, hoặc thử lại sau một phút."
    )


@dataclass(frozen=True, slots=True)
class Node:
    """A signaling node that was alive a few seconds ago."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Pass:
    """What a browser needs to enter the room of a call."""

    url: str
    ticket: str = field(repr=False)
    participant: str


async def issue(
    db: AsyncSession,
    actor: Actor,
    attempt_id: UUID,
    *,
    nodes: list[Node],
    key: Ed25519PrivateKey,
) -> Pass:
    """Return a pass of one minute; raises CallOver, or NoNode when no node is alive.

    Both sides may be in the room while it rings, so that the line stands when somebody
    accepts; their pages send nothing before. A guest comes in after the own yes.
    """
    attempt, meeting = await queries.attempt_for_change(db, actor, attempt_id)
    role = await _role_in(db, actor, attempt)
    participant = await _participant(db, attempt, actor.id)
    room = room_of(meeting.room, attempt.id)
    node = choose(nodes, room, attempt.node)
    attempt.node = node.name
    claims = tickets.Ticket(
        room=room, participant=participant, role=role, node=node.name
    )
    trail.record(db, "call:ticket", object_id=attempt.id, patient_id=meeting.patient_id)
    return Pass(
        url=node.url,
        ticket=tickets.issue(key, claims, clock.now()),
        participant=participant,
    )


_ROLES = {
    Role.STATION_DOCTOR: tickets.Role.STATION,
    Role.SPECIALIST: tickets.Role.SPECIALIST,
}


async def _role_in(
    db: AsyncSession, actor: Actor, attempt: CallAttempt
) -> tickets.Role:
    """Return as what somebody comes in; raises CallOver for whoever does not."""
    of_sides = {attempt.caller_id, attempt.answered_by}
    is_live = attempt.status in queries.LIVE
    if is_live and (actor.id in of_sides or rings_for(actor, attempt)):
        return _ROLES[actor.role]
    guest = await guest_queries.own_open(db, actor, attempt.consultation_id)
    # The two talk already: whoever has not said yes must not hear them.
    joined = guest is not None and guest.joined_at is not None
    if guest is None or not joined or attempt.status is not AttemptStatus.ACCEPTED:
        raise CallOver
    interprets = guest.role is GuestRole.INTERPRETER
    return tickets.Role.INTERPRETER if interprets else tickets.Role.GUEST


def room_of(secret: str, attempt_id: UUID) -> str:
    """Return the room of one try: a new one each time, so that no ghost of the last sits in it."""
    return hashlib.sha256(f"{secret}:{attempt_id}".encode()).hexdigest()[:43]


def choose(nodes: list[Node], room: str, pinned: str | None = None) -> Node:
    """Return the node where a room is, else one by rendezvous hash.

    (Thaler and Ravishankar 1998.) A room stays where its first pass led while that node
    lives, so that nobody is sent elsewhere because another node has come.
    """
    if not nodes:
        raise NoNode
    return next((node for node in nodes if node.name == pinned), None) or max(
        nodes, key=lambda node: hashlib.sha256(f"{node.name}:{room}".encode()).digest()
    )


async def live_nodes(bus: Bus) -> list[Node]:
    """Return the nodes that answer now: a killed one has its entry for a while yet.

    When none does, those that listen all the same: a busy node is better than no call.
    """
    # After a restart whole provinces come back in the same second.
    return await bus.together(_find_live_nodes)


async def _find_live_nodes(bus: Bus) -> list[Node]:
    nodes = await registered_nodes(bus)
    alive = await asyncio.gather(*(bus.answers(_ALIVE + node.name) for node in nodes))
    prompt = [node for node, lives in zip(nodes, alive, strict=True) if lives]
    slow = [node for node, lives in zip(nodes, alive, strict=True) if lives is None]
    return prompt or slow


async def registered_nodes(bus: Bus) -> list[Node]:
    """Return the nodes whose entry in the key-value bucket has not run out."""
    jetstream = bus.jetstream()
    try:
        # `keys()` leaves a consumer behind for five minutes, and NATS has room for a thousand.
        stream = await jetstream.stream_info(f"KV_{BUCKET}", subjects_filter=">")
        bucket = await jetstream.key_value(BUCKET)
        names = [subject.rpartition(".")[2] for subject in stream.state.subjects or ()]
        entries = [await _entry(bucket, name) for name in names]
    except NotFoundError:
        return []
    except (NatsError, TimeoutError) as error:
        raise NoNode from error
    found = [orjson.loads(entry) for entry in entries if entry]
    return [Node(entry["name"], entry["url"]) for entry in found]


async def _entry(bucket: KeyValue, name: str) -> bytes | None:
    """Return what a node wrote of itself; None when it has left or run out meanwhile."""
    try:
        return (await bucket.get(name)).value
    except NotFoundError:
        return None


async def _participant(db: AsyncSession, attempt: CallAttempt, person_id: UUID) -> str:
    """Return the same opaque name at each return, so that a reload takes the place over."""
    known = await db.scalar(
        select(CallParticipant.participant).where(
            CallParticipant.attempt_id == attempt.id,
            CallParticipant.person_id == person_id,
        )
    )
    if known is not None:
        return known
    name = new_token()
    db.add(
        CallParticipant(participant=name, attempt_id=attempt.id, person_id=person_id)
    )
    await db.flush()
    return name
