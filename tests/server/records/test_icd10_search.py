"""The diagnosis search, and the import of an official list."""

import pytest
from sqlalchemy import func, select, text

from server.records.icd10_import import BadList, import_file, read_list
from server.records.models import Diagnosis
from server.records.seed import load


async def found(visitor, words: str) -> list[str]:
    answer = await visitor.http.get(visitor.root / "api/v1/icd10", params={"q": words})
    assert answer.status == 200
    return [one["code"] for one in await answer.json()]


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("I10", "I10"),
        ("i10", "I10"),
        ("tăng huyết áp", "I10"),
        ("huyet ap tang", "I10"),
        ("E119", "E11.9"),
        ("e11.9", "E11.9"),
    ],
)
async def test_a_diagnosis_is_found_by_code_or_words(visitors, words, first):
    codes = await found(await visitors("minh"), words)
    assert codes[0] == first
    assert len(codes) <= 20


@pytest.mark.parametrize("words", ["", "   ", "%", "_", "\\", "'", "không có bệnh này"])
async def test_what_names_nothing_finds_nothing(visitors, words):
    assert await found(await visitors("binh"), words) == []


async def test_nobody_searches_signed_out_or_too_long(visitors):
    assert (await (await visitors()).get("/api/v1/icd10?q=I10")).status == 401
    binh = await visitors("binh")
    assert (await binh.get(f"/api/v1/icd10?q={'a' * 101}")).status == 422


async def test_the_search_uses_its_index(stage):
    async with stage.as_platform() as db:
        await db.execute(text("SET LOCAL enable_seqscan = off"))
        plan = await db.execute(
            text("EXPLAIN SELECT code FROM icd10_codes WHERE search LIKE '% huyet%'")
        )
        assert "ix_icd10_codes_search" in str(plan.all())


OFFICIAL = """\
code,name_vi,not_main,discouraged_main,unusable,cause_of_death_only,female,male
I10,Bệnh lý tăng huyết áp,,,,,,
U13,Mã không dùng,,,x,,,
I46.9,Ngừng tim,,,,1,,
M01.00,Viêm khớp,1,,,,,
"""
WRONG = """\
code;name_vi;unusable
I10;Tăng huyết áp;
i10;thường;
I10;Lặp;
I11;;
I12;Tên;đúng
I13
"""


async def test_an_official_list_replaces_the_built_in_one(visitors, stage, tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("\ufeff" + OFFICIAL, encoding="utf-8")
    assert await import_file(path, stage.app_url) == 4
    minh = await visitors("minh")
    assert await found(minh, "tang huyet ap benh ly") == ["I10"]
    assert await found(minh, "U13") == []
    async with stage.as_platform() as db:
        rows = {row.code: row for row in await db.scalars(select(Diagnosis))}
    assert len(rows) == 4
    assert rows["I10"].source == "06/2026/TT-BYT"
    assert rows["I46.9"].not_main
    assert rows["M01.00"].not_main

    async with stage.as_platform() as db:
        await load(db)
        kept = await db.get_one(Diagnosis, "I10")
    assert kept.name == "Bệnh lý tăng huyết áp"


async def test_one_bad_line_and_nothing_changes(stage, tmp_path):
    async with stage.as_platform() as db:
        before = await db.scalar(select(func.count()).select_from(Diagnosis))
    path = tmp_path / "list.csv"
    path.write_text(WRONG, encoding="utf-8")
    with pytest.raises(BadList) as caught:
        await import_file(path, stage.app_url)
    lines = [problem.partition(":")[0] for problem in caught.value.problems]
    assert lines == ["Dòng 3", "Dòng 4", "Dòng 5", "Dòng 6", "Dòng 7"]
    async with stage.as_platform() as db:
        assert await db.scalar(select(func.count()).select_from(Diagnosis)) == before


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "thiếu cột code"),
        (b"code,name_vi\n", "không có mã nào"),
        (b"code,name_vi,colour\nI10,T,1\n", "không biết cột"),
        ("code,name_vi\nI10,Tăng".encode("utf-16"), "UTF-8"),
    ],
)
def test_a_file_of_another_kind_is_named(tmp_path, content, says):
    path = tmp_path / "list.csv"
    path.write_bytes(content)
    with pytest.raises(BadList, match=says):
        read_list(path)
