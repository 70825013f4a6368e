"""Reads of the station: its work of today, and what a request is made of."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, case, or_, select
from sqlalchemy.orm import joinedload

from server.access.actor import Actor
from server.accounts.models import Person
from server.core import clock
from server.facilities.models import Facility, FacilityKind, Level, Specialty
from server.places.models import Province
from server.referrals.models import Referral, ReferralDetails, ReferralMessage
from server.referrals.queries import visible_to
from server.referrals.states import OPEN, ReferralStatus

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

_MOST_ROWS = 200
_MOST_HOSPITALS = 300
_REFUSAL_SHOWN_FOR = timedelta(days=14)


async def todays_work(db: AsyncSession, actor: Actor) -> Sequence[Referral]:
    """Return what is not finished and what was declined lately, the longest waiting first."""
    unfinished = Referral.status.in_(
        [ReferralStatus.DRAFT, *OPEN, ReferralStatus.CONCLUDED]
    )
    declined = (Referral.status == ReferralStatus.DECLINED) & (
        Referral.changed_at > clock.now() - _REFUSAL_SHOWN_FOR
    )
    found = await db.scalars(
        visible_to(actor)
        .where(or_(unfinished, declined))
        .options(
            joinedload(Referral.patient),
            joinedload(Referral.hospital),
            joinedload(Referral.specialty),
        )
        .order_by(Referral.priority, Referral.changed_at)
        .limit(_MOST_ROWS)
    )
    return found.all()


async def listed(
    db: AsyncSession,
    actor: Actor,
    *,
    status: ReferralStatus | None,
    before: datetime | None,
    limit: int,
) -> Sequence[Referral]:
    """Return requests by their last change; `before` continues where a page ended."""
    statement = visible_to(actor).order_by(Referral.changed_at.desc(), Referral.id)
    if status is not None:
        statement = statement.where(Referral.status == status)
    if before is not None:
        statement = statement.where(Referral.changed_at < before)
    return (await db.scalars(statement.limit(limit))).all()


async def open_of_patient(
    db: AsyncSession, actor: Actor, patient_id: UUID
) -> Referral | None:
    """Return the one request of the patient that is not finished."""
    return await db.scalar(
        visible_to(actor)
        .where(
            Referral.patient_id == patient_id,
            Referral.status.in_([ReferralStatus.DRAFT, *OPEN]),
        )
        .order_by(Referral.created_at)
        .limit(1)
    )


async def details_of(db: AsyncSession, referral_id: UUID) -> ReferralDetails | None:
    """Return the clinical part; row-level security hides it from coordinators."""
    return await db.scalar(
        select(ReferralDetails).where(ReferralDetails.referral_id == referral_id)
    )


async def conversation(
    db: AsyncSession, referral_id: UUID
) -> Sequence[tuple[ReferralMessage, str]]:
    """Return the messages of a request with the names of those who wrote them."""
    rows = await db.execute(
        select(ReferralMessage, Person.full_name)
        .join(Person, Person.id == ReferralMessage.author_id)
        .where(ReferralMessage.referral_id == referral_id)
        .order_by(ReferralMessage.at, ReferralMessage.id)
        .limit(_MOST_ROWS)
    )
    return [(message, name) for message, name in rows]


async def hospitals_for(
    db: AsyncSession, actor: Actor
) -> Sequence[tuple[Facility, str]]:
    """Return hospitals with their province: those of the own province first.

    Beyond the province only those of the specialised level are offered; to write to one
    is a deliberate choice.
    """
    own = Facility.province_code == actor.province_code
    rows = await db.execute(
        select(Facility, Province.name)
        .join(Province, Province.code == Facility.province_code)
        .where(
            Facility.kind == FacilityKind.HOSPITAL,
            _open_today(),
            or_(own, Facility.level == Level.SPECIALISED),
        )
        .order_by(case((own, 0), else_=1), Province.name, Facility.name_fold)
        .limit(_MOST_HOSPITALS)
    )
    return [(hospital, province) for hospital, province in rows]


async def open_hospital(db: AsyncSession, hospital_id: UUID | None) -> Facility | None:
    """Return the hospital when it works today."""
    return await db.scalar(
        select(Facility).where(
            Facility.id == hospital_id,
            Facility.kind == FacilityKind.HOSPITAL,
            _open_today(),
        )
    )


async def specialties(db: AsyncSession) -> Sequence[Specialty]:
    """Return every specialty in the order of the list."""
    return (await db.scalars(select(Specialty).order_by(Specialty.position))).all()


def _open_today() -> ColumnElement[bool]:
    today = clock.today()
    return (Facility.active_from <= today) & (
        Facility.active_until.is_(None) | (Facility.active_until >= today)
    )
