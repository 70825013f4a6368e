"""How old a patient is, as far as the date of birth is known."""

from __future__ import annotations

from datetime import date

from server.patients.models import Patient


def age_on(patient: Patient, day: date) -> int | None:
    """Return the completed years; from a year of birth alone, the difference of years."""
    born = patient.birth_date
    if born is None:
        return None
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
