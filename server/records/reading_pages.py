"""The page of a signed record: read it, print it, answer it, report the result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

from server.access.permissions import Permission
from server.audit import trail
from server.core.errors import Invalid
from server.records import fragments, minutes, minutes_facts, queries
from server.records.forms import FeedbackForm, MinutesQuestion, ResponseForm
from server.records.service import responding
from server.referrals import queries as referral_queries
from server.web.context import db_and_actor
from server.web.forms import Form, read_form, read_query
from server.web.paths import path_id
from server.web.responses import page, redirect
from server.web.routes import route

if TYPE_CHECKING:
    from uuid import UUID


async def show_record(request: web.Request) -> web.Response:
    """Show the version in force, the station's decision and what was before."""
    return await _page(request)


async def respond(request: web.Request) -> web.Response:
    """Take the station's decision."""
    db, actor = db_and_actor(request)
    form = await read_form(request, ResponseForm)
    if form.data is None:
        return await _page(request, response_form=form)
    try:
        record = await responding.respond(
            db,
            actor,
            path_id(request, "id"),
            decision=form.data.decision,
            text=form.data.text,
            number=form.data.version,
        )
    except Invalid as refusal:
        return await _page(request, response_form=form.refused(refusal))
    return redirect(f"/records/{record.id}")


async def report_result(request: web.Request) -> web.Response:
    """Take what became of the patient."""
    db, actor = db_and_actor(request)
    form = await read_form(request, FeedbackForm)
    if form.data is None:
        return await _page(request, feedback_form=form)
    record = await responding.report_result(
        db, actor, path_id(request, "id"), result=form.data.result, text=form.data.text
    )
    return redirect(f"/records/{record.id}")


async def send_minutes(request: web.Request) -> web.Response:
    """Send the minutes of a version, of the one in force unless told otherwise."""
    db, actor = db_and_actor(request)
    view = await queries.view(db, actor, path_id(request, "id"))
    asked = read_query(request, MinutesQuestion)
    signed = view.version(asked.version or view.record.version)
    facts = await minutes_facts.gather(db, actor, view.record.referral_id, signed)
    pdf = await minutes.typeset(facts, signed.version.signed_at)
    trail.record(
        db,
        "record:export",
        object_id=view.record.id,
        patient_id=view.record.patient_id,
        version=signed.version.number,
    )
    name = f"bien-ban-{facts.number}-{signed.version.number}.pdf"
    return web.Response(
        body=pdf,
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="{name}"',
            "Cache-Control": "no-store",
        },
    )


async def _page(request: web.Request, **forms: Form[Any]) -> web.Response:
    db, actor = db_and_actor(request)
    record_id: UUID = path_id(request, "id")
    view = await queries.view(db, actor, record_id)
    record = view.record
    trail.record(db, "record:view", object_id=record_id, patient_id=record.patient_id)
    refused = next(iter(forms.values()), None)
    return page(
        request,
        "records/record.html.j2",
        status=422 if refused else 200,
        referral=await referral_queries.get(db, actor, record.referral_id),
        refused=refused,
        form_errors=refused.errors if refused else [],
        **await fragments.panel(request, record.referral_id, **forms),
    )


ROUTES = [
    route("GET", "/records/{id}", show_record, needs=Permission.RECORDS_READ),
    route(
        "GET", "/records/{id}/minutes.pdf", send_minutes, needs=Permission.RECORDS_READ
    ),
    route("POST", "/records/{id}/response", respond, needs=Permission.RECORDS_ACCEPT),
    route(
        "POST", "/records/{id}/feedback", report_result, needs=Permission.RECORDS_ACCEPT
    ),
]
