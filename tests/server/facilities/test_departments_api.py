"""Programs keep the departments of a hospital and what they answer for."""

from server.demo import demo_id

HOSPITAL = demo_id("Bệnh viện Đa khoa thành phố Cần Thơ (mẫu)")
OTHER = demo_id("Bệnh viện Đa khoa khu vực Thốt Nốt (mẫu)")
LAO_CAI = demo_id("Bệnh viện Đa khoa tỉnh Lào Cai (mẫu)")
NEW = {"department_name": "Khoa Mắt", "specialty_codes": ["internal"]}


async def departments_of(visitor, hospital) -> dict[str, list[str]]:
    answer = await visitor.api("GET", f"/facilities/{hospital}/departments")
    assert answer.status == 200, visitor.text
    found = (await answer.json())["departments"]
    return {one["department_name"]: one["specialty_codes"] for one in found}


async def test_a_department_is_added_and_changed(visitors):
    quan = await visitors("quan")
    path = f"/facilities/{HOSPITAL}/departments"
    made = await quan.api("POST", path, NEW)
    assert made.status == 201, quan.text
    department = await made.json()
    changed = await quan.api(
        "PUT",
        f"{path}/{department['id']}",
        {
            "department_name": "Khoa Mắt và Nội",
            "specialty_codes": ["internal", "cardiology"],
        },
    )
    assert (await changed.json())["id"] == department["id"]
    found = await departments_of(quan, HOSPITAL)
    assert "Khoa Mắt" not in found
    assert found["Khoa Mắt và Nội"] == ["cardiology", "internal"]


async def test_a_department_belongs_to_a_hospital_and_answers_for_something(visitors):
    quan = await visitors("quan")
    for facility, change, code in (
        (HOSPITAL, {"specialty_codes": []}, "specialty_needed"),
        (HOSPITAL, {"specialty_codes": ["magic"]}, "specialty_needed"),
        (HOSPITAL, {"beds": 5}, "extra_forbidden"),
        (demo_id("station:31309"), {}, "not_a_hospital"),
    ):
        path = f"/facilities/{facility}/departments"
        answer = await quan.api("POST", path, NEW | change)
        assert answer.status == 422
        problem = await answer.json()
        assert [one["code"] for one in problem["errors"]] == [code]
    assert "Khoa Mắt" not in await departments_of(quan, HOSPITAL)


async def test_a_department_is_changed_only_through_its_own_hospital(visitors):
    quan = await visitors("quan")
    made = await quan.api(
        "POST",
        f"/facilities/{HOSPITAL}/departments",
        NEW | {"department_name": "Khoa Tai"},
    )
    department = (await made.json())["id"]
    path = f"/facilities/{OTHER}/departments/{department}"
    assert (await quan.api("PUT", path, NEW)).status == 404
    await quan.get(f"/admin/facilities/{OTHER}")
    assert (await quan.post(f"/admin{path}", NEW)).status == 404
    assert "Khoa Tai" in await departments_of(quan, HOSPITAL)


async def test_an_administrator_reads_a_facility_of_the_own_province_only(visitors):
    quan = await visitors("quan")
    found = await quan.api("GET", f"/facilities/{HOSPITAL}")
    assert (await found.json())["kind"] == "hospital"
    assert (await quan.api("GET", f"/facilities/{LAO_CAI}")).status == 404
    assert (await quan.api("GET", f"/facilities/{LAO_CAI}/departments")).status == 404


async def test_whoever_administers_the_country_narrows_the_list_to_a_province(visitors):
    admin = await visitors("admin")
    answer = await admin.api("GET", "/facilities?kind=hospital&province=15")
    provinces = {one["province_code"] for one in (await answer.json())["facilities"]}
    assert provinces == {"15"}
