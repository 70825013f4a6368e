"""What is written down about a patient, checked for form and not yet stored."""

from __future__ import annotations

from dataclasses import dataclass

from server.patients.codes import Sex
from server.patients.identifiers import BirthDate

UNKNOWN_NAME = "Không rõ"


@dataclass(frozen=True, slots=True, repr=False)
class Particulars:
    """The administrative and standing clinical facts; numbers of papers are apart."""

    full_name: str
    sex: Sex
    birth: BirthDate | None = None
    phone: str = ""
    ethnic_code: str = ""
    occupation_code: str = ""
    nationality: str = "VN"
    current_commune_code: str | None = None
    current_address: str = ""
    permanent_commune_code: str | None = None
    permanent_address: str = ""
    representative_name: str = ""
    representative_relation: str = ""
    representative_phone: str = ""
    allergies: str = ""
    history: str = ""
