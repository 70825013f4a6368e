"""Reads of what patients agreed to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Select, false, select
from sqlalchemy.orm import joinedload

from server.access.actor import Actor
from server.access.permissions import Role
from server.consents.models import Consent, Ground
from server.patients.models import CaseAccess

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession


_MOST = 200


def visible_to(actor: Actor) -> Select[Consent]:
    """Return the consents of the own station, or of the cases that a specialist may read."""
    return select(Consent).where(_seen_by(actor))


def _seen_by(actor: Actor) -> ColumnElement[bool]:
    if actor.role is Role.STATION_DOCTOR:
        return Consent.station_id == actor.facility_id
    if actor.role is Role.SPECIALIST:
        return Consent.referral_id.in_(
            select(CaseAccess.referral_id).where(
                CaseAccess.person_id == actor.id, CaseAccess.ended_at.is_(None)
            )
        )
    return false()


async def of_patient(
    db: AsyncSession, actor: Actor, patient_id: UUID
) -> Sequence[Consent]:
    """Return what was agreed for a patient and may be known, the latest first."""
    found = await db.scalars(
        visible_to(actor)
        .where(Consent.patient_id == patient_id)
        .options(joinedload(Consent.receiver))
        .order_by(Consent.recorded_at.desc())
        .limit(_MOST)
    )
    return found.all()


async def of_referral(
    db: AsyncSession, actor: Actor, referral_id: UUID
) -> Sequence[Consent]:
    """Return what was agreed for a case, the latest first."""
    found = await db.scalars(
        visible_to(actor)
        .where(Consent.referral_id == referral_id)
        .options(joinedload(Consent.receiver))
        .order_by(Consent.recorded_at.desc())
        .limit(_MOST)
    )
    return found.all()


async def to_withdraw(
    db: AsyncSession, actor: Actor, referral_id: UUID
) -> Sequence[Consent]:
    """Return the patient's requests that still stand in a case."""
    found = await db.scalars(
        visible_to(actor)
        .where(
            Consent.referral_id == referral_id,
            Consent.ground == Ground.PATIENT_REQUEST,
            Consent.withdrawn_at.is_(None),
        )
        .execution_options(populate_existing=True)
    )
    return found.all()


async def valid_for(
    db: AsyncSession, referral_id: UUID, hospital_id: UUID | None
) -> Consent | None:
    """Return the latest consent that names this hospital and still stands.

    Whoever asks has the referral already; row-level security holds the rows to the case.
    """
    return await db.scalar(
        select(Consent)
        .where(
            Consent.referral_id == referral_id,
            Consent.receiving_facility_id == hospital_id,
            Consent.withdrawn_at.is_(None),
        )
        .order_by(Consent.recorded_at.desc())
        .limit(1)
    )
