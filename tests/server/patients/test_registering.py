"""Registering a patient: quickly, once, and never too late in an emergency."""

import pytest
from sqlalchemy import func, select

from server.audit.models import AuditEvent
from server.core.ids import new_id
from server.patients.models import Patient, PatientIdentifier
from tests.server.patients.arrange import register_patient, somebody


async def test_a_doctor_registers_a_patient_with_a_year_of_birth_alone(visitors, stage):
    binh = await visitors("binh")
    await binh.get("/patients/new")
    assert "Đăng ký người bệnh" in binh.text
    patient_id = await register_patient(
        binh,
        full_name="Nguyễn Văn  Được",
        birth_date="1948",
        sex="1",
        identifier_kind="cccd",
        identifier_value="092 048 001234",
        other_kind="bhyt",
        other_value="HT 2 92 1234567890",
        phone="0912 345 678",
        allergies="Penicillin: nổi mày đay",
    )
    async with stage.acting("binh") as (db, _):
        patient = await db.get(Patient, patient_id)
        assert patient.name_fold == "nguyen van duoc"
        assert patient.birth_date.year == 1948
        assert patient.birth_precision == "year"
        assert patient.phone == "+84912345678"
        numbers = set(
            await db.scalars(
                select(PatientIdentifier.value).where(
                    PatientIdentifier.patient_id == patient_id
                )
            )
        )
    assert numbers == {"092048001234", "HT2921234567890"}


async def test_the_form_proposes_the_commune_of_the_station(visitors):
    binh = await visitors("binh")
    await binh.get("/patients/new")
    assert '<option value="31309" selected>' in binh.text


async def test_an_empty_form_says_what_to_do_beside_each_field(visitors):
    binh = await visitors("binh")
    answer = await binh.post("/patients", {"phone": "123"})
    assert answer.status == 422
    for sentence in (
        "Hãy nhập họ và tên.",
        "chỉ cần nhập năm",
        "Hãy chọn giới tính.",
        "Số di động gồm 10 chữ số",
    ):
        assert binh.text.count(sentence) == 2, sentence  # summary and field
    assert 'value="123"' in binh.text


@pytest.mark.parametrize(
    ("field", "typed", "code"),
    [
        ("birth_date", "31/02/1980", "birth_date_unreal"),
        ("birth_date", "mồng một", "birth_date_format"),
        ("phone", "12", "phone_format"),
        ("sex", "7", "enum"),
        ("ethnic_code", "77", "enum"),
        ("current_commune_code", "99999", "commune_unknown"),
        ("full_name", "x" * 121, "string_too_long"),
    ],
)
async def test_a_value_that_cannot_be_is_refused_with_a_code(
    visitors, field, typed, code
):
    binh = await visitors("binh")
    answer = await binh.api("POST", "/patients", somebody(**{field: typed}))
    assert answer.status == 422, binh.text
    errors = (await answer.json())["errors"]
    assert [(one["field"], one["code"]) for one in errors] == [(field, code)]
    assert errors[0]["detail"]


async def test_an_emergency_needs_neither_name_nor_papers(visitors, stage):
    binh = await visitors("binh")
    answer = await binh.post("/patients", {"emergency": "true"})
    assert answer.status == 303, binh.text
    patient_id = answer.headers["Location"].removeprefix("/patients/")
    async with stage.acting("binh") as (db, _):
        patient = await db.get(Patient, patient_id)
        assert patient.full_name == "Không rõ"
        assert patient.sex == "3"
        paper = await db.scalar(
            select(PatientIdentifier).where(PatientIdentifier.patient_id == patient.id)
        )
        assert paper.kind == "temporary"
        assert paper.value.startswith("TAM-")


async def test_two_unknown_people_are_not_taken_for_one(visitors):
    binh = await visitors("binh")
    for _ in range(2):
        assert (await binh.post("/patients", {"emergency": "true"})).status == 303


async def test_a_number_that_is_known_leads_to_its_patient(visitors):
    binh = await visitors("binh")
    paper = {"identifier_kind": "cccd", "identifier_value": "092162005555"}
    known = await register_patient(binh, birth_date="1962", **paper)
    answer = await binh.post(
        "/patients",
        somebody(full_name="Lý Thị Khác", confirmed="possible_duplicate", **paper),
    )
    assert answer.status == 422
    assert "đã có trong hồ sơ của một người bệnh khác" in binh.text
    assert f"/patients/{known}" in binh.text
    assert "Lý Thị Khác" in binh.text


async def test_the_same_number_at_another_station_is_no_secret_told(visitors):
    binh, hoa = await visitors("binh"), await visitors("hoa")
    paper = {"identifier_kind": "passport", "identifier_value": "C7654321"}
    await register_patient(binh, **paper)
    await register_patient(hoa, **paper)


@pytest.mark.parametrize(
    "same",
    [
        {"full_name": "TRAN VAN SONG", "birth_date": "05/06/1971"},
        {"phone": "0977 000 111"},
    ],
    ids=["name and year", "telephone"],
)
async def test_a_look_alike_is_shown_and_can_still_be_a_new_person(visitors, same):
    binh = await visitors("binh")
    first = somebody(full_name="Trần Văn Song", birth_date="1971", sex="1")
    first["phone"] = "+84 977 000 111"
    await binh.post("/patients", {**first, "confirmed": "possible_duplicate"})

    second = {**somebody(), **same}
    answer = await binh.post("/patients", second)
    assert answer.status == 422
    assert "Trần Văn Song" in binh.text
    assert "Vẫn là người mới" in binh.text
    assert "<title>Lỗi" not in binh.text

    again = await binh.post("/patients", {**second, "confirmed": "possible_duplicate"})
    assert again.status == 303


async def test_a_card_that_disagrees_warns_once_and_never_blocks(visitors):
    binh = await visitors("binh")
    typed = somebody(
        sex="2",
        birth_date="1980",
        identifier_kind="cccd",
        identifier_value="092075001111",
    )
    answer = await binh.post("/patients", typed)
    assert answer.status == 422
    assert "Giới tính đã chọn khác với giới tính trong số CCCD" in binh.text
    assert "Năm sinh đã nhập khác với năm sinh trong số CCCD" in binh.text
    assert 'name="confirmed" value="cccd_sex_differs"' in binh.text
    seen = ["cccd_sex_differs", "cccd_birth_year_differs"]
    assert (await binh.post("/patients", {**typed, "confirmed": seen})).status == 303


async def test_a_client_brings_its_own_id_and_repeats_itself_safely(visitors):
    binh = await visitors("binh")
    own = str(new_id())
    body = somebody(id=own, identifiers=[{"kind": "cmnd", "value": "361 234 567"}])
    first = await binh.api("POST", "/patients", body, Idempotency_Key="a1")
    assert first.status == 201, binh.text
    shown = await first.json()
    assert shown["id"] == own
    assert shown["birth_date"] == body["birth_date"]
    assert shown["identifiers"] == [{"kind": "cmnd", "value": "361234567"}]
    again = await binh.api("POST", "/patients", body, Idempotency_Key="a1")
    assert (again.status, await again.json()) == (201, shown)
    other = await binh.api("POST", "/patients", somebody(id=own))
    assert (other.status, (await other.json())["code"]) == (409, "patient_exists")
    old = await binh.api(
        "POST", "/patients", somebody(id="9f4ab8a0-0a87-4f36-9d2c-0f3ad5f66c0e")
    )
    assert (old.status, (await old.json())["errors"][0]["code"]) == (
        422,
        "uuid_version",
    )


async def test_the_api_asks_for_the_same_confirmation(visitors):
    binh = await visitors("binh")
    body = somebody(full_name="Võ Thị Mơ", birth_date="1966-02-03", sex="2")
    assert (await binh.api("POST", "/patients", body)).status == 201
    refused = await binh.api("POST", "/patients", body)
    answer = await refused.json()
    assert (refused.status, answer["code"]) == (422, "confirmation_needed")
    assert [one["code"] for one in answer["errors"]] == ["possible_duplicate"]
    confirmed = {**body, "confirmed": ["possible_duplicate"]}
    assert (await binh.api("POST", "/patients", confirmed)).status == 201


async def test_a_form_that_is_refused_late_leaves_nothing_behind(visitors, stage):
    binh = await visitors("binh")

    async def patients() -> int:
        async with stage.acting("binh") as (db, _):
            return await db.scalar(select(func.count()).select_from(Patient))

    paper = {"identifier_kind": "cccd", "identifier_value": "092188007777"}
    await register_patient(binh, birth_date="1988", **paper)
    before = await patients()
    assert (await binh.post("/patients", somebody(**paper))).status == 422
    assert await patients() == before


async def test_registering_is_audited_without_a_name(visitors, stage):
    binh = await visitors("binh")
    patient_id = await register_patient(binh)
    async with stage.as_platform() as db:
        row = await db.scalar(
            select(AuditEvent).where(
                AuditEvent.patient_id == patient_id,
                AuditEvent.action == "patient:register",
            )
        )
    assert row.detail == {}


@pytest.mark.parametrize("stranger", ["minh", "thu", "quan", "admin"])
async def test_only_a_station_registers(visitors, stranger):
    somewhere_else = await visitors(stranger)
    assert (await somewhere_else.get("/patients/new")).status == 403
    assert (await somewhere_else.post("/patients", somebody())).status == 403
    assert (await somewhere_else.api("POST", "/patients", somebody())).status == 403
