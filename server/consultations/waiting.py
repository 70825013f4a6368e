"""What waits for a person on every page: a call that rings, calls missed, meetings stuck."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import Row, or_, select
from sqlalchemy.orm import joinedload, selectinload

from server.access.permissions import Role
from server.accounts.models import Person
from server.consultations import guest_queries, queries
from server.consultations.models import CallAttempt, Consultation
from server.consultations.service import MEETABLE
from server.consultations.states import EndReason
from server.facilities.models import Facility
from server.referrals.models import Referral
from server.referrals.states import Channel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from server.access.actor import Actor

_MOST = 50


@dataclass(frozen=True, slots=True)
class Call:
    """A call that rings for somebody now, or that they owe an answer."""

    id: UUID
    consultation_id: UUID
    referral_id: UUID
    number: str
    caller: str
    channel: Channel
    at: datetime
    reason: EndReason | None

    @property
    def is_writing(self) -> bool:
        """Whether the other side asked for an answer in writing."""
        return self.channel is Channel.WRITTEN


@dataclass(frozen=True, slots=True)
class Stuck:
    """A meeting whose two sides do not reach each other, for the coordinator."""

    meeting: Consultation
    specialist: str
    specialist_phone: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """All of it; empty for whoever has nothing to do with calls."""

    ringing: Call | None = None
    missed: Sequence[Call] = ()
    stuck: Sequence[Stuck] = ()

    @property
    def count(self) -> int:
        """How many of them somebody has to look after."""
        return len(self.missed) + len(self.stuck)


NOTHING = Waiting()


async def for_actor(db: AsyncSession, actor: Actor) -> Waiting:
    """Return what waits for this person; a page asks only if `calls_wait_for` said so."""
    if actor.role is Role.COORDINATOR:
        return Waiting(stuck=await _stuck(db, actor))
    if actor.role not in {Role.STATION_DOCTOR, Role.SPECIALIST}:
        return NOTHING
    side = actor.id if actor.role is Role.SPECIALIST else actor.facility_id
    ringing, missed = None, []
    for row in await _waiting(db, side):
        attempt = row[0]
        call = Call(
            id=attempt.id,
            consultation_id=attempt.consultation_id,
            referral_id=row[1],
            number=row[2],
            caller=f"{row[3].display_name} – {row[4]}",
            channel=attempt.channel,
            at=attempt.rang_at,
            reason=attempt.end_reason,
        )
        if attempt.status in queries.RINGING:
            ringing = ringing or call
        else:
            missed.append(call)
    ringing = ringing or await _invitation(db, actor)
    return Waiting(ringing, missed) if ringing or missed else NOTHING


async def _invitation(db: AsyncSession, actor: Actor) -> Call | None:
    found = await guest_queries.rings_for(db, actor)
    if found is None:
        return None
    guest, attempt, meeting, asker = found
    return Call(
        id=attempt.id,
        consultation_id=meeting.id,
        referral_id=meeting.referral_id,
        number=meeting.referral.number,
        caller=guest_queries.name_of(asker),
        channel=attempt.channel,
        at=guest.ringing_since or guest.invited_at,
        reason=None,
    )


async def _waiting(
    db: AsyncSession, side: UUID
) -> Sequence[Row[CallAttempt, UUID, str, Person, str]]:
    rows = await db.execute(
        select(CallAttempt, Referral.id, Referral.number, Person, Facility.name)
        .join(Consultation, Consultation.id == CallAttempt.consultation_id)
        .join(Consultation.referral)
        .join(Person, Person.id == CallAttempt.caller_id)
        .join(Facility, Facility.id == Person.facility_id)
        .where(
            CallAttempt.called == side,
            or_(
                CallAttempt.status.in_(queries.RINGING),
                CallAttempt.owed_since.is_not(None),
            ),
            Consultation.status.not_in(queries.OVER),
            Referral.status.in_(MEETABLE),
        )
        .order_by(CallAttempt.rang_at.desc())
        .limit(_MOST)
    )
    return rows.all()


async def _stuck(db: AsyncSession, actor: Actor) -> Sequence[Stuck]:
    meetings = (
        await db.scalars(
            queries.visible_to(actor)
            .where(
                Consultation.stuck_since.is_not(None),
                Consultation.status.not_in(queries.OVER),
                Referral.status.in_(MEETABLE),
            )
            .options(
                selectinload(Consultation.attempts),
                joinedload(Consultation.referral).joinedload(Referral.station),
            )
            .order_by(Consultation.stuck_since)
            .limit(_MOST)
        )
    ).all()
    if not meetings:
        return ()
    found = await db.scalars(
        select(Person).where(Person.id.in_([one.specialist_id for one in meetings]))
    )
    people = {person.id: person for person in found}
    return [
        Stuck(
            meeting,
            people[meeting.specialist_id].display_name,
            people[meeting.specialist_id].phone,
        )
        for meeting in meetings
    ]
