"""What a check needs of others: a pass to signaling, and a moment without a call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import exists, select

from server.access.actor import Actor
from server.consultations import queries
from server.consultations.models import CallAttempt, Consultation
from server.consultations.tickets import NoNode, Pass, choose, live_nodes
from server.core import clock
from server.core.errors import Conflict
from server.core.ids import new_token
from server.core.messages import N_
from server.lines import service as lines
from signaling import tickets

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from server.core.bus import Bus


class CallRuns(Conflict):
    """A check would take from a call what it measures."""

    code = "call_runs"
    message = N_("Đang có cuộc gọi; đường truyền sẽ được kiểm tra sau.")


async def begin_scheduled(db: AsyncSession, actor: Actor) -> None:
    """Take today's check of the actor's place; raises NotDue, or CallRuns during a call."""
    running = await db.scalar(
        select(
            exists().where(
                CallAttempt.consultation_id == Consultation.id,
                Consultation.station_id == actor.facility_id,
                CallAttempt.status.in_(queries.LIVE),
            )
        )
    )
    if running:
        raise CallRuns
    await lines.begin_scheduled(db, actor)


async def pass_alone(bus: Bus, key: Ed25519PrivateKey) -> Pass | None:
    """Return a pass to a room that nobody else knows; None when no node is alive."""
    room, participant = new_token(), new_token()
    try:
        node = choose(await live_nodes(bus), room)
    except NoNode:
        return None
    claims = tickets.Ticket(
        room=room, participant=participant, role=tickets.Role.GUEST, node=node.name
    )
    ticket = tickets.issue(key, claims, clock.now())
    return Pass(url=node.url, ticket=ticket, participant=participant)
