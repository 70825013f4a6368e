"""The directory of facilities for programs."""

from server.demo import demo_id

NEW = {
    "kind": "hospital",
    "province_code": "92",
    "name": "Bệnh viện Nhi (mẫu)",
    "level": "specialised",
    "provider_code": "92N01",
    "commune_code": "31135",
    "active_from": "2026-03-01",
}


async def test_a_facility_is_added_and_replaced(visitors):
    quan = await visitors("quan")
    made = await quan.api("POST", "/facilities", NEW)
    assert made.status == 201, quan.text
    facility = await made.json()
    body = {name: NEW[name] for name in NEW if name not in {"kind", "province_code"}}
    changed = await quan.api(
        "PUT", f"/facilities/{facility['id']}", body | {"phone": "+84 292 111 222"}
    )
    assert (await changed.json())["phone"] == "+84292111222"
    found = await (await quan.api("GET", "/facilities?q=nhi&kind=hospital")).json()
    assert [one["id"] for one in found["facilities"]] == [facility["id"]]


async def test_mistakes_have_stable_codes(visitors):
    quan = await visitors("quan")
    for change, code in (
        ({"kind": "satellite_point"}, "parent_needed"),
        ({"province_code": "15"}, "not_yours"),
        ({"commune_code": "02647"}, "commune_unknown"),
        ({"provider_code": "92D00"}, "provider_code_taken"),
        ({"active_until": "2026-01-01", "provider_code": None}, "ends_before_start"),
        ({"beds": 5}, "extra_forbidden"),
    ):
        answer = await quan.api("POST", "/facilities", NEW | change)
        assert answer.status == 422
        problem = await answer.json()
        assert [one["code"] for one in problem["errors"]] == [code]


async def test_a_person_sees_the_own_province_and_only_administrators_write(visitors):
    binh = await visitors("binh")
    found = await (await binh.api("GET", "/facilities?kind=hospital")).json()
    assert {one["province_code"] for one in found["facilities"]} == {"92"}
    assert (await binh.api("POST", "/facilities", NEW)).status == 403
    own = demo_id("station:31309")
    assert (await binh.api("PUT", f"/facilities/{own}", NEW)).status == 404
    quan = await visitors("quan")
    other = demo_id("station:02683")
    body = {name: NEW[name] for name in NEW if name not in {"kind", "province_code"}}
    assert (await quan.api("PUT", f"/facilities/{other}", body)).status == 404
    nobody = await visitors()
    assert (await nobody.api("GET", "/facilities")).status == 401


async def test_specialties_come_in_the_order_of_the_forms(visitors):
    binh = await visitors("binh")
    found = (await (await binh.api("GET", "/specialties")).json())["specialties"]
    assert found[0]["code"] == "emergency"
    assert len(found) == 23
