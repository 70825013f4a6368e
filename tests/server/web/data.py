"""What may stand on a page untranslated: names, places, diagnoses, and what people typed."""

import re
from functools import cache

from sqlalchemy import select

from server.accounts.models import Person
from server.consents import wording
from server.consents.models import Consent
from server.documents.models import Document
from server.facilities.models import Department, Facility, Specialty
from server.patients.codes import ETHNIC_GROUPS
from server.patients.models import Patient
from server.places.models import Commune, Province
from server.records.models import Diagnosis, Record, RecordResponse, RecordVersion
from server.referrals.models import Referral, ReferralDetails, ReferralMessage
from tests.server.web.visiting import RUBBISH

_TYPED = {
    Person: ("display_name", "full_name", "title", "username", "licence_number"),
    Facility: ("name", "address", "provider_code"),
    Department: ("name",),
    Specialty: ("name_en",),
    Province: ("name", "full_name"),
    Commune: ("name", "full_name"),
    Patient: ("full_name", "current_address", "allergies", "history", "nationality"),
    Consent: ("reason",),
    Document: ("title",),
    Diagnosis: ("name",),
    Record: ("draft",),
    RecordVersion: ("content", "amendment_reason"),
    RecordResponse: ("text",),
    Referral: ("number", "reason", "symptoms", "questions", "provisional_text"),
    ReferralDetails: ("history", "examination", "tests"),
    ReferralMessage: ("text",),
}
_PRODUCT = ("Trạm Xa", "Tiếng Việt", "English", "VI", "EN", RUBBISH)
_UNITS = ("mmHg", "mmol/L", "°C", "kg", "cm", "ms", "KB")
_CODES = re.compile(
    r"\b[A-Z]\d\d(\.\d+)?\b"  # diagnoses
    r"|\b(TAM|TX)-[\w-]+"  # temporary patients, requests
    r"|\b[a-z_]+=\S+( /\S+)?|\b[a-z_]+:[a-z_]+\b"  # what the log says for machines
    r"|\b\w+/\d[\d.]+"  # programs with their versions
    r"|\b[0-9a-f-]{16,}\b"  # ids and digests
)


class Data:
    """Takes out of a text what need not be translated."""

    def __init__(self, values: set[str]) -> None:
        self._values = sorted(values, key=len, reverse=True)
        self.taken_from = cache(self._taken_from)

    def _taken_from(self, text: str) -> str:
        """Return what is left."""
        left = _CODES.sub("", text)
        for value in self._values:
            if value in left:
                left = left.replace(value, "")
        return left


async def typed_on(stage) -> Data:
    """Read from the database what people and authorities have named and written."""
    found = {*_PRODUCT, *_UNITS, *(one.name for one in ETHNIC_GROUPS[:-2])}
    for one in (wording.BY_PATIENT, wording.BY_REPRESENTATIVE, wording.WITH_CHILD):
        found |= {one.confirmation, *re.split(r"\{\w+\}", one.text)}
    async with stage.as_platform() as db:
        for model, names in _TYPED.items():
            for row in await db.scalars(select(model)):
                for name in names:
                    _gather(getattr(row, name), found)
    return Data({value for value in found if len(value) > 1})


def _gather(value, found: set[str]) -> None:
    if isinstance(value, str):
        found.add(" ".join(value.split()))
    elif isinstance(value, dict):
        for part in value.values():
            _gather(part, found)
    elif isinstance(value, list):
        for part in value:
            _gather(part, found)
