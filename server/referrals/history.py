"""The story of one request: every move and every offer, with who and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from server.accounts.models import Person
from server.core.messages import N_
from server.referrals import offer_queries
from server.referrals.models import ReferralChange, ReferralMessage, ReferralOffer
from server.referrals.reasons import parts
from server.referrals.states import OfferStatus, ReferralStatus

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

_STOPPED = {
    ReferralStatus.DECLINED,
    ReferralStatus.CANCELLED,
    ReferralStatus.TRANSFERRED,
    ReferralStatus.PATIENT_DIED,
}
_ASKED = N_("Mời bác sĩ trả lời")
# An acceptance is a move of the request itself and needs no second line.
_ANSWERS = {
    OfferStatus.DECLINED: N_("Bác sĩ từ chối lời mời"),
    OfferStatus.EXPIRED: N_("Lời mời quá hạn"),
    OfferStatus.WITHDRAWN: N_("Lời mời được thu hồi"),
}


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the story; `title` and `cause` are msgids, `words` were typed by people."""

    at: datetime
    title: str
    by: str = ""
    cause: str = ""
    words: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """One message between hospital and station."""

    at: datetime
    author: str
    text: str


async def story(db: AsyncSession, referral_id: UUID) -> list[Happening]:
    """Return what happened to a visible request, the newest first."""
    changes = await changes_of(db, referral_id)
    lines = [_moved(change, person) for change, person in changes]
    for offer, person in await offer_queries.offers_of(db, referral_id):
        lines += _offered(offer, person)
    return sorted(lines, key=lambda line: line.at, reverse=True)


async def changes_of(
    db: AsyncSession, referral_id: UUID
) -> list[tuple[ReferralChange, Person | None]]:
    """Return every move of a visible request with who made it, the oldest first."""
    rows = await db.execute(
        select(ReferralChange, Person)
        .outerjoin(Person, Person.id == ReferralChange.by)
        .where(ReferralChange.referral_id == referral_id)
        .order_by(ReferralChange.at, ReferralChange.id)
    )
    return [(change, person) for change, person in rows]


async def conversation(db: AsyncSession, referral_id: UUID) -> list[Said]:
    """Return what hospital and station wrote about a visible request, the oldest first."""
    rows = await db.execute(
        select(ReferralMessage, Person)
        .join(Person, Person.id == ReferralMessage.author_id)
        .where(ReferralMessage.referral_id == referral_id)
        .order_by(ReferralMessage.at, ReferralMessage.id)
    )
    return [Said(said.at, person.display_name, said.text) for said, person in rows]


def _moved(change: ReferralChange, person: Person | None) -> Happening:
    status = ReferralStatus(change.after)
    reason, words = parts(change.reason)
    return Happening(
        at=change.at,
        title=status.label,
        by=person.display_name if person else "",
        cause=reason.label if reason else "",
        words=words,
        kind="stopped" if status in _STOPPED else "",
    )


def _offered(offer: ReferralOffer, person: Person) -> list[Happening]:
    lines = [
        Happening(
            at=offer.offered_at, title=_ASKED, by=person.display_name, kind="quiet"
        )
    ]
    if offer.status in _ANSWERS and offer.answered_at is not None:
        reason, words = parts(offer.reason)
        lines.append(
            Happening(
                at=offer.answered_at,
                title=_ANSWERS[offer.status],
                by=person.display_name,
                cause=reason.label if reason else "",
                words=words,
                kind="quiet",
            )
        )
    return lines
