from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.vietnamese import fold, name_sort_key, nfc

SYLLABLES = ["An", "Ánh", "Ân", "Bình", "Đăng", "Dũng", "Hà", "Hạ", "Ơn", "Thị", "Yến"]
names = st.lists(st.sampled_from(SYLLABLES), min_size=1, max_size=5).map(" ".join)


def in_list_order(*full_names: str) -> bool:
    keys = [name_sort_key(name).encode() for name in full_names]
    return all(before < after for before, after in pairwise(keys))


@pytest.mark.parametrize(
    "ordered",
    [
        ("An", "Ánh", "Dũng", "Đăng", "Yến"),
        ("Am", "Ăm", "Âm", "Bam"),
        ("Em", "Êm", "Gam"),
        ("On", "Ôn", "Ơn", "Phan"),
        ("Un", "Ưn", "Van"),
        ("Ma", "Mà", "Mả", "Mã", "Má", "Mạ", "Man"),
    ],
)
def test_letters_and_then_tones_follow_the_dictionary(ordered: tuple[str, ...]):
    assert in_list_order(*ordered)


def test_a_list_is_by_given_name_then_family_then_middle_names():
    assert in_list_order(
        "Trần Văn An",
        "Lê Thị Bình",
        "Nguyễn Bình",
        "Nguyễn Thị Bình",
        "Nguyễn Thị Ngọc Bình",
        "Nguyễn Văn Bình",
        "Phạm Bình",
        "An Chi",
    )


def test_two_given_names_that_differ_in_tone_are_not_mixed_by_family_name():
    assert in_list_order("Trần Hà", "Vũ Hà", "Lê Hạ")


def test_the_key_is_ascii_so_that_the_byte_order_is_the_same_everywhere():
    assert name_sort_key("Nguyễn Thị Ánh Đường").isascii()


@given(names)
def test_case_spaces_and_unicode_form_do_not_change_the_place_in_a_list(name: str):
    typed = "  " + unicodedata.normalize("NFD", name.upper()).replace(" ", "   ")
    assert name_sort_key(typed) == name_sort_key(name)


@given(names, names)
def test_names_with_the_same_key_fold_to_the_same_words(one: str, other: str):
    if name_sort_key(one) == name_sort_key(other):
        assert fold(one) == fold(other)


@given(st.text())
def test_any_text_has_a_key_and_folds_once(text: str):
    assert fold(fold(text)) == fold(text)
    assert isinstance(name_sort_key(text), str)


def test_a_search_finds_either_placing_of_the_tone():
    assert fold("Khánh Hoà") == fold("Khánh Hòa") == "khanh hoa"
    assert name_sort_key("Khánh Hoà") == name_sort_key("Khánh Hòa")


def test_a_fold_keeps_no_mark_no_case_and_one_space():
    assert fold("  ĐẶNG\tThị   Ưởng ") == "dang thi uong"


@given(st.text())
def test_stored_text_is_composed(text: str):
    assert unicodedata.is_normalized("NFC", nfc(text))
