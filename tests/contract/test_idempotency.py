"""However often a bad line or an impatient finger sends a write, it is done once."""

import asyncio
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from server.app import make_app
from server.appointments.models import Appointment
from server.demo import PASSWORD
from server.patients.models import Patient
from server.records.models import RecordVersion
from server.referrals.models import Referral, ReferralChange, ReferralOffer
from server.web.routes import TABLE
from tests.contract import strangers
from tests.contract.objects import kinds_of
from tests.contract.world import one_of_each
from tests.server.appointments.arrange import free_slots
from tests.server.documents.arrange import upload
from tests.server.patients.arrange import somebody
from tests.server.records.arrange import conclusion

REPLAYED = "Idempotency-Replayed"


async def count_of(stage, model, *where) -> int:
    async with stage.as_platform() as db:
        return await db.scalar(select(func.count()).select_from(model).where(*where))


def new_patient(**fields) -> dict:
    return {**somebody(), **fields}


async def test_a_hundred_replays_have_one_effect_and_one_answer(visitors, stage):
    binh = await visitors("binh")
    body, key = new_patient(), uuid4().hex
    before = await count_of(stage, Patient)
    answers = []
    for _ in range(100):
        answer = await binh.api("POST", "/patients", body, Idempotency_Key=key)
        answers.append((answer.status, binh.text))
    assert answer.headers[REPLAYED] == "true"
    assert answers[0][0] == 201
    assert len(set(answers)) == 1
    assert await count_of(stage, Patient) == before + 1


async def test_fifty_at_once_have_one_effect_and_one_answer(visitors, stage):
    binh = await visitors("binh")
    body, key = new_patient(), uuid4().hex
    before = await count_of(stage, Patient)

    async def send():
        answer = await binh.api("POST", "/patients", body, Idempotency_Key=key)
        return answer.status, await answer.text()

    assert len(set(await asyncio.gather(*(send() for _ in range(50))))) == 1
    assert await count_of(stage, Patient) == before + 1


async def test_a_key_is_not_taken_for_another_request(visitors, stage):
    binh = await visitors("binh")
    key = uuid4().hex
    await binh.api("POST", "/patients", new_patient(), Idempotency_Key=key)
    before = await count_of(stage, Patient)
    for path, body in (("/patients", new_patient()), ("/referrals", {})):
        answer = await binh.api("POST", path, body, Idempotency_Key=key)
        assert answer.status == 422
        assert (await answer.json())["code"] == "idempotency_key_reused"
    assert await count_of(stage, Patient) == before


async def test_the_same_key_of_another_person_is_another_key(visitors):
    binh, hoa = await visitors("binh"), await visitors("hoa")
    body, key = new_patient(), uuid4().hex
    made = [
        await (await one.api("POST", "/patients", body, Idempotency_Key=key)).json()
        for one in (binh, hoa)
    ]
    assert made[0]["id"] != made[1]["id"]


async def test_a_refused_write_leaves_its_key_free(visitors):
    binh = await visitors("binh")
    key = uuid4().hex
    refused = await binh.api(
        "POST", "/patients", new_patient(full_name=""), Idempotency_Key=key
    )
    assert refused.status == 422
    answer = await binh.api("POST", "/patients", new_patient(), Idempotency_Key=key)
    assert answer.status == 201


@pytest.mark.parametrize("key", ["", " ", "k" * 65])
async def test_every_json_write_asks_for_a_usable_key(visitors, settings, stage, key):
    world = await one_of_each(stage, settings)
    declared = dict.fromkeys(make_app(settings)[TABLE].values())
    people = {name: await visitors(name) for name in set(strangers.OWNERS.values())}
    for route in declared:
        if not route.is_api or route.method == "GET" or route.needs == "anyone":
            continue
        path = route.path.removeprefix("/api/v1")
        if "{" in path:
            kinds = kinds_of(route.method, route.path)
            path = path.format_map({name: world.ids[kinds[name]] for name in kinds})
        visitor = people[strangers.owner_of(route)]
        body = upload(visitor) if route.takes_files else {}
        answer = await visitor.api(route.method, path, body, Idempotency_Key=key)
        assert answer.status == 400, (route.path, visitor.text)
        assert (await answer.json())["code"] == "idempotency_key_missing"


async def test_a_secret_is_told_once_and_its_write_is_not_done_again(
    visitors, stage, settings
):
    world = await one_of_each(stage, settings)
    quan = await visitors("quan")
    path, key = f"/people/{world.ids['person']}/reset-password", uuid4().hex
    first = await quan.api("POST", path, Idempotency_Key=key)
    assert first.status == 200
    again = await quan.api("POST", path, Idempotency_Key=key)
    assert again.status == 409
    assert (await again.json())["code"] == "answer_not_kept"


class Click:
    """A button that is pressed twice: two requests at once, with the same marks."""

    def __init__(self, visitor) -> None:
        self.visitor = visitor

    async def twice(self, path: str, fields=None) -> str:
        data = {**(fields or {}), "once": uuid4().hex, "csrf_token": self.visitor.csrf}

        async def press():
            return await self.visitor.post(path, data=data)

        first, second = await asyncio.gather(press(), press())
        assert (first.status, second.status) == (303, 303), self.visitor.text[:2000]
        assert first.headers["Location"] == second.headers["Location"]
        return first.headers["Location"]


async def test_registering_twice_makes_one_patient(visitors, stage):
    before = await count_of(stage, Patient)
    await Click(await visitors("binh")).twice("/patients", somebody())
    assert await count_of(stage, Patient) == before + 1


async def test_asking_for_advice_twice_opens_one_draft(visitors, stage):
    binh = await visitors("binh")
    patient = await Click(binh).twice("/patients", somebody())
    before = await count_of(stage, Referral)
    await Click(binh).twice(f"{patient}/referrals")
    assert await count_of(stage, Referral) == before + 1


async def test_sending_twice_sends_once(visitors, stage, settings):
    world = await one_of_each(stage, settings)
    key = world.ids["draft"]
    moves = ReferralChange.referral_id == key, ReferralChange.before == "draft"
    before = await count_of(stage, ReferralChange, *moves)
    await Click(await visitors("binh")).twice(f"/referrals/{key}/submit")
    assert await count_of(stage, ReferralChange, *moves) == before + 1
    assert (await world.case("draft")).status == "submitted"


async def test_offering_twice_asks_once(visitors, stage, settings):
    world = await one_of_each(stage, settings)
    key = world.ids["submitted"]
    lan = (await stage.actor("lan")).id
    await Click(await visitors("thu")).twice(
        f"/referrals/{key}/offers", {"specialist_ids": str(lan)}
    )
    assert await count_of(stage, ReferralOffer, ReferralOffer.referral_id == key) == 1


async def test_accepting_twice_takes_the_case_once(visitors, stage, settings):
    world = await one_of_each(stage, settings)
    await Click(await visitors("minh")).twice(f"/offers/{world.ids['offer']}/accept")
    taken = (
        ReferralChange.referral_id == world.ids["offered"],
        ReferralChange.after == "accepted",
    )
    assert await count_of(stage, ReferralChange, *taken) == 1


async def test_booking_twice_books_once(visitors, stage, settings):
    world = await one_of_each(stage, settings)
    binh = await visitors("binh")
    key = world.ids["accepted"]
    cancelled = await binh.api(
        "POST",
        f"/appointments/{world.ids['appointment']}/cancel",
        {"reason": "Người bệnh xin dời"},
    )
    assert cancelled.status == 200, binh.text
    starts = (await free_slots(binh, key))[5]
    await Click(binh).twice(f"/referrals/{key}/appointments", {"starts": starts})
    live = Appointment.referral_id == key, Appointment.status == "booked"
    assert await count_of(stage, Appointment, *live) == 1


async def test_signing_twice_signs_one_version(visitors, stage, settings):
    world = await one_of_each(stage, settings)
    minh = await visitors("minh")
    key = world.ids["accepted"]
    saved = await minh.post(
        f"/referrals/{key}/record/draft",
        {**conclusion(), "version": 0},
        headers={"Accept": "application/json"},
    )
    version = (await saved.json())["version"]
    before = await count_of(stage, RecordVersion)
    await Click(minh).twice(
        f"/referrals/{key}/record/sign", {"password": PASSWORD, "version": version}
    )
    assert await count_of(stage, RecordVersion) == before + 1
