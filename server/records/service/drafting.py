"""The specialist writes beside the running call; every pause saves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.access.actor import Actor
from server.audit import trail
from server.core import clock
from server.core.errors import Conflict, NotFound
from server.core.messages import N_
from server.core.states import WrongState
from server.records import queries
from server.records.draft import Draft
from server.records.models import Record
from server.records.states import RecordStatus
from server.referrals import queries as referral_queries
from server.referrals.states import ReferralStatus

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from server.referrals.models import Referral

ANSWERABLE = (
    ReferralStatus.ACCEPTED,
    ReferralStatus.IN_CONSULTATION,
    ReferralStatus.ANSWERED,
)


class DraftMovedOn(Conflict):
    """The draft was saved elsewhere after this page was loaded."""

    code = "draft_moved_on"
    message = N_(
        "Bản nháp này vừa được sửa ở nơi khác. Hãy tải lại trang để xem bản mới nhất."
    )


class AlreadySigned(Conflict):
    """The conclusion is signed; from now on it is amended, never rewritten."""

    code = "already_signed"
    message = N_(
        "Kết luận đã ký nên không sửa được nữa. Nếu cần, hãy bổ sung bằng bản mới."
    )


def refuse_unless_held(referral: Referral, actor: Actor) -> None:
    """Raise NotFound for anyone but its specialist, WrongState when nothing is to answer."""
    if referral.specialist_id != actor.id:
        raise NotFound
    if referral.status not in ANSWERABLE:
        after = ReferralStatus.ANSWERED
        raise WrongState(before=referral.status.value, after=after.value)


async def open_case(db: AsyncSession, actor: Actor, referral_id: UUID) -> Referral:
    """Return the case to the one who may write its conclusion, and note the look."""
    referral = await referral_queries.get(db, actor, referral_id)
    refuse_unless_held(referral, actor)
    trail.record(
        db, "record:view", object_id=referral.id, patient_id=referral.patient_id
    )
    return referral


async def draft_of(db: AsyncSession, referral_id: UUID) -> Record | None:
    """Return the unsigned record of a case, or None; raises AlreadySigned."""
    record = await queries.of_referral(db, referral_id)
    if record is not None and record.status is not RecordStatus.DRAFT:
        raise AlreadySigned
    return record


async def save(
    db: AsyncSession, actor: Actor, referral_id: UUID, *, draft: Draft, revision: int
) -> Record:
    """Keep what was typed; raises DraftMovedOn when `revision` is not the latest."""
    referral = await referral_queries.get_for_change(db, actor, referral_id)
    refuse_unless_held(referral, actor)
    record = await draft_of(db, referral.id) or _new(referral)
    if revision != record.draft_revision:
        raise DraftMovedOn
    db.add(record)
    record.specialist_id = actor.id  # a case that was handed over keeps its draft
    record.draft = draft.stored()
    record.draft_revision = revision + 1
    record.changed_at = clock.now()
    await db.flush()
    trail.record(
        db,
        "record:draft",
        object_id=record.id,
        patient_id=record.patient_id,
        revision=record.draft_revision,
    )
    return record


def _new(referral: Referral) -> Record:
    if referral.hospital_id is None or referral.specialist_id is None:
        raise NotFound
    return Record(
        referral_id=referral.id,
        patient_id=referral.patient_id,
        station_id=referral.station_id,
        hospital_id=referral.hospital_id,
        specialist_id=referral.specialist_id,
        draft_revision=0,
        created_at=clock.now(),
    )
