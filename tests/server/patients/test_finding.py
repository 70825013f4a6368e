"""Finding a patient among many, and never one of another station."""

from datetime import date

import pytest
from sqlalchemy import select, text

from server.audit.models import AuditEvent
from server.patients import queries, service
from server.patients.age import age_on
from server.patients.codes import Sex
from server.patients.identifiers import BirthDate, Identifier, IdentifierKind, Precision
from server.patients.models import Patient
from server.patients.particulars import Particulars
from tests.server.patients.arrange import somebody


@pytest.fixture(scope="module")
async def known(stage):
    """One patient of Bình's station, whom everybody looks for."""
    async with stage.acting("binh") as (db, actor):
        sought = await service.register(
            db,
            actor,
            Particulars(
                "Đặng Thị Bích Phượng",
                Sex.FEMALE,
                BirthDate(date(1957, 3, 1), Precision.MONTH),
                phone="+84939111222",
            ),
            [Identifier(IdentifierKind.BHYT, "GD4929876543210")],
        )
        await service.register(db, actor, Particulars("Đặng Thị Bưởi", Sex.FEMALE), [])
    return sought.id


@pytest.mark.parametrize(
    "words",
    [
        "Đặng Thị Bích Phượng",
        "phuong bich",
        "PHƯỢNG",
        "uong dang",
        "bich 1957",
        "GD4 92 98765 43210",
        "gd492",
        "0939111222",
        "+84 939 111 222",
        "0939 11",
    ],
)
async def test_any_part_in_any_order_finds_the_patient(visitors, known, words):
    binh = await visitors("binh")
    answer = await binh.api("GET", f"/patients?q={words.replace('+', '%2B')}")
    assert [one["id"] for one in (await answer.json())["items"]] == [str(known)]


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize(
    "words", ["phuong tran", "bich 1958", "GD493", "0938", "%", "_"]
)
async def test_what_does_not_fit_finds_nobody(visitors, words):
    binh = await visitors("binh")
    answer = await binh.api("GET", f"/patients?q={words.replace('%', '%25')}")
    assert (await answer.json())["items"] == []


async def test_the_page_lists_in_vietnamese_name_order(visitors, known):
    binh = await visitors("binh")
    await binh.get("/patients?q=dang thi")
    assert binh.text.index("Đặng Thị Bưởi") < binh.text.index("Đặng Thị Bích Phượng")
    assert f'href="/patients/{known}"' in binh.text
    assert "0939&nbsp;111&nbsp;222" in binh.text
    await binh.get("/patients?q=khong co ai")
    assert "Không tìm thấy ai" in binh.text


@pytest.mark.parametrize("stranger", ["hoa", "khoa", "minh", "lan"])
async def test_a_stranger_finds_nobody(visitors, known, stranger):
    somebody_else = await visitors(stranger)
    answer = await somebody_else.api("GET", "/patients?q=phuong")
    assert (await answer.json())["items"] == []
    assert (await somebody_else.api("GET", f"/patients/{known}")).status == 404


@pytest.mark.parametrize("stranger", ["hoa", "khoa", "minh", "lan", "thu", "quan"])
async def test_a_stranger_cannot_tell_that_the_patient_exists(
    visitors, known, stranger
):
    somebody_else = await visitors(stranger)
    for path in (f"/patients/{known}/edit", "/patients/not-an-id/edit"):
        assert (await somebody_else.get(path)).status == 404
        assert (await somebody_else.post(path, somebody(revision=1))).status == 404
    body = somebody(revision=1, identifiers=[{"kind": "cmnd", "value": "123456789"}])
    answer = await somebody_else.api("PUT", f"/patients/{known}", body)
    assert answer.status == 404


async def test_signed_out_means_401(visitors, known):
    nobody = await visitors()
    assert (await nobody.api("GET", f"/patients/{known}")).status == 401
    assert (await nobody.get("/patients")).headers["Location"].startswith("/sign-in")


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize("stranger", ["hoa", "khoa", "lan", "thu", "quan", "admin"])
async def test_the_database_alone_keeps_strangers_out(stage, stranger):
    async with stage.acting(stranger) as (db, _):
        assert (await db.scalars(select(Patient))).all() == []
        assert await db.scalar(text("select count(*) from patient_identifiers")) == 0


@pytest.mark.usefixtures("known")
async def test_a_search_is_audited_without_its_words(visitors, stage):
    binh = await visitors("binh")
    await binh.get("/patients?q=phuong")
    async with stage.as_platform() as db:
        row = await db.scalar(
            select(AuditEvent)
            .where(AuditEvent.action == "patient:search")
            .order_by(AuditEvent.at.desc())
            .limit(1)
        )
    assert row.detail == {"found": "1"}


@pytest.mark.usefixtures("known")
async def test_every_way_of_searching_has_an_index(stage):
    async with stage.acting("binh") as (db, actor):
        await db.execute(text("set local enable_seqscan = off"))
        for statement in (
            queries.finding(actor, "phuong bich"),
            queries.finding(actor, "0939 111"),
            queries.finding(actor, "GD4 92"),
            queries.finding(actor, ""),
        ):
            plan = await _plan(db, statement)
            assert "Seq Scan on patient" not in plan, plan


@pytest.mark.usefixtures("known")
async def test_a_search_by_name_compares_in_the_index(stage):
    async with stage.acting("binh") as (db, actor):
        await db.execute(text("set local enable_seqscan = off"))
        await db.execute(text("set local enable_bitmapscan = off"))
        plan = await _plan(db, queries.finding(actor, "phuong bich"))
        assert "Index Only Scan using ix_patients_facility_id_name_sort" in plan, plan


async def _plan(db, statement) -> str:
    compiled = statement.compile(
        dialect=db.get_bind().dialect, compile_kwargs={"literal_binds": True}
    )
    lines = await db.scalars(text(f"explain {compiled}".replace(":", "\\:")))
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("born", "precision", "day", "age"),
    [
        ("2000-02-29", Precision.DAY, "2026-02-28", 25),
        ("2000-02-29", Precision.DAY, "2026-03-01", 26),
        ("1962-01-01", Precision.YEAR, "2026-11-22", 64),
        ("2026-11-22", Precision.DAY, "2026-11-22", 0),
        ("1990-12-01", Precision.MONTH, "2026-11-30", 35),
    ],
)
def test_age_is_counted_in_completed_years(born, precision, day, age):
    patient = Patient(birth_date=date.fromisoformat(born), birth_precision=precision)
    assert age_on(patient, date.fromisoformat(day)) == age


def test_without_a_birth_there_is_no_age():
    assert age_on(Patient(), date(2026, 1, 1)) is None


def test_nothing_printable_carries_a_patient():
    facts = Particulars(
        "Nguyễn Văn A", Sex.MALE, BirthDate(date(1990, 1, 1), Precision.DAY)
    )
    assert "Nguyễn" not in repr(facts)
