"""What shall be read out to the patient, and what was agreed, for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from pydantic import BaseModel

from server.access.permissions import Permission
from server.audit import trail
from server.consents import queries as consents
from server.consents import wording
from server.core import clock
from server.patients import queries as patients
from server.patients.age import age_on
from server.referrals import drafts, queries
from server.referrals.representations import ConsentView
from server.web.context import db_and_actor
from server.web.paths import path_id
from server.web.responses import json
from server.web.routes import api

if TYPE_CHECKING:
    from aiohttp import web

    from server.consents.wording import Wording


class WordingOut(BaseModel):
    """A text to read out, what it lets out of the station, and what is ticked after it."""

    version: str
    text: str
    scope: str
    confirmation: str


class ConsentAsked(BaseModel):
    """What fits the patient's age and the hospital, and what was recorded, latest first.

    Nothing is to be read out before a hospital is chosen, or after the request was sent.
    """

    receiving_facility_id: UUID | None
    wordings: list[WordingOut]
    recorded: list[ConsentView]


async def show(request: web.Request) -> web.Response:
    """Return what the patient shall be asked, and what was answered before."""
    db, actor = db_and_actor(request)
    referral = await queries.get(db, actor, path_id(request, "id"))
    patient = await patients.get(db, actor, referral.patient_id)
    recorded = await consents.of_referral(db, actor, referral.id)
    trail.record(
        db, "referral:view", object_id=referral.id, patient_id=referral.patient_id
    )
    fitting = wording.offered(age_on(patient, clock.today()))
    hospital = referral.hospital if referral.status in drafts.EDITABLE else None
    return json(
        ConsentAsked(
            receiving_facility_id=referral.hospital_id,
            wordings=[
                _wording(one, actor.facility_name, hospital.name) for one in fitting
            ]
            if hospital
            else [],
            recorded=[ConsentView.model_validate(one) for one in recorded],
        )
    )


def _wording(one: Wording, station: str, hospital: str) -> WordingOut:
    return WordingOut(
        version=one.version,
        text=one.text.format(station=station, hospital=hospital),
        scope=one.scope,
        confirmation=one.confirmation,
    )


ROUTES = [
    api(
        "GET",
        "/referrals/{id}/consent",
        show,
        needs=Permission.PATIENTS_READ,
        summary="What shall be read out to the patient, and what was agreed",
        returns=ConsentAsked,
    ),
]
