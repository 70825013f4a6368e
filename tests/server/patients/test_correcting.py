"""Correcting what is known, when two people do it at once too."""

import re

import pytest
from sqlalchemy import select

from server.patients.models import Patient, PatientIdentifier
from tests.server.patients.arrange import register_patient, somebody


def _shown(visitor, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*?value="([^"]*)"', visitor.text, re.DOTALL)
    return found[1] if found else ""


async def test_a_correction_is_saved_and_the_revision_counts(visitors, stage):
    binh = await visitors("binh")
    patient_id = await register_patient(
        binh, full_name="Huỳnh Thị Mai", birth_date="1959"
    )
    page = f"/patients/{patient_id}/edit"
    await binh.get(page)
    assert _shown(binh, "full_name") == "Huỳnh Thị Mai"
    assert _shown(binh, "birth_date") == "1959"
    revision = int(_shown(binh, "revision"))
    typed = somebody(
        full_name="Huỳnh Thị Mai",
        birth_date="02/09/1959",
        revision=revision,
        identifier_kind="cccd",
        identifier_value="092159000111",
        history="Tăng huyết áp",
    )
    answer = await binh.post(page, typed)
    assert answer.headers["Location"] == f"/patients/{patient_id}"
    async with stage.acting("binh") as (db, _):
        patient = await db.get(Patient, patient_id)
        assert patient.revision == revision + 1
        assert patient.birth_precision == "day"
        assert patient.history == "Tăng huyết áp"


async def test_the_second_of_two_editors_sees_both_texts(visitors):
    binh = await visitors("binh")
    patient_id = await register_patient(
        binh, full_name="Cao Văn Lầu", birth_date="1945"
    )
    page = f"/patients/{patient_id}/edit"
    await binh.get(page)
    revision = _shown(binh, "revision")
    mine = somebody(full_name="Cao Văn Lầu", birth_date="1945", revision=revision)
    await binh.post(page, {**mine, "allergies": "Tôm"})
    answer = await binh.post(page, {**mine, "allergies": "Cua"})
    assert answer.status == 409
    assert "Người khác vừa sửa hồ sơ này" in binh.text
    assert "Tôm" in binh.text
    assert "Cua</textarea>" in binh.text
    again = {**mine, "allergies": "Tôm, cua", "revision": _shown(binh, "revision")}
    assert (await binh.post(page, again)).status == 303


async def test_a_paper_typed_by_mistake_is_removed_but_never_the_last(visitors, stage):
    binh = await visitors("binh")
    paper = {"identifier_kind": "cmnd", "identifier_value": "361000111"}
    patient_id = await register_patient(
        binh, full_name="Sơn Thị Ro", birth_date="1970", **paper
    )
    page = f"/patients/{patient_id}/edit"
    async with stage.acting("binh") as (db, _):
        held = await db.scalar(
            select(PatientIdentifier.id).where(
                PatientIdentifier.patient_id == patient_id
            )
        )
    typed = somebody(
        full_name="Sơn Thị Ro", birth_date="1970", revision=1, remove=str(held)
    )
    assert (await binh.post(page, typed)).status == 422
    assert "ít nhất một giấy tờ" in binh.text
    more = {"identifier_kind": "passport", "identifier_value": "K1234567"}
    assert (await binh.post(page, {**typed, **more})).status == 303
    async with stage.acting("binh") as (db, _):
        values = await db.scalars(
            select(PatientIdentifier.value).where(
                PatientIdentifier.patient_id == patient_id
            )
        )
        assert values.all() == ["K1234567"]


async def test_a_disagreement_that_was_confirmed_is_not_asked_about_again(visitors):
    binh = await visitors("binh")
    patient_id = await register_patient(
        binh,
        full_name="Lâm Văn Út",
        birth_date="1980",
        sex="1",
        identifier_kind="cccd",
        identifier_value="092081001234",
        confirmed="cccd_birth_year_differs",
    )
    page = f"/patients/{patient_id}/edit"
    typed = somebody(full_name="Lâm Văn Út", birth_date="1980", sex="1", revision=1)
    assert (await binh.post(page, {**typed, "phone": "0911222333"})).status == 303
    other = {**typed, "sex": "2", "revision": 2}
    assert (await binh.post(page, other)).status == 422
    assert "Giới tính đã chọn khác" in binh.text


@pytest.mark.parametrize("revision", [1, 7])
async def test_the_api_replaces_the_papers_by_the_last_revision_only(
    visitors, revision
):
    binh = await visitors("binh")
    patient_id = await register_patient(
        binh, identifier_kind="cmnd", identifier_value=f"36200011{revision}"
    )
    body = somebody(
        revision=revision,
        identifiers=[{"kind": "passport", "value": f"B765432{revision}"}],
    )
    answer = await binh.api("PUT", f"/patients/{patient_id}", body)
    shown = await answer.json()
    if revision == 1:
        assert answer.status == 200, binh.text
        assert shown["revision"] == 2
        assert shown["identifiers"] == [{"kind": "passport", "value": "B7654321"}]
    else:
        assert (answer.status, shown["code"]) == (409, "patient_changed")
