"""Signs that were measured: what is read, what cannot be, what must alarm."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.referrals import vitals
from server.referrals.vitals import MEASURES, Vital


@pytest.mark.parametrize(
    ("typed", "number"), [("37,2", 37.2), ("37.2", 37.2), ("88", 88.0), ("8,25", 8.25)]
)
def test_a_number_is_read_with_a_comma_or_a_point(typed, number):
    assert vitals.read({Vital.TEMPERATURE: typed}) == ({"temperature": number}, [])


@pytest.mark.parametrize("typed", ["cao", "37..2", "-5", "1e3", "٣٧", "1234", "37,222"])
def test_what_is_no_number_is_refused_at_its_field(typed):
    numbers, mistakes = vitals.read({Vital.TEMPERATURE: typed})
    assert numbers == {}
    assert [(one.field, one.code) for one in mistakes] == [
        ("temperature", "vital_not_a_number")
    ]


@pytest.mark.parametrize("vital", MEASURES)
def test_a_slip_of_the_hand_is_noticed_on_both_sides(vital):
    measure = MEASURES[vital]
    for slip in (measure.low - 0.25, measure.high + 1):
        assert "vital_out_of_range" in {
            one.code for one in vitals.implausible({vital.value: slip})
        }
    assert vitals.implausible({vital.value: measure.high}) == []


def test_a_blood_pressure_that_was_swapped_is_noticed():
    found = vitals.implausible({"systolic": 80, "diastolic": 120})
    assert [one.code for one in found] == ["blood_pressure_swapped"]


def test_half_a_heartbeat_is_no_pulse():
    assert vitals.implausible({"pulse": 80.5})[0].field == "pulse"


@pytest.mark.parametrize(
    ("numbers", "age", "alarming"),
    [
        ({"pulse": 130}, 40, False),
        ({"pulse": 131}, 40, True),
        ({"pulse": 140}, 1, False),
        ({"oxygen_saturation": 91}, 1, True),
        ({"systolic": 120, "diastolic": 80}, 40, False),
        ({"systolic": 185, "diastolic": 80}, 40, True),
        ({"systolic": 150, "diastolic": 125}, None, True),
        ({"glucose": 3.1}, 40, True),
        ({"coma_scale": 15}, 40, False),
        ({"coma_scale": 14}, 40, True),
        ({"weight": 120}, 40, False),
    ],
)
def test_a_dangerous_sign_stands_out(numbers, age, alarming):
    assert [one.alarming for one in vitals.readings(numbers, age)] == [alarming]


def test_a_blood_pressure_is_shown_as_one_sign_in_vietnamese_figures():
    shown = vitals.readings({"diastolic": 95, "temperature": 37.2, "systolic": 165}, 60)
    assert [(one.value, one.unit) for one in shown] == [
        ("165/95", "mmHg"),
        ("37,2", "°C"),
    ]


@given(st.sampled_from(list(Vital)), st.text(max_size=20))
def test_whatever_is_typed_is_a_number_or_a_mistake(vital, typed):
    numbers, mistakes = vitals.read({vital: typed})
    assert len(numbers) + len(mistakes) == (1 if typed else 0)
    vitals.implausible(numbers)
    vitals.readings(numbers, None)
