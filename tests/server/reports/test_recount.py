"""Every number that is shown equals a recount of the rows themselves."""

import random
from collections import Counter, defaultdict
from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import select

from server.core import clock
from server.referrals.models import Referral, ReferralChange
from server.referrals.states import TRANSITIONS, WAITING, ReferralStatus
from server.reports.periods import Period, PeriodKind, period_of
from server.reports.queries import Breakdown
from tests.server.reports.arrange import (
    BINH_STATION,
    HOA_STATION,
    KHOA_STATION,
    LAO_CAI,
    PROVINCIAL,
    REGIONAL,
    moved,
    submitted,
)

SPECIALTIES = ("cardiology", "paediatrics", "internal")
POINTS = ("submitted", "accepted", "declined", "concluded")


async def walk(db, dice: random.Random, station, province) -> None:
    """Lead one request along random arrows of the table, with its detours."""
    at = clock.now() - timedelta(minutes=dice.randrange(60, 400 * 1440))
    hospitals = (PROVINCIAL, REGIONAL, LAO_CAI)
    referral = await submitted(
        db,
        at,
        station=station,
        province=province,
        hospital=dice.choice(hospitals),
        specialty=dice.choice(SPECIALTIES),
    )
    for _ in range(dice.randrange(12)):
        further = sorted(TRANSITIONS[referral.status])
        if not further:
            return
        at = min(clock.now(), at + timedelta(minutes=int(dice.expovariate(1 / 300))))
        if referral.status in WAITING and dice.random() < 0.3:
            referral.hospital_id = dice.choice(hospitals)
            referral.specialty_code = dice.choice(SPECIALTIES)
        await moved(db, referral, dice.choice(further), at)


@pytest.fixture(scope="module")
async def history(stage) -> None:
    dice = random.Random(92)  # noqa: S311 the same walks each time
    places = [(BINH_STATION, "92"), (HOA_STATION, "92"), (KHOA_STATION, "15")]
    for _ in range(60):
        async with stage.as_platform() as db:
            for station, province in places:
                await walk(db, dice, station, province)


def bucket(minutes: int) -> int:
    if minutes < 120:
        return minutes
    return minutes // 5 * 5 if minutes < 1440 else minutes // 60 * 60


def lower_median(waits: list[int]) -> int | None:
    return sorted(waits)[(len(waits) - 1) // 2] if waits else None


async def recount(stage, province: str, period: Period, by: Breakdown):
    firsts: dict = defaultdict(dict)
    async with stage.as_platform() as db:
        cases = {one.id: one for one in await db.scalars(select(Referral))}
        changes = select(ReferralChange).order_by(ReferralChange.at)
        for change in await db.scalars(changes):
            if change.after in POINTS:
                firsts[change.referral_id].setdefault(change.after, change.at)
    numbers: dict = defaultdict(Counter)
    waits: dict = defaultdict(list)
    for key, points in firsts.items():
        case = cases[key]
        if case.province_code != province:
            continue
        for point, at in points.items():
            on = clock.local(at).date()
            if not period.first <= on <= period.last:
                continue
            part = on if period.part_grain == "day" else on.replace(day=1)
            subject = {
                Breakdown.TIME: str(part),
                Breakdown.STATION: str(case.station_id),
                Breakdown.HOSPITAL: str(case.hospital_id),
                Breakdown.SPECIALTY: case.specialty_code,
            }[by]
            for counted in (subject, ""):
                numbers[counted][point] += 1
                if point == "accepted":
                    waited = int((at - points["submitted"]).total_seconds() // 60)
                    waits[counted].append(bucket(waited))
    return {
        subject: (*(found[point] for point in POINTS), lower_median(waits[subject]))
        for subject, found in numbers.items()
    }


def shown(answer: dict) -> dict:
    lines = {line["subject"]: line for line in answer["lines"]}
    found = {
        subject: (
            line["requests"],
            line["accepted"],
            line["declined"],
            line["completed"],
            line.get("median_wait"),
        )
        for subject, line in (lines | {"": answer["total"]}).items()
    }
    return {subject: numbers for subject, numbers in found.items() if any(numbers[:4])}


@pytest.mark.usefixtures("history")
@pytest.mark.parametrize("by", list(Breakdown))
@pytest.mark.parametrize("kind", list(PeriodKind))
async def test_every_number_equals_a_recount_of_the_rows(visitors, stage, kind, by):
    quan = await visitors("quan")
    for days_ago in (0, 45, 170, 300):
        day = clock.today() - timedelta(days=days_ago)
        answer = await quan.api(
            "GET", f"/reports/counts?period={kind}&on={day}&by={by}"
        )
        assert answer.status == 200, quan.text
        expected = await recount(stage, "92", period_of(kind, day), by)
        assert shown(await answer.json()) == expected


async def test_a_request_that_is_sent_again_or_handed_over_counts_once(visitors, stage):
    day = clock.today() - timedelta(days=700)
    at = datetime.combine(day, time(1), clock.VIETNAM)
    async with stage.as_platform() as db:
        referral = await submitted(db, at)
        for minutes, status in enumerate(
            (
                ReferralStatus.NEEDS_INFO,
                ReferralStatus.SUBMITTED,
                ReferralStatus.OFFERED,
                ReferralStatus.ACCEPTED,
                ReferralStatus.TRIAGED,
                ReferralStatus.OFFERED,
                ReferralStatus.ACCEPTED,
            ),
            1,
        ):
            await moved(db, referral, status, at + timedelta(minutes=minutes))
    quan = await visitors("quan")
    answer = await quan.api("GET", f"/reports/counts?period=day&on={day}&by=station")
    assert shown(await answer.json())[""] == (1, 1, 0, 0, 4)


async def test_an_evening_in_greenwich_is_the_next_day_in_vietnam(visitors, stage):
    day = clock.today() - timedelta(days=710)
    async with stage.as_platform() as db:
        await submitted(db, datetime.combine(day, time(0, 5), clock.VIETNAM))
        await submitted(db, datetime.combine(day, time(23, 55), clock.VIETNAM))
    quan = await visitors("quan")
    answer = await quan.api("GET", f"/reports/counts?period=day&on={day}")
    assert shown(await answer.json())[str(day)][0] == 2
