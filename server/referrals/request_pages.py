"""The form of a request: written, saved while it is typed, completed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web
from pydantic import BaseModel

from server.access.permissions import Permission
from server.core.errors import FieldError, Invalid
from server.documents import queries as documents
from server.patients import queries as patients
from server.referrals import drafts, gate, queries, requests, station_queries, vitals
from server.referrals.models import Referral, ReferralDetails
from server.referrals.states import Channel, Priority, ReferralStatus, RemoteMode
from server.referrals.station_forms import (
    LONGEST_LINE,
    LONGEST_TEXT,
    RequestForm,
)
from server.referrals.vitals import MEASURES
from server.web.context import LOCALE, db_and_actor
from server.web.forms import Form, blank, read_form
from server.web.openings import record_view
from server.web.paths import path_id
from server.web.rendering import named
from server.web.responses import json, page, redirect
from server.web.routes import KIB, route

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from server.facilities.models import Facility

_TEMPLATE = "referrals/request.html.j2"
_NOT_SAVED = ("version", "answer")
# Vietnamese text grows to three times its bytes, and those to three characters, in a form.
_FORM_LIMIT = 768 * KIB


class Saved(BaseModel):
    """What the autosave script sends back with the next save."""

    version: int


async def show(request: web.Request) -> web.Response:
    """Show the request as it was saved last, ready to be written on."""
    db, actor = db_and_actor(request)
    referral = await queries.get(db, actor, path_id(request, "id"))
    if referral.status not in drafts.EDITABLE:
        return redirect(f"/referrals/{referral.id}")
    details = await station_queries.details_of(db, referral.id)
    form = blank(request, saved_values(referral, details))
    record_view(
        request,
        "referral:view",
        object_id=referral.id,
        patient_id=referral.patient_id,
    )
    return await show_form(request, referral.id, form)


async def autosave(request: web.Request) -> web.Response:
    """Keep what is typed so far, and tell the script the new version."""
    db, actor = db_and_actor(request)
    form = await read_form(request, RequestForm)
    if form.data is None:
        raise Invalid(*form.mistakes)
    content, _ = form.data.content()
    referral = await drafts.save(
        db,
        actor,
        path_id(request, "id"),
        content=content,
        revision=form.data.version,
    )
    return json(Saved(version=referral.revision))


async def save(request: web.Request) -> web.Response:
    """Keep the draft; go on to the check when nothing but the consent is missing."""
    form = await read_form(request, RequestForm)
    kept, problems = await _keep(request, form)
    if isinstance(kept, web.Response):
        return kept
    db, actor = db_and_actor(request)
    problems += await requests.missing(db, actor, kept)
    here = [one for one in problems if one.field != "consent"]
    if here:
        return await show_form(request, kept.id, form.refused(Invalid(*here)), 422)
    return redirect(f"/referrals/{kept.id}/{'consent' if problems else 'review'}")


async def answer(request: web.Request) -> web.Response:
    """Keep what was completed and send the request back to who asked for it."""
    form = await read_form(request, RequestForm)
    kept, problems = await _keep(request, form)
    if isinstance(kept, web.Response):
        return kept
    db, actor = db_and_actor(request)
    if problems:
        problems += await requests.missing(db, actor, kept)
        return await show_form(request, kept.id, form.refused(Invalid(*problems)), 422)
    try:
        await requests.answer(db, actor, kept.id, form.value("answer").strip())
    except Invalid as refusal:
        return await show_form(request, kept.id, form.refused(refusal), 422)
    return redirect(f"/referrals/{kept.id}")


async def _keep(
    request: web.Request, form: Form[RequestForm]
) -> tuple[Referral | web.Response, list[FieldError]]:
    """Save the form; return the request, or the page that says why it could not be."""
    db, actor = db_and_actor(request)
    referral = await queries.get(db, actor, path_id(request, "id"))
    if referral.status not in drafts.EDITABLE:
        raise drafts.NotEditable
    if form.data is None:
        return await show_form(request, referral.id, form, 422), []
    content, mistakes = form.data.content()
    try:
        saved = await drafts.save(
            db, actor, referral.id, content=content, revision=form.data.version
        )
        # A form that is shown again goes on from what has just been saved.
        form.typed["version"] = str(saved.revision)
    except drafts.EditedElsewhere:
        return await _show_conflict(request, referral.id, form), []
    except Invalid as refusal:
        return await show_form(request, referral.id, form.refused(refusal), 422), []
    return referral, mistakes


async def _show_conflict(
    request: web.Request, referral_id: UUID, form: Form[RequestForm]
) -> web.Response:
    """Show what was typed, and what is saved instead: the next save is a choice."""
    db, actor = db_and_actor(request)
    referral = await queries.get_for_change(db, actor, referral_id)
    details = await station_queries.details_of(db, referral_id)
    saved = blank(request, saved_values(referral, details))
    form.typed["version"] = saved.value("version")
    stored = {
        name: saved.value(name)
        for name in form.typed
        if name not in _NOT_SAVED
        and saved.value(name).split() != form.value(name).split()
    }
    return await show_form(request, referral_id, form, 409, stored=stored)


async def show_form(
    request: web.Request,
    referral_id: UUID,
    form: Form[Any],
    status: int = 200,
    *,
    stored: Mapping[str, str] | None = None,
) -> web.Response:
    """Return the page around these values; `stored` is what somebody saved meanwhile."""
    db, actor = db_and_actor(request)
    referral = await queries.get(db, actor, referral_id)
    hospitals = await station_queries.hospitals_for(db, actor)
    return page(
        request,
        _TEMPLATE,
        status=status,
        form=form,
        form_errors=form.errors,
        stored=stored,
        referral=referral,
        is_draft=referral.status is ReferralStatus.DRAFT,
        patient=await patients.get(db, actor, referral.patient_id),
        hospitals=[
            _hospital_choice(one, name, actor.province_code) for one, name in hospitals
        ],
        specialties=[
            (one.code, named(one, request[LOCALE]))
            for one in await station_queries.specialties(db)
        ],
        conversation=await station_queries.conversation(db, referral.id),
        documents=await documents.of_referral(db, actor, referral.id),
        documents_change=True,
        documents_back="request",
        referral_id=referral.id,
        upload_form=blank(request),
        measures=MEASURES,
        priorities=list(Priority),
        channels=list(Channel),
        modes=list(RemoteMode),
        longest_text=LONGEST_TEXT,
        longest_line=LONGEST_LINE,
    )


def _hospital_choice(
    hospital: Facility, province: str, own_province: str
) -> tuple[str, str]:
    own = hospital.province_code == own_province
    return str(hospital.id), hospital.name if own else f"{hospital.name} ({province})"


def saved_values(
    referral: Referral, details: ReferralDetails | None
) -> dict[str, object]:
    """Return the fields of the form as the request holds them."""
    questions = list(referral.questions)[: gate.MOST_QUESTIONS]
    values: dict[str, object] = {
        "version": referral.revision,
        "reason": referral.reason,
        "symptoms": referral.symptoms,
        "provisional_code": referral.provisional_code,
        "provisional_text": referral.provisional_text,
        "hospital_id": referral.hospital_id,
        "specialty_code": referral.specialty_code,
        "priority": referral.priority,
        "channel": referral.channel,
        "mode": referral.mode,
    }
    values |= {name: vitals.written(number) for name, number in referral.vitals.items()}
    values |= {f"question_{n}": text for n, text in enumerate(questions, start=1)}
    if details is not None:
        for name in ("history", "examination", "tests"):
            values[name] = getattr(details, name)
    return values


_NEEDS = Permission.REFERRALS_REQUEST
ROUTES = [
    route("GET", "/referrals/{id}/request", show, needs=_NEEDS),
    route(
        "POST", "/referrals/{id}/request", save, needs=_NEEDS, body_limit=_FORM_LIMIT
    ),
    route(
        "POST", "/referrals/{id}/draft", autosave, needs=_NEEDS, body_limit=_FORM_LIMIT
    ),
    route(
        "POST", "/referrals/{id}/answer", answer, needs=_NEEDS, body_limit=_FORM_LIMIT
    ),
]
