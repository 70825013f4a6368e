"""Administrators keep facilities, departments and specialties true."""

import re

import pytest
from sqlalchemy import select

from server.demo import demo_id
from server.facilities.models import DepartmentSpecialty, Facility
from tests.server.admin.arrange import administrator_of

STATION = demo_id("station:31309")
HOSPITAL = demo_id("Bệnh viện Đa khoa thành phố Cần Thơ (mẫu)")
CARDIOLOGY = demo_id("Bệnh viện Đa khoa thành phố Cần Thơ (mẫu):Khoa Nội tim mạch")
LAO_CAI = demo_id("station:02683")


def point(**fields) -> dict:
    return {
        "kind": "satellite_point",
        "province_code": "92",
        "name": "Điểm trạm Ấp 5",
        "parent_id": STATION,
        "commune_code": "31309",
        "phone": "0292 382 0071",
        "active_from": "1/7/2026",
    } | fields


async def named(stage, name: str) -> Facility | None:
    async with stage.as_platform() as db:
        return await db.scalar(select(Facility).where(Facility.name == name))


async def test_a_satellite_point_is_added_under_its_station(visitors, stage):
    quan = await visitors("quan")
    await quan.get("/admin/facilities/new?kind=satellite_point")
    assert "Thuộc trạm y tế" in quan.text
    await quan.follow(await quan.post("/admin/facilities/new", point()))
    assert "Điểm trạm Ấp 5" in quan.text
    assert 'value="01/07/2026"' in quan.text
    saved = await named(stage, "Điểm trạm Ấp 5")
    assert (saved.parent_id, saved.phone) == (STATION, "02923820071")


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"parent_id": ""}, "Hãy chọn trạm y tế quản lý điểm trạm này"),
        ({"parent_id": HOSPITAL}, "Hãy chọn trạm y tế quản lý điểm trạm này"),
        ({"parent_id": LAO_CAI}, "Hãy chọn trạm y tế quản lý điểm trạm này"),
        ({"kind": "station"}, "Chỉ điểm trạm mới thuộc một trạm y tế"),
        ({"commune_code": "02647"}, "không thuộc tỉnh của cơ sở"),
        ({"commune_code": ""}, "Hãy chọn xã, phường"),
        ({"province_code": "15"}, "Chỉ quản trị hệ thống"),
        ({"kind": "health_department"}, "Chỉ quản trị hệ thống"),
        ({"provider_code": "92D00"}, "đã được cấp cho cơ sở khác"),
        ({"provider_code": "9"}, "đúng 5 chữ cái hoặc chữ số"),
        ({"active_from": "31/2/2026"}, "ví dụ 09/03/2026"),
        ({"active_until": "30/6/2026"}, "phải sau ngày bắt đầu"),
        ({"phone": "abc"}, "8–12 chữ số"),
        ({"name": ""}, "Hãy nhập tên cơ sở"),
        ({"kind": "castle"}, "Hãy chọn loại cơ sở"),
    ],
)
async def test_a_wrong_field_is_named_and_nothing_is_added(
    visitors, stage, wrong, sentence
):
    quan = await visitors("quan")
    fields = point(name="Điểm trạm sai") | wrong
    assert (await quan.post("/admin/facilities/new", fields)).status == 422
    assert sentence in quan.text
    assert await named(stage, "Điểm trạm sai") is None


async def test_a_facility_is_corrected(visitors, stage):
    quan = await visitors("quan")
    await quan.get(f"/admin/facilities/{STATION}")
    fields = {
        "name": "Trạm y tế xã Trường Long mới",
        "commune_code": "31309",
        "provider_code": "s1a2b",
        "active_from": "01/01/2026",
        "telehealth_unit_since": "01/10/2026",
    }
    await quan.follow(await quan.post(f"/admin/facilities/{STATION}", fields))
    assert "Đã lưu" in quan.text
    saved = await named(stage, fields["name"])
    assert (saved.id, saved.provider_code) == (STATION, "S1A2B")
    assert saved.telehealth_unit_since.month == 10
    answer = await quan.post(f"/admin/facilities/{STATION}", fields | {"name": "x"})
    assert answer.status == 422
    assert 'value="x"' in quan.text


async def test_a_department_answers_for_its_specialties(visitors, stage):
    quan = await visitors("quan")
    path = f"/admin/facilities/{HOSPITAL}/departments"
    await quan.get(f"{path}/new")
    new = {"department_name": "Khoa Mắt", "specialty_codes": ["ophthalmology"]}
    assert (
        await quan.post(f"{path}/new", {"department_name": "Khoa Mắt"})
    ).status == 422
    assert "Hãy chọn ít nhất một chuyên khoa" in quan.text
    await quan.follow(await quan.post(f"{path}/new", new))
    assert quan.text.count("Khoa Mắt") == 1

    await quan.get(f"{path}/{CARDIOLOGY}")
    assert re.search(r'value="cardiology"[^>]*checked', quan.text)
    changed = {
        "department_name": "Khoa Tim",
        "specialty_codes": ["cardiology", "surgery"],
    }
    await quan.follow(await quan.post(f"{path}/{CARDIOLOGY}", changed))
    assert "Khoa Tim" in quan.text
    async with stage.as_platform() as db:
        codes = await db.scalars(
            select(DepartmentSpecialty.specialty_code).where(
                DepartmentSpecialty.department_id == CARDIOLOGY
            )
        )
        assert set(codes) == {"cardiology", "surgery"}
    wrong = changed | {"specialty_codes": ["cardiology", "magic"]}
    assert (await quan.post(f"{path}/{CARDIOLOGY}", wrong)).status == 422
    station = f"/admin/facilities/{STATION}/departments/new"
    assert (await quan.post(station, new)).status == 422


async def test_the_list_is_narrowed_by_name_kind_and_commune(visitors):
    quan = await visitors("quan")
    await quan.get("/admin/facilities?kind=hospital")
    assert quan.text.count("<tr role") == 4
    await quan.get("/admin/facilities?commune=31135&q=benh+vien")
    assert quan.text.count("<tr role") == 2
    await quan.get("/admin/facilities?q=Lào Cai")
    assert "Không có cơ sở nào như vậy" in quan.text
    admin = await visitors("admin")
    await admin.get("/admin/facilities?province=15&kind=hospital")
    assert "Bệnh viện Đa khoa tỉnh Lào Cai" in admin.text


async def test_another_province_and_other_roles_are_strangers(visitors, stage):
    await administrator_of(stage, "lao-cai", "15")
    other = await visitors("lao-cai")
    departments = f"/admin/facilities/{HOSPITAL}/departments"
    fields = {"department_name": "Khoa Lạ", "specialty_codes": ["surgery"]}
    paths = (
        f"/admin/facilities/{HOSPITAL}",
        f"{departments}/new",
        f"{departments}/{CARDIOLOGY}",
    )
    for path in paths:
        assert (await other.get(path)).status == 404
        assert (await other.post(path, fields)).status == 404
    # A department is reached through its own hospital only.
    own = demo_id("Bệnh viện Đa khoa tỉnh Lào Cai (mẫu)")
    path = f"/admin/facilities/{own}/departments/{CARDIOLOGY}"
    assert (await other.get(path)).status == 404
    assert (await other.post(path, fields)).status == 404
    for who in ("binh", "minh", "thu"):
        stranger = await visitors(who)
        assert (await stranger.get("/admin/facilities")).status == 403
        assert (await stranger.get(paths[0])).status == 404
        assert (await stranger.post(paths[0], fields)).status == 404
