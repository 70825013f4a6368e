"""Opening a meeting and being there; whom to tell about it."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from sqlalchemy import select

from server.access.actor import Actor
from server.access.permissions import Role
from server.accounts.queries import colleagues
from server.audit import trail
from server.consultations import queries
from server.consultations.guest_models import ConsultationGuest
from server.consultations.models import Consultation
from server.consultations.states import ConsultationStatus
from server.core import clock
from server.core.errors import Conflict, Forbidden
from server.core.ids import new_token
from server.core.messages import N_
from server.notifications.service import tell
from server.referrals import queries as referral_queries
from server.referrals.states import ReferralStatus

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

MEETABLE = frozenset(
    {
        ReferralStatus.ACCEPTED,
        ReferralStatus.IN_CONSULTATION,
        ReferralStatus.ANSWERED,
    }
)


class NotAccepted(Conflict):
    """No specialist has taken the request, so there is nobody to meet."""

    code = "referral_not_accepted"
    message = N_("Chưa có bác sĩ nhận ca này nên chưa mở được phòng hội chẩn.")


async def open_meeting(
    db: AsyncSession, actor: Actor, referral_id: UUID
) -> Consultation:
    """Return the open meeting of a request, made now if there is none; raises NotAccepted."""
    referral = await referral_queries.get_for_change(db, actor, referral_id)
    found = await queries.open_of_referral(db, referral_id)
    if found is not None and (referral.specialist_id in {None, found.specialist_id}):
        return found
    if referral.status not in MEETABLE or referral.specialist_id is None:
        raise NotAccepted
    if found is not None:  # of whoever gave the case back
        moved = found.move_to(ConsultationStatus.CANCELLED, by=actor.id, at=clock.now())
        db.add(moved)
    if referral.hospital_id is None:
        raise NotAccepted
    meeting = Consultation(
        referral_id=referral.id,
        patient_id=referral.patient_id,
        station_id=referral.station_id,
        hospital_id=referral.hospital_id,
        specialist_id=referral.specialist_id,
        room=new_token(),
        created_at=clock.now(),
    )
    db.add(meeting)
    await db.flush()
    trail.record(
        db,
        "consultation:open",
        object_id=meeting.id,
        patient_id=meeting.patient_id,
    )
    return meeting


async def enter_waiting_room(
    db: AsyncSession, actor: Actor, consultation_id: UUID
) -> Consultation:
    """Say that this side is there; the other side is told."""
    meeting = await queries.get_for_change(db, actor, consultation_id)
    if meeting.status is ConsultationStatus.SCHEDULED:
        db.add(meeting.move_to(ConsultationStatus.WAITING, by=actor.id, at=clock.now()))
        await tell_other_side(db, actor, meeting, "consultation.waiting")
    return meeting


async def people_of(db: AsyncSession, meeting: Consultation) -> Collection[UUID]:
    """Return everybody on both sides of a meeting, and who was asked into it."""
    guests = await db.scalars(
        select(ConsultationGuest.person_id).where(
            ConsultationGuest.consultation_id == meeting.id,
            ConsultationGuest.ended_at.is_(None),
        )
    )
    return {*await sides_of(db, meeting), *guests}


async def sides_of(db: AsyncSession, meeting: Consultation) -> Collection[UUID]:
    """Return the specialist and the doctors of the station."""
    doctors = await colleagues(db, meeting.station_id, Role.STATION_DOCTOR)
    return {meeting.specialist_id, *doctors}


async def tell_other_side(
    db: AsyncSession, actor: Actor, meeting: Consultation, kind: str, **data: str
) -> None:
    """Tell the specialist what the station did, or the whole station what the specialist did."""
    people = await people_called(db, meeting, called_by(actor, meeting))
    tell(db, people, kind, meeting.id, **data)


def is_side(actor: Actor, meeting: Consultation) -> bool:
    """Tell whether somebody is the specialist, or a doctor of the station."""
    at_station = (
        actor.role is Role.STATION_DOCTOR and actor.facility_id == meeting.station_id
    )
    return at_station or actor.id == meeting.specialist_id


def refuse_outsider(actor: Actor, meeting: Consultation) -> None:
    """Raise Forbidden for whoever stands on neither side."""
    if not is_side(actor, meeting):
        raise Forbidden


def side_of(actor: Actor, meeting: Consultation) -> UUID:
    """Return the side on which somebody stands: the specialist, or the whole station."""
    return actor.id if actor.id == meeting.specialist_id else meeting.station_id


def called_by(actor: Actor, meeting: Consultation) -> UUID:
    """Return the side that rings when this person calls."""
    own = side_of(actor, meeting)
    return meeting.specialist_id if own == meeting.station_id else meeting.station_id


async def people_called(
    db: AsyncSession, meeting: Consultation, called: UUID
) -> Collection[UUID]:
    """Return whose pages ring for a side."""
    if called == meeting.specialist_id:
        return [meeting.specialist_id]
    return await colleagues(db, meeting.station_id, Role.STATION_DOCTOR)


async def tell_both(
    db: AsyncSession, meeting: Consultation, kind: str, **data: str
) -> None:
    """Tell everybody on both sides, and their guests."""
    tell(db, await people_of(db, meeting), kind, meeting.id, **data)
