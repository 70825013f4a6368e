"""Finding, registering and correcting patients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web
from multidict import MultiDict

from server.access.permissions import Permission
from server.audit import trail
from server.core import clock
from server.core.errors import Invalid
from server.patients import queries, service
from server.patients.age import age_on
from server.patients.codes import ETHNIC_GROUPS, OCCUPATIONS, SEXES
from server.patients.doubts import ConfirmationNeeded
from server.patients.forms import ChangedPatientForm, PatientForm, PatientSearch
from server.patients.identifiers import BirthDate, Phone
from server.patients.models import Patient
from server.web.context import db_and_actor
from server.web.forms import Form, bind, blank, read_form
from server.web.paths import path_id
from server.web.responses import page, redirect
from server.web.routes import route

if TYPE_CHECKING:
    from collections.abc import Mapping

_LIST = "patients/list.html.j2"
_FORM = "patients/form.html.j2"
_SHOWN_AS_STORED = (
    "full_name",
    "ethnic_code",
    "occupation_code",
    "nationality",
    "current_commune_code",
    "current_address",
    "permanent_commune_code",
    "permanent_address",
    "representative_name",
    "representative_relation",
    "allergies",
    "history",
)


async def list_patients(request: web.Request) -> web.Response:
    """Show the search, and whom it found."""
    db, actor = db_and_actor(request)
    form = bind(request, PatientSearch, MultiDict(request.query))
    words = form.data.q if form.data else ""
    found = await queries.search(db, actor, words) if form.data else []
    trail.record(db, "patient:search", found=len(found))
    return page(
        request,
        _LIST,
        form=form,
        form_errors=form.errors,
        words=words,
        patients=found,
        limit=queries.PAGE,
        age_on=age_on,
        day=clock.today(),
    )


async def new_patient(request: web.Request) -> web.Response:
    """Show the form; most patients live in the station's own commune."""
    db, actor = db_and_actor(request)
    commune = await queries.own_commune_code(db, actor)
    start = {"current_commune_code": commune, "nationality": "VN"}
    return await _form_page(request, blank(request, start))


async def register(request: web.Request) -> web.Response:
    """Save a new patient and go to the patient's page."""
    db, actor = db_and_actor(request)
    form = await read_form(request, PatientForm)
    if form.data is None:
        return await _form_page(request, form, status=422)
    try:
        patient = await service.register(
            db,
            actor,
            form.data.particulars,
            form.data.identifiers,
            confirmed=form.data.confirmed,
        )
    except Invalid as refusal:
        return await _refused(request, form, refusal)
    return redirect(f"/patients/{patient.id}")


async def edit_patient(request: web.Request) -> web.Response:
    """Show what is known, to be corrected."""
    db, actor = db_and_actor(request)
    patient = await queries.get(db, actor, path_id(request, "id"))
    trail.record(db, "patient:view", object_id=patient.id, patient_id=patient.id)
    return await _form_page(request, blank(request, _typed(patient)), patient=patient)


async def update(request: web.Request) -> web.Response:
    """Save the corrections; a change made meanwhile is shown beside what was typed."""
    db, actor = db_and_actor(request)
    patient = await queries.get(db, actor, path_id(request, "id"))
    form = await read_form(request, ChangedPatientForm)
    if form.data is None:
        return await _form_page(request, form, status=422, patient=patient)
    try:
        await service.update(
            db,
            actor,
            patient.id,
            form.data.particulars,
            revision=form.data.revision,
            add=form.data.identifiers,
            remove=form.data.remove,
            confirmed=form.data.confirmed,
        )
    except service.PatientChanged:
        return await _changed_meanwhile(request, form, patient)
    except Invalid as refusal:
        return await _refused(request, form, refusal, patient=patient)
    return redirect(f"/patients/{patient.id}")


async def _changed_meanwhile(
    request: web.Request, form: Form[Any], patient: Patient
) -> web.Response:
    stored = blank(request, _typed(patient))
    names = [name for name in _typed(patient) if name != "revision"]
    return await _form_page(
        request,
        form,
        status=409,
        patient=patient,
        stored={
            name: stored.value(name)
            for name in names
            if stored.value(name) != form.value(name)
        },
        changed=True,
    )


async def _refused(
    request: web.Request,
    form: Form[Any],
    refusal: Invalid,
    *,
    patient: Patient | None = None,
) -> web.Response:
    if isinstance(refusal, ConfirmationNeeded):
        shown = form
        more: dict[str, Any] = {
            "doubts": refusal.doubts,
            "look_alikes": refusal.look_alikes,
        }
    else:
        shown = form.refused(refusal)
        more = {"holder_id": getattr(refusal, "holder_id", None)}
    return await _form_page(request, shown, status=422, patient=patient, **more)


async def _form_page(
    request: web.Request,
    form: Form[Any],
    *,
    status: int = 200,
    patient: Patient | None = None,
    **shown: Any,
) -> web.Response:
    db, actor = db_and_actor(request)
    communes = await queries.communes_near(
        db,
        actor,
        form.value("current_commune_code"),
        form.value("permanent_commune_code"),
    )
    nothing: dict[str, Any] = {
        "doubts": [],
        "look_alikes": [],
        "holder_id": None,
        "stored": {},
        "changed": False,
    }
    return page(
        request,
        _FORM,
        status=status,
        form=form,
        form_errors=form.errors,
        patient=patient,
        communes=[(one.code, one.full_name) for one in communes],
        sexes=SEXES,
        ethnic_groups=ETHNIC_GROUPS,
        occupations=OCCUPATIONS,
        age_on=age_on,
        day=clock.today(),
        **(nothing | shown),
    )


def _typed(patient: Patient) -> Mapping[str, object]:
    """Return the stored facts as a person would type them."""
    born = None
    if patient.birth_date is not None and patient.birth_precision is not None:
        born = BirthDate(patient.birth_date, patient.birth_precision).display
    return {name: getattr(patient, name) for name in _SHOWN_AS_STORED} | {
        "revision": patient.revision,
        "emergency": "true" if born is None else None,
        "birth_date": born,
        "sex": patient.sex.value,
        "phone": _dialled(patient.phone),
        "representative_phone": _dialled(patient.representative_phone),
    }


def _dialled(number: str) -> str:
    return Phone(number).display if number else ""


ROUTES = [
    route("GET", "/patients", list_patients, needs=Permission.PATIENTS_READ),
    route("GET", "/patients/new", new_patient, needs=Permission.PATIENTS_REGISTER),
    route("POST", "/patients", register, needs=Permission.PATIENTS_REGISTER),
    route(
        "GET", "/patients/{id}/edit", edit_patient, needs=Permission.PATIENTS_REGISTER
    ),
    route("POST", "/patients/{id}/edit", update, needs=Permission.PATIENTS_REGISTER),
]
