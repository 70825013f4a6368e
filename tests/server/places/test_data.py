from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

import server.places

DATA = Path(server.places.__file__).parent / "data"


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


PROVINCES = {row["code"]: row for row in rows("provinces")}
COMMUNES = {row["code"]: row for row in rows("communes")}
FORMER_PROVINCES = {row["code"]: row for row in rows("former_provinces")}


def test_there_are_34_provinces_and_3321_communes():
    assert len(PROVINCES) == len(rows("provinces")) == 34
    assert len(COMMUNES) == len(rows("communes")) == 3321
    assert Counter(row["type"] for row in COMMUNES.values()) == {
        "xã": 2611,
        "phường": 697,
        "đặc khu": 13,
    }


@pytest.mark.parametrize(
    ("province", "name", "types"),
    [
        ("92", "Cần Thơ", {"xã": 72, "phường": 31}),
        ("15", "Lào Cai", {"xã": 89, "phường": 10}),
        ("79", "Hồ Chí Minh", {"xã": 54, "phường": 113, "đặc khu": 1}),
        ("22", "Quảng Ninh", {"xã": 22, "phường": 30, "đặc khu": 2}),
        ("75", "Đồng Nai", {"xã": 62, "phường": 33}),
    ],
)
def test_a_province_has_the_communes_that_the_resolutions_name(
    province: str, name: str, types: dict[str, int]
):
    assert PROVINCES[province]["name"] == name
    found = [row for row in COMMUNES.values() if row["province_code"] == province]
    assert Counter(row["type"] for row in found) == types


def test_seven_provinces_are_centrally_run_cities():
    cities = {code for code, row in PROVINCES.items() if row["type"] == "thành phố"}
    assert cities == {"01", "31", "46", "48", "75", "79", "92"}


def test_codes_are_digits_and_every_commune_is_in_a_province():
    assert all(len(code) == 2 and code.isdecimal() for code in PROVINCES)
    assert all(len(code) == 5 and code.isdecimal() for code in COMMUNES)
    assert {row["province_code"] for row in COMMUNES.values()} == set(PROVINCES)


def test_names_are_without_their_type_and_unique_within_a_province():
    names = Counter(
        (row["province_code"], row["type"], row["name"]) for row in COMMUNES.values()
    )
    assert max(names.values()) == 1
    prefixes = ("Xã ", "Phường ", "Đặc khu ", "Tỉnh ", "Thành phố ")
    named = [*PROVINCES.values(), *COMMUNES.values()]
    assert not [row for row in named if row["name"].startswith(prefixes)]


def test_the_63_former_provinces_lead_to_all_34_of_today():
    assert len(FORMER_PROVINCES) == 63
    assert {row["province_code"] for row in FORMER_PROVINCES.values()} == set(PROVINCES)
    moved = {"93": "92", "94": "92", "10": "15", "74": "79", "77": "79", "15": "15"}
    assert (
        moved.items()
        <= {
            code: row["province_code"] for code, row in FORMER_PROVINCES.items()
        }.items()
    )


def test_every_former_commune_leads_to_one_main_commune_of_today():
    former = rows("former_communes")
    assert {row["commune_code"] for row in former} == set(COMMUNES)
    main = Counter(row["code"] for row in former if row["share"] != "part")
    assert set(main) == {row["code"] for row in former}
    assert set(main.values()) == {1}
    assert len(main) == 10_040
