"""What the worker does by itself: offers expire, old rows go."""

import asyncio
from datetime import timedelta

from sqlalchemy import func, select, text

from server import retention, worker
from server.accounts.models import SignInFailure
from server.core import clock
from server.core.bus import Bus
from server.core.ids import new_id
from server.notifications.models import Event
from server.referrals import tasks
from server.referrals.models import ReferralChange, ReferralOffer
from server.referrals.states import OfferStatus, Priority, ReferralStatus
from server.web.models import AnsweredRequest
from server.working import keep_working, work_off
from tests.server.referrals.queued import (
    get_referral,
    ids_of,
    offered,
    offers_of,
    readable_by,
    submitted,
    told,
)


async def make_late(stage, *offer_ids):
    async with stage.as_platform() as db:
        for one in offer_ids:
            offer = await db.get(ReferralOffer, one)
            offer.due_at = clock.now() - timedelta(seconds=1)


async def expire(stage, bus):
    await work_off(stage.sessions, bus, tasks.expire_offers)


async def test_an_offer_gets_the_deadline_of_its_priority(visitors, stage):
    for priority, minutes in (
        (Priority.EMERGENCY, 5),
        (Priority.URGENT, 15),
        (Priority.ROUTINE, 60),
    ):
        referral_id, _ = await offered(visitors, stage, "minh", priority=priority)
        (offer,) = (await offers_of(stage, referral_id)).values()
        assert offer.due_at - offer.offered_at == timedelta(minutes=minutes)


async def test_an_offer_past_its_deadline_expires_and_the_case_comes_back(
    visitors, stage, engines
):
    referral_id, (first, second) = await offered(visitors, stage, "minh", "lan")
    bus = await Bus.connect(engines.nats_url, "test")
    await make_late(stage, first)
    await expire(stage, bus)
    assert (await get_referral(stage, referral_id)).status is ReferralStatus.OFFERED
    assert not await readable_by(stage, "minh", referral_id)
    assert await readable_by(stage, "lan", referral_id)
    assert (await told(stage, "minh", referral_id))["offer.closed"] == 1

    await make_late(stage, second)
    await asyncio.gather(*(expire(stage, bus) for _ in range(3)))
    await bus.close()
    assert (await get_referral(stage, referral_id)).status is ReferralStatus.TRIAGED
    assert {o.status for o in (await offers_of(stage, referral_id)).values()} == {
        OfferStatus.EXPIRED
    }
    async with stage.as_platform() as db:
        back = await db.scalars(
            select(ReferralChange).where(
                ReferralChange.referral_id == referral_id,
                ReferralChange.after == "triaged",
            )
        )
        (change,) = back.all()
        assert change.by is None
    for follower in ("thu", "binh"):
        # the offers, the first expiry, the second expiry: each told once
        assert (await told(stage, follower, referral_id))["referral.changed"] == 3
    minh = await visitors("minh")
    answer = await minh.api("POST", f"/offers/{first}/accept")
    assert (await answer.json())["code"] == "offer_closed"


async def test_an_acceptance_under_way_is_not_overtaken_by_the_worker(
    visitors, stage, engines
):
    referral_id, (first,) = await offered(visitors, stage, "minh")
    await make_late(stage, first)
    bus = await Bus.connect(engines.nats_url, "test")
    async with stage.as_platform() as db:
        await db.execute(
            text("SELECT FROM referrals WHERE id = :id FOR UPDATE"), {"id": referral_id}
        )
        await asyncio.wait_for(expire(stage, bus), 5)
        (offer,) = (await offers_of(stage, referral_id)).values()
        assert offer.status is OfferStatus.OFFERED
    minh = await visitors("minh")
    assert (await minh.api("POST", f"/offers/{first}/accept")).status == 200
    await expire(stage, bus)
    await bus.close()
    assert (await get_referral(stage, referral_id)).status is ReferralStatus.ACCEPTED


async def test_the_worker_goes_on_after_a_failure_and_stops_when_told(stage, engines):
    bus = await Bus.connect(engines.nats_url, "test")
    roles = []
    enough = asyncio.Event()

    async def fails_once(db):
        roles.append(await db.scalar(text("SELECT app_role()")))
        if len(roles) == 1:
            raise RuntimeError("the first round fails")
        if len(roles) == 3:
            enough.set()
        return False

    working = asyncio.create_task(
        keep_working(stage.sessions, bus, [("test", fails_once, 0.01)])
    )
    await asyncio.wait_for(enough.wait(), 10)
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    assert working.cancelled()
    assert set(roles) == {"system"}
    await bus.close()


async def test_the_worker_finds_a_late_offer_by_itself_and_wakes_people(
    visitors, stage, engines, settings
):
    referral_id, (first,) = await offered(visitors, stage, "minh")
    (minh,) = await ids_of(stage, "minh")
    await make_late(stage, first)
    bus = await Bus.connect(engines.nats_url, "test")
    with bus.listening(str(minh)) as woken:
        working = asyncio.create_task(worker.work(settings))
        await asyncio.wait_for(woken.wait(), 20)
    assert (await get_referral(stage, referral_id)).status is ReferralStatus.TRIAGED
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    assert working.cancelled()
    await bus.close()


def test_the_loops_of_the_worker_have_names_and_times():
    names = [name for name, _, _ in worker.LOOPS]
    assert len(set(names)) == len(names)
    assert all(seconds > 0 for _, _, seconds in worker.LOOPS)


async def test_what_is_old_is_forgotten_and_what_is_young_stays(stage):
    (minh,) = await ids_of(stage, "minh")
    referral_id = await submitted(stage)
    ages = {"old": timedelta(days=31), "young": timedelta(minutes=1)}
    async with stage.as_platform() as db:
        for name, age in ages.items():
            at = clock.now() - age
            db.add(AnsweredRequest(person_id=minh, key=name, fingerprint=b"", at=at))
            db.add(SignInFailure(username=name, address="192.0.2.1", at=at))
            db.add(
                Event(
                    id=retention.first_id(at),
                    person_id=new_id(),
                    at=at,
                    kind=name,
                    subject_id=referral_id,
                    data={},
                )
            )
    async with stage.as_platform() as db:
        assert await retention.forget(db) is False
    async with stage.as_platform() as db:
        keys = (AnsweredRequest.key, SignInFailure.username, Event.kind)
        left = [
            await db.scalar(select(func.array_agg(key)).where(key.in_(ages)))
            for key in keys
        ]
    assert left == [["young"]] * 3
