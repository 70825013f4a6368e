"""Vital signs: their units, what can be true, and what must alarm whoever reads."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from server.core.errors import FieldError
from server.core.messages import N_


class Vital(StrEnum):
    """A sign that a station can measure; the value names the form's field too."""

    PULSE = "pulse"
    SYSTOLIC = "systolic"
    DIASTOLIC = "diastolic"
    TEMPERATURE = "temperature"
    RESPIRATORY_RATE = "respiratory_rate"
    OXYGEN_SATURATION = "oxygen_saturation"
    GLUCOSE = "glucose"
    PAIN = "pain"
    COMA_SCALE = "coma_scale"
    WEIGHT = "weight"
    HEIGHT = "height"


@dataclass(frozen=True, slots=True)
class Measure:
    """How a sign is read; outside `low`–`high` it is a slip of the hand.

    Below `alarm_low` or above `alarm_high` an adult may be in danger: the red scores of NEWS2
    (Royal College of Physicians, 2017), a blood pressure of 180/120 (ISH 2020), a glucose
    below 3.9 (ADA) or at which ketoacidosis is near.
    """

    label: str
    unit: str
    low: float
    high: float
    alarm_low: float | None = None
    alarm_high: float | None = None
    adults_only: bool = False

    def alarms(self, value: float, age: int | None) -> bool:
        """Tell whether the value must stand out; a child has other normal values."""
        if self.adults_only and age is not None and age < _ADULT:
            return False
        too_low = self.alarm_low is not None and value < self.alarm_low
        return too_low or (self.alarm_high is not None and value > self.alarm_high)


@dataclass(frozen=True, slots=True)
class Reading:
    """One sign as it is shown; blood pressure is one sign of two numbers."""

    label: str
    value: str
    unit: str
    alarming: bool


MEASURES: dict[Vital, Measure] = {
    Vital.PULSE: Measure(
        N_("Mạch"), N_("lần/phút"), 20, 300, 41, 130, adults_only=True
    ),
    Vital.SYSTOLIC: Measure(
        N_("Huyết áp tâm thu"), "mmHg", 40, 300, 91, 179, adults_only=True
    ),
    Vital.DIASTOLIC: Measure(
        N_("Huyết áp tâm trương"), "mmHg", 20, 200, None, 119, adults_only=True
    ),
    Vital.TEMPERATURE: Measure(N_("Nhiệt độ"), "°C", 30, 44, 35.1, 39),
    Vital.RESPIRATORY_RATE: Measure(
        N_("Nhịp thở"), N_("lần/phút"), 4, 120, 9, 24, adults_only=True
    ),
    Vital.OXYGEN_SATURATION: Measure(N_("SpO₂"), "%", 40, 100, 92),
    Vital.GLUCOSE: Measure(N_("Đường huyết"), "mmol/L", 0.5, 60, 3.9, 16.7),
    Vital.PAIN: Measure(N_("Mức đau (0–10)"), "/10", 0, 10, None, 7),
    Vital.COMA_SCALE: Measure(N_("Điểm Glasgow (3–15)"), "/15", 3, 15, 15),
    Vital.WEIGHT: Measure(N_("Cân nặng"), "kg", 0.3, 350),
    Vital.HEIGHT: Measure(N_("Chiều cao"), "cm", 20, 250),
}

_ADULT = 16
_WHOLE = frozenset(
    {Vital.PULSE, Vital.SYSTOLIC, Vital.DIASTOLIC, Vital.PAIN, Vital.COMA_SCALE}
)
_NUMBER = re.compile(r"[0-9]{1,3}(?:[.,][0-9]{1,2})?")


def read(typed: Mapping[Vital, str]) -> tuple[dict[str, float], list[FieldError]]:
    """Return the numbers that were typed, and an error for each text that is none."""
    numbers: dict[str, float] = {}
    mistakes: list[FieldError] = []
    for vital, text in typed.items():
        if not text:
            continue
        if _NUMBER.fullmatch(text) is None:
            mistakes.append(_not_a_number(vital))
        else:
            numbers[vital.value] = float(text.replace(",", "."))
    return numbers, mistakes


def implausible(numbers: Mapping[str, float]) -> list[FieldError]:
    """Return an error for each number that no living person has, or that contradicts another."""
    mistakes = [
        _out_of_range(vital, measure)
        for vital, measure in MEASURES.items()
        if vital in numbers and not measure.low <= numbers[vital] <= measure.high
    ]
    mistakes += [
        _not_a_number(vital)
        for vital in MEASURES
        if vital in _WHOLE and not float(numbers.get(vital, 0)).is_integer()
    ]
    systolic, diastolic = numbers.get(Vital.SYSTOLIC), numbers.get(Vital.DIASTOLIC)
    if systolic is not None and diastolic is not None and diastolic >= systolic:
        mistakes.append(
            FieldError(
                Vital.DIASTOLIC,
                "blood_pressure_swapped",
                N_("Huyết áp tâm trương phải nhỏ hơn tâm thu. Hãy xem lại hai số."),
            )
        )
    return mistakes


def readings(numbers: Mapping[str, float], age: int | None) -> list[Reading]:
    """Return the signs in a fixed order, ready to be shown with their units and alarms."""
    found: list[Reading] = []
    for vital, measure in MEASURES.items():
        if vital not in numbers or (
            vital is Vital.DIASTOLIC and Vital.SYSTOLIC in numbers
        ):
            continue
        if vital is Vital.SYSTOLIC and Vital.DIASTOLIC in numbers:
            found.append(_blood_pressure(numbers, age))
        else:
            alarming = measure.alarms(numbers[vital], age)
            text = written(numbers[vital])
            found.append(Reading(measure.label, text, measure.unit, alarming))
    return found


def written(value: float) -> str:
    """Return a number as it is written in Vietnam: a comma before the decimals."""
    return f"{value:g}".replace(".", ",")


def _blood_pressure(numbers: Mapping[str, float], age: int | None) -> Reading:
    pair = (Vital.SYSTOLIC, Vital.DIASTOLIC)
    return Reading(
        N_("Huyết áp"),
        "/".join(written(numbers[one]) for one in pair),
        "mmHg",
        any(MEASURES[one].alarms(numbers[one], age) for one in pair),
    )


def _not_a_number(vital: Vital) -> FieldError:
    if vital in _WHOLE:
        return FieldError(
            vital, "vital_not_a_number", N_("Hãy nhập một số nguyên, ví dụ 80.")
        )
    return FieldError(vital, "vital_not_a_number", N_("Hãy nhập một số, ví dụ 37,5."))


def _out_of_range(vital: Vital, measure: Measure) -> FieldError:
    return FieldError(
        vital,
        "vital_out_of_range",
        N_("Số này nằm ngoài khoảng {low}–{high}. Hãy xem lại."),
        (("low", written(measure.low)), ("high", written(measure.high))),
    )
