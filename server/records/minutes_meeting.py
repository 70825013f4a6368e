"""Who met whom in a consultation, when, and over which channel, for the minutes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from server.accounts.models import Person
from server.consultations import queries as consultation_queries
from server.consultations.models import CallAttempt, CallParticipant
from server.core import clock
from server.referrals.states import Channel

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from server.facilities.models import Facility
    from server.records.queries import SignedVersion
    from server.referrals.models import Referral

Rows = list[tuple[str, str]]


def moment(at: datetime) -> str:
    """Return the time as the clocks and calendars of Vietnam show it."""
    return f"{clock.local(at):%H:%M ngày %d/%m/%Y}"


async def rows(
    db: AsyncSession, case: Referral, hospital: Facility, signed: SignedVersion
) -> Rows:
    """Return the lines on time, channel, calls and both ends of a case."""
    calls = [
        attempt
        for meeting in await consultation_queries.of_referral(db, case.id)
        for attempt in meeting.attempts
        if attempt.rang_at <= signed.version.signed_at
        and attempt.channel is not Channel.WRITTEN
    ]
    talked = [call for call in calls if call.connected_at or call.answered_at]
    began = talked[0].rang_at if talked else signed.version.signed_at
    present = await _present(db, talked, {case.requested_by, signed.version.signed_by})
    chair = signed.version.signed_by
    ends = {case.station_id, hospital.id}
    guests = [one for one in present if one.facility_id not in ends]
    return [
        ("Hội chẩn lúc", moment(began)),
        ("Hình thức", f"{signed.conclusion.channel.label}. {case.mode.label}"),
        ("Cuộc gọi", _calls(calls, talked)),
        (
            "Điểm cầu trạm",
            _end(
                _with_authority(case.station),
                [_named(one) for one in present if one.facility_id == case.station_id],
            ),
        ),
        (
            "Điểm cầu bệnh viện",
            _end(
                hospital.name,
                [
                    ("Chủ trì: " if one.id == chair else "") + _named(one)
                    for one in sorted(present, key=lambda one: one.id != chair)
                    if one.facility_id == hospital.id
                ],
            ),
        ),
        *(("Người được mời", f"{_named(one)}, {one.facility.name}") for one in guests),
    ]


async def _present(
    db: AsyncSession, talked: Sequence[CallAttempt], always: Iterable[UUID]
) -> Sequence[Person]:
    joined = select(CallParticipant.person_id).where(
        CallParticipant.attempt_id.in_([call.id for call in talked]),
        CallParticipant.joined_at.is_not(None),
    )
    found = await db.scalars(
        select(Person)
        .where(Person.id.in_(joined) | Person.id.in_(list(always)))
        .options(joinedload(Person.facility))
        .order_by(Person.name_sort)
    )
    return found.all()


def _calls(calls: Sequence[CallAttempt], talked: Sequence[CallAttempt]) -> str:
    if not talked:
        return "không có cuộc gọi; trả lời bằng văn bản"
    lines = [f"{call.channel.label} {_times(call)}" for call in talked]
    failed = len(calls) - len(talked)
    if failed:
        lines.append(f"{failed} lần gọi không thành")
    return "; ".join(lines)


def _times(call: CallAttempt) -> str:
    start = call.connected_at or call.answered_at or call.rang_at
    if call.ended_at is None or call.seconds is None:
        return f"từ {moment(start)}"
    length = f"{call.seconds // 60} phút {call.seconds % 60} giây"
    return f"{clock.local(start):%H:%M}–{moment(call.ended_at)} ({length})"


def _with_authority(station: Facility) -> str:
    commune = station.commune
    if commune is None:
        return station.name
    return f"{station.name}, Ủy ban nhân dân {commune.kind.value} {commune.name}"


def _named(person: Person) -> str:
    licence = person.licence_number or "chưa ghi"
    return f"{person.display_name} (giấy phép hành nghề số {licence})"


def _end(place: str, people: Sequence[str]) -> str:
    return f"{place}: {'; '.join(people)}" if people else place
