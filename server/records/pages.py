"""The pages on which a specialist writes, checks, signs and amends a conclusion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from server.access.permissions import Permission
from server.core.errors import Invalid, NotFound
from server.records import fragments, queries
from server.records.conclusion import lines
from server.records.draft import Draft, Incomplete
from server.records.forms import AmendForm, DraftForm, Signature
from server.records.service import drafting, signing
from server.referrals import queries as referral_queries
from server.web.context import db_and_actor
from server.web.forms import Form, blank, read_form
from server.web.paths import path_id
from server.web.refusals import wants_json
from server.web.responses import json, page, redirect
from server.web.routes import route

if TYPE_CHECKING:
    from aiohttp import web

    from server.referrals.models import Referral


class Saved(BaseModel):
    """The revision that the next save must name."""

    version: int


async def show_editor(request: web.Request) -> web.Response:
    """Show the draft to its writer; a signed record is shown where it is read."""
    db, actor = db_and_actor(request)
    referral_id = path_id(request, "id")
    signed = await queries.signed_id(db, actor, referral_id)
    if signed is not None:
        return redirect(f"/records/{signed}")
    return await _editor(request, await _held(request))


async def save_draft(request: web.Request) -> web.Response:
    """Keep what was typed: for the script in silence, for a button with the next page."""
    db, actor = db_and_actor(request)
    form = await read_form(request, DraftForm)
    referral_id = path_id(request, "id")
    if form.data is None:
        if wants_json(request):
            raise Invalid(*form.mistakes)
        return await _editor(request, await _held(request), form, status=422)
    try:
        record = await drafting.save(
            db, actor, referral_id, draft=form.data.draft(), revision=form.data.version
        )
    except drafting.DraftMovedOn:
        if wants_json(request):
            raise
        return await _show_conflict(request, form.data)
    if wants_json(request):
        return json(Saved(version=record.draft_revision))
    step = "/sign" if form.data.go == "review" else ""
    return redirect(f"/referrals/{referral_id}/record{step}")


async def show_review(request: web.Request) -> web.Response:
    """Show the whole conclusion as it will stand, with the field for the password."""
    return await _review(request)


async def sign(request: web.Request) -> web.Response:
    """Sign what was read; a wrong password is counted and asked for again."""
    db, actor = db_and_actor(request)
    form = await read_form(request, Signature)
    if form.data is None:
        return await _review(request, form)
    try:
        record = await signing.sign(
            db,
            actor,
            path_id(request, "id"),
            revision=form.data.version,
            password=form.data.password,
        )
    except (signing.WrongPassword, Incomplete) as refusal:
        return await _review(request, form.refused(refusal))
    return redirect(f"/records/{record.id}")


async def show_amendment(request: web.Request) -> web.Response:
    """Show the version in force as the start of a new one."""
    view = await _amendable(request)
    form = fragments.draft_form(
        request, Draft.of_conclusion(view.current.conclusion), view.record.version
    )
    return await _amendment(request, view, form)


async def amend(request: web.Request) -> web.Response:
    """Sign a further version, or say what is wrong with it."""
    db, actor = db_and_actor(request)
    view = await _amendable(request)
    form = await read_form(request, AmendForm)
    if form.data is None:
        return await _amendment(request, view, form)
    try:
        await signing.amend(
            db,
            actor,
            view.record.id,
            draft=form.data.draft(),
            number=form.data.version,
            reason=form.data.reason,
            password=form.data.password,
        )
    except (signing.WrongPassword, Incomplete) as refusal:
        return await _amendment(request, view, form.refused(refusal))
    return redirect(f"/records/{view.record.id}")


async def _held(request: web.Request) -> Referral:
    db, actor = db_and_actor(request)
    return await drafting.open_case(db, actor, path_id(request, "id"))


async def _editor(
    request: web.Request,
    referral: Referral,
    form: Form[Any] | None = None,
    *,
    status: int = 200,
    conflict: bool = False,
) -> web.Response:
    context = await fragments.editor(request, referral, form)
    return page(
        request,
        "records/edit.html.j2",
        status=status,
        conflict=conflict,
        form_errors=context["record_form"].errors,
        **context,
    )


async def _show_conflict(request: web.Request, typed: DraftForm) -> web.Response:
    """Show what this person typed over the newer revision: the next save is a choice."""
    db, _ = db_and_actor(request)
    referral = await _held(request)
    record = await drafting.draft_of(db, referral.id)
    latest = record.draft_revision if record else 0
    form = fragments.draft_form(request, typed.draft(), latest)
    return await _editor(request, referral, form, status=409, conflict=True)


async def _review(
    request: web.Request, form: Form[Signature] | None = None
) -> web.Response:
    db, _ = db_and_actor(request)
    referral = await _held(request)
    record = await drafting.draft_of(db, referral.id)
    if record is None:
        return redirect(f"/referrals/{referral.id}/record")
    draft = Draft.of(record.draft)
    try:
        conclusion = await signing.conclude(db, referral, draft)
    except Incomplete as refusal:
        typed = fragments.draft_form(request, draft, record.draft_revision)
        return await _editor(request, referral, typed.refused(refusal), status=422)
    return page(
        request,
        "records/sign.html.j2",
        status=422 if form else 200,
        referral=referral,
        conclusion=conclusion,
        lines=lines(conclusion),
        form=form or blank(request, {"version": record.draft_revision}),
        form_errors=form.errors if form else [],
    )


async def _amendable(request: web.Request) -> queries.RecordView:
    db, actor = db_and_actor(request)
    view = await queries.view(db, actor, path_id(request, "id"))
    if not fragments.may_amend(actor, view.record):
        raise NotFound
    return view


async def _amendment(
    request: web.Request, view: queries.RecordView, form: Form[Any]
) -> web.Response:
    db, actor = db_and_actor(request)
    referral = await referral_queries.get(db, actor, view.record.referral_id)
    return page(
        request,
        "records/amend.html.j2",
        status=422 if form.mistakes else 200,
        record=view.record,
        referral=referral,
        form_errors=form.errors,
        **await fragments.fields(request, form),
    )


_WRITING = Permission.RECORDS_SIGN

ROUTES = [
    route("GET", "/referrals/{id}/record", show_editor, needs=Permission.RECORDS_READ),
    route("POST", "/referrals/{id}/record/draft", save_draft, needs=_WRITING),
    route("GET", "/referrals/{id}/record/sign", show_review, needs=_WRITING),
    route("POST", "/referrals/{id}/record/sign", sign, needs=_WRITING),
    route("GET", "/records/{id}/amend", show_amendment, needs=_WRITING),
    route("POST", "/records/{id}/amend", amend, needs=_WRITING),
]
