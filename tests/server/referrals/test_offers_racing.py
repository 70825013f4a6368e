"""The first acceptance wins; whoever comes later gets a clear answer."""

import asyncio
from collections import Counter
from uuid import uuid4

import pytest
from sqlalchemy import select

from server.accounts import tokens
from server.accounts.authentication import API_TOKEN_KEY
from server.patients.models import CaseAccess
from server.referrals.models import ReferralChange
from server.referrals.states import OfferStatus, ReferralStatus
from tests.server.referrals.queued import (
    add_colleague,
    get_referral,
    ids_of,
    offered,
    offers_of,
    person,
    submitted,
)


async def test_a_late_acceptance_is_told_that_the_offer_has_closed(visitors, stage):
    _, (first, second) = await offered(visitors, stage, "minh", "lan")
    minh, lan = await visitors("minh"), await visitors("lan")
    assert (await minh.api("POST", f"/offers/{first}/accept")).status == 200
    for verb, body in (("accept", None), ("decline", {"reason": "busy"})):
        answer = await lan.api("POST", f"/offers/{second}/{verb}", body)
        assert answer.status == 409
        assert (await answer.json())["code"] == "offer_closed"
    await lan.get("/offers")
    answer = await lan.post(f"/offers/{second}/accept")
    assert answer.status == 409
    assert "đồng nghiệp đã nhận ca" in lan.text
    again = await minh.api("POST", f"/offers/{first}/accept")
    assert again.status == 409


async def test_of_fifty_racing_acceptances_one_wins(visitors, stage, site):
    names = [f"chuyen-{number}" for number in range(48)]
    async with stage.as_platform() as db:
        for name in names:
            await add_colleague(db, name, "minh")
    names += ["minh", "lan"]
    referral_id = await submitted(stage)
    people = await ids_of(stage, *names)
    thu = await visitors("thu")
    for start in range(0, 50, 10):
        answer = await thu.api(
            "POST",
            f"/referrals/{referral_id}/offers",
            {"specialist_ids": [str(one) for one in people[start : start + 10]]},
        )
        assert answer.status == 200, thu.text
    async with stage.as_platform() as db:
        key = site.app[API_TOKEN_KEY]
        passes = [
            (await tokens.issue(db, key, await person(db, name))).access
            for name in names
        ]
    offers = await offers_of(stage, referral_id)
    client = await visitors()

    async def accept(who, token):
        url = f"{client.root}/api/v1/offers/{offers[who].id}/accept"
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": uuid4().hex}
        async with client.http.post(url, headers=headers) as answer:
            return answer.status, await answer.json()

    answers = await asyncio.gather(*map(accept, people, passes))

    assert Counter(status for status, _ in answers) == {200: 1, 409: 49}
    assert {body["code"] for status, body in answers if status == 409} == {
        "offer_closed"
    }
    (winner,) = (body["specialist_id"] for status, body in answers if status == 200)
    statuses = Counter(o.status for o in (await offers_of(stage, referral_id)).values())
    assert statuses == {OfferStatus.ACCEPTED: 1, OfferStatus.WITHDRAWN: 49}
    async with stage.as_platform() as db:
        readers = await db.scalars(
            select(CaseAccess.person_id).where(
                CaseAccess.referral_id == referral_id, CaseAccess.ended_at.is_(None)
            )
        )
        assert [str(one) for one in readers] == [winner]
        moves = await db.scalars(
            select(ReferralChange.after)
            .where(ReferralChange.referral_id == referral_id)
            .order_by(ReferralChange.at)
        )
        assert list(moves) == ["submitted", "offered", "accepted"]


@pytest.mark.parametrize(
    "stranger", ["binh", "hoa", "lan", "thu", "quan", "khoa", None]
)
async def test_nobody_answers_for_another(visitors, stage, stranger):
    referral_id, (first,) = await offered(visitors, stage, "minh")
    visitor = await visitors(stranger)
    for verb, body in (("accept", None), ("decline", {"reason": "busy"})):
        answer = await visitor.api("POST", f"/offers/{first}/{verb}", body)
        assert answer.status == (404 if stranger else 401)
    if stranger:
        assert (await visitor.get(f"/offers/{first}/decline")).status == 404
    assert (await get_referral(stage, referral_id)).status is ReferralStatus.OFFERED


async def test_a_repeated_acceptance_gets_the_same_answer(visitors, stage):
    _, (first,) = await offered(visitors, stage, "minh")
    minh = await visitors("minh")
    key = {"Idempotency_Key": uuid4().hex}
    answers = [
        await minh.api("POST", f"/offers/{first}/accept", **key) for _ in range(2)
    ]
    assert [one.status for one in answers] == [200, 200]
    assert answers[1].headers["Idempotency-Replayed"] == "true"
    listed = await (await minh.api("GET", "/offers")).json()
    assert str(first) not in [one["id"] for one in listed["offers"]]
