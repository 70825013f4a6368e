"""An id inside what is sent opens nothing that its place in an address would not open."""

import pytest

from server.core.ids import new_id
from server.demo import demo_id
from tests.contract import strangers
from tests.contract.bodies import JSON
from tests.contract.world import one_of_each
from tests.server.patients.arrange import register_patient
from tests.server.referrals import queued
from tests.server.referrals.arrange import draft

LAO_CAI = demo_id("Bệnh viện Đa khoa tỉnh Lào Cai (mẫu)")


@pytest.fixture(scope="module")
async def world(stage, settings):
    await strangers.arrange_strangers(stage)
    return await one_of_each(stage, settings)


async def refused_alike(visitor, method, path, bodies) -> str:
    """Send each body; all must be refused in the same words. Returns the code."""
    told = set()
    for body in bodies:
        answer = await visitor.api(method, path, body)
        assert 400 <= answer.status < 500, visitor.text
        problem = await answer.json()
        told.add((answer.status, problem["code"], str(problem.get("errors"))))
    assert len(told) == 1, told
    return told.pop()[1]


async def test_no_request_is_drafted_for_a_patient_of_another_station(visitors, world):
    hoa = await visitors("hoa")
    bodies = [{"patient_id": str(key)} for key in (world.ids["patient"], new_id())]
    assert await refused_alike(hoa, "POST", "/referrals", bodies) == "not_found"


async def test_a_draft_cannot_take_the_id_of_another_stations_case(visitors, world):
    hoa = await visitors("hoa")
    own = await register_patient(hoa)
    body = {"patient_id": str(own), "id": str(world.ids["accepted"])}
    answer = await hoa.api("POST", "/referrals", body)
    assert answer.status == 409
    assert str(world.ids["patient"]) not in hoa.text
    body = {**JSON["PUT /patients/{id}"], "id": str(world.ids["patient"])}
    del body["revision"]
    answer = await hoa.api("POST", "/patients", body)
    assert answer.status == 409


async def test_a_request_is_sent_to_nothing_but_a_hospital(visitors):
    binh = await visitors("binh")
    path = f"/referrals/{await draft(binh)}"
    bodies = [
        {"revision": 1, "hospital_id": str(key)}
        for key in (demo_id("station:31258"), demo_id("department:92"), new_id())
    ]
    await refused_alike(binh, "PUT", path, bodies)


async def test_nobody_is_asked_who_does_not_belong_to_the_case(visitors, stage, world):
    async with stage.as_platform() as db:
        far = await queued.add_colleague(db, "far", "minh", strangers.LAO_CAI)
    people = [far.id, *(await queued.ids_of(stage, "binh", "thu")), new_id()]
    thu = await visitors("thu")
    bodies = [{"specialist_ids": [str(key)]} for key in people]
    path = f"/referrals/{world.ids['submitted']}/offers"
    assert await refused_alike(thu, "POST", path, bodies) == "invalid"


async def test_an_offer_is_withdrawn_only_through_its_own_case(visitors, world):
    thu = await visitors("thu")
    for key in (world.ids["offer"], new_id()):
        path = f"/referrals/{world.ids['submitted']}/offers/{key}/withdraw"
        assert (await thu.post(path)).status == 404


async def test_a_department_is_changed_only_through_its_own_hospital(visitors, world):
    quan = await visitors("quan")
    for key in (world.ids["department"], new_id()):
        path = f"/admin/facilities/{strangers.OTHER_HOSPITAL}/departments/{key}"
        assert (await quan.get(path)).status == 404


async def test_an_administrator_gives_no_account_in_another_province(visitors):
    quan = await visitors("quan")
    bodies = [
        {
            "full_name": "Lý Thị Xa",
            "username": "ly.xa",
            "role": "specialist",
            "facility_id": str(key),
        }
        for key in (LAO_CAI, new_id())
    ]
    await refused_alike(quan, "POST", "/people", bodies)


async def test_the_trail_of_a_patient_is_for_the_system_administrator(visitors, world):
    for name in ("binh", "minh", "thu", "quan"):
        visitor = await visitors(name)
        answer = await visitor.api("GET", f"/audit?patient_id={world.ids['patient']}")
        assert answer.status == 403
