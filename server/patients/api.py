"""Patients in JSON."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from aiohttp import web
from pydantic import BaseModel

from server.access.permissions import Permission
from server.audit import trail
from server.patients import queries, service
from server.patients.codes import Sex
from server.patients.forms import ChangedPatient, NewPatient, PatientSearch
from server.patients.identifiers import Identifier, IdentifierKind
from server.patients.models import Patient
from server.web.context import db_and_actor
from server.web.forms import read_json, read_query
from server.web.paths import path_id
from server.web.responses import json
from server.web.routes import api

_PARTS_OF_DATE = {"year": 4, "month": 7, "day": 10}


class IdentifierOut(BaseModel):
    """A number that names the patient."""

    kind: IdentifierKind
    value: str


class PatientOut(BaseModel):
    """A patient; `birth_date` is as exact as it is known (FHIR `date`)."""

    id: UUID
    revision: int
    full_name: str
    birth_date: str | None
    sex: Sex
    identifiers: list[IdentifierOut]
    phone: str
    ethnic_code: str
    occupation_code: str
    nationality: str
    current_commune_code: str | None
    current_address: str
    permanent_commune_code: str | None
    permanent_address: str
    representative_name: str
    representative_relation: str
    representative_phone: str
    allergies: str
    history: str
    registered_at: datetime
    changed_at: datetime


class PatientList(BaseModel):
    """What a search found, in Vietnamese name order; at most 30."""

    items: list[PatientOut]


async def search(request: web.Request) -> web.Response:
    """Return patients by words of the name, a number or a telephone."""
    db, actor = db_and_actor(request)
    asked = read_query(request, PatientSearch)
    found = await queries.search(db, actor, asked.q)
    trail.record(db, "patient:search", found=len(found))
    return json(PatientList(items=[_shown(one) for one in found]))


async def register(request: web.Request) -> web.Response:
    """Add a patient; doubts are refused until `confirmed` names their codes."""
    db, actor = db_and_actor(request)
    new = await read_json(request, NewPatient)
    patient = await service.register(
        db,
        actor,
        new.particulars,
        new.papers,
        confirmed=new.confirmed,
        patient_id=new.id,
    )
    return json(_shown(await queries.get(db, actor, patient.id)), status=201)


async def show(request: web.Request) -> web.Response:
    """Return one patient."""
    db, actor = db_and_actor(request)
    patient = await queries.get(db, actor, path_id(request, "id"))
    trail.record(db, "patient:view", object_id=patient.id, patient_id=patient.id)
    return json(_shown(patient))


async def update(request: web.Request) -> web.Response:
    """Replace what is known; `revision` must be the one that was read."""
    db, actor = db_and_actor(request)
    patient = await queries.get(db, actor, path_id(request, "id"))
    given = await read_json(request, ChangedPatient)
    held = {Identifier(one.kind, one.value): one.id for one in patient.identifiers}
    await service.update(
        db,
        actor,
        patient.id,
        given.particulars,
        revision=given.revision,
        add=[one for one in given.papers if one not in held],
        remove=[key for one, key in held.items() if one not in given.papers],
        confirmed=given.confirmed,
    )
    db.expire(patient)
    return json(_shown(await queries.get(db, actor, path_id(request, "id"))))


def _shown(patient: Patient) -> PatientOut:
    born = patient.birth_date
    shown = {
        name: getattr(patient, name)
        for name in PatientOut.model_fields
        if name not in {"birth_date", "identifiers"}
    }
    precision = patient.birth_precision
    return PatientOut(
        **shown,
        birth_date=born.isoformat()[: _PARTS_OF_DATE[precision]]
        if born and precision
        else None,
        identifiers=[
            IdentifierOut(kind=one.kind, value=one.value) for one in patient.identifiers
        ],
    )


ROUTES = [
    api(
        "GET",
        "/patients",
        search,
        needs=Permission.PATIENTS_READ,
        summary="Find patients",
        query=PatientSearch,
        returns=PatientList,
    ),
    api(
        "POST",
        "/patients",
        register,
        needs=Permission.PATIENTS_REGISTER,
        summary="Register a patient",
        accepts=NewPatient,
        returns=PatientOut,
        created=True,
    ),
    api(
        "GET",
        "/patients/{id}",
        show,
        needs=Permission.PATIENTS_READ,
        summary="Read a patient",
        returns=PatientOut,
    ),
    api(
        "PUT",
        "/patients/{id}",
        update,
        needs=Permission.PATIENTS_REGISTER,
        summary="Correct a patient",
        accepts=ChangedPatient,
        returns=PatientOut,
    ),
]
