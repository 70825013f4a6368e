"""What may stand on a page untranslated: names, places, diagnoses, and what people typed."""

import re

from sqlalchemy import select

from server.accounts.models import Person
from server.consents import wording
from server.documents.models import Document
from server.facilities.models import Department, Facility, Specialty
from server.patients.codes import ETHNIC_GROUPS
from server.patients.models import Patient
from server.places.models import Commune, Province
from server.records.models import Diagnosis, Record, RecordResponse, RecordVersion
from server.referrals.models import (
    Referral,
    ReferralChange,
    ReferralDetails,
    ReferralMessage,
    ReferralOffer,
)
from tests.server.web.visiting import RUBBISH

_TYPED = {
    Person: ("display_name", "full_name", "title", "username"),
    Facility: ("name", "address", "provider_code"),
    Department: ("name",),
    Province: ("name", "full_name"),
    Commune: ("name", "full_name"),
    Patient: ("full_name", "current_address", "allergies", "history", "nationality"),
    Document: ("title",),
    Diagnosis: ("name",),
    Record: ("draft",),
    RecordVersion: ("content", "amendment_reason"),
    RecordResponse: ("text",),
    Referral: ("number", "reason", "symptoms", "questions", "provisional_text"),
    ReferralChange: ("reason",),
    ReferralDetails: ("history", "examination", "tests"),
    ReferralMessage: ("text",),
    ReferralOffer: ("reason",),
}
_PRODUCT = ("Trạm Xa", "Tiếng Việt", "English", "VI", "EN", RUBBISH)
_UNITS = ("mmHg", "mmol/L", "°C", "kg", "cm", "ms")
# Diagnosis codes, temporary codes, ids, digests, actions of the log.
_CODES = re.compile(
    r"\b[A-Z]\d\d(\.\d+)?\b|\bTAM-\w{6}\b|\bTX-\w+|\b[0-9a-f-]{16,}\b|\b[a-z_]+:[a-z_]+\b"
)


class Data:
    """Takes out of a text what need not be translated."""

    def __init__(self, values: set[str], specialties: list[Specialty]) -> None:
        self._values = sorted(values, key=len, reverse=True)
        self._english = [one.name_en for one in specialties]
        self._vietnamese = [one.name for one in specialties]

    def taken_from(self, text: str, locale: str) -> str:
        """Return what is left."""
        left = _CODES.sub("", text)
        specialties = self._english if locale == "en" else self._vietnamese
        for value in (*self._values, *specialties):
            if value in left:
                left = left.replace(value, "")
        return left


async def typed_on(stage) -> Data:
    """Read from the database what people and authorities have named and written."""
    found = {*_PRODUCT, *_UNITS, *(one.name for one in ETHNIC_GROUPS[:-2])}
    for one in (wording.BY_PATIENT, wording.BY_REPRESENTATIVE, wording.WITH_CHILD):
        found |= {one.scope, one.version, *re.split(r"\{\w+\}", one.text)}
    async with stage.as_platform() as db:
        for model, names in _TYPED.items():
            for row in await db.scalars(select(model)):
                for name in names:
                    _gather(getattr(row, name), found)
        specialties = list(await db.scalars(select(Specialty)))
    return Data({value for value in found if len(value) > 1}, specialties)


def _gather(value, found: set[str]) -> None:
    if isinstance(value, str):
        found.add(" ".join(value.split()))
    elif isinstance(value, dict):
        for part in value.values():
            _gather(part, found)
    elif isinstance(value, list):
        for part in value:
            _gather(part, found)
