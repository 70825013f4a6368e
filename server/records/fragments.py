"""What pages of a case show of its record: the editor beside a call, the signed panel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from server.access.permissions import Permission
from server.records import queries
from server.records.codes import Plan, Result
from server.records.draft import Draft
from server.records.service import drafting
from server.records.states import TRANSITIONS, Decision, RecordStatus
from server.web.context import db_and_actor
from server.web.forms import Form, blank

if TYPE_CHECKING:
    from uuid import UUID

    from aiohttp import web

    from server.access.actor import Actor
    from server.records.models import Record
    from server.referrals.models import Referral

ANSWERED_BY_STATION = (RecordStatus.SIGNED, RecordStatus.AMENDED)


async def editor(
    request: web.Request, referral: Referral, form: Form[Any] | None = None
) -> dict[str, Any]:
    """Return what `records/editor.html.j2` needs; raises AlreadySigned."""
    db, _ = db_and_actor(request)
    if form is None:
        record = await drafting.draft_of(db, referral.id)
        draft = Draft.of(record.draft) if record else Draft()
        form = draft_form(request, draft, record.draft_revision if record else 0)
    return {"referral": referral, **await fields(request, form)}


async def fields(request: web.Request, form: Form[Any]) -> dict[str, Any]:
    """Return what the fields of a conclusion need."""
    db, _ = db_and_actor(request)
    found = await queries.diagnosis(db, form.value("diagnosis_code"))
    return {
        "record_form": form,
        "plans": list(Plan),
        "diagnosis_name": found.name if found else "",
    }


def draft_form(
    request: web.Request, draft: Draft, revision: int, **others: str
) -> Form[Any]:
    """Return the form that shows a draft, with the revision that it was read at."""
    typed = draft.stored()
    answers = {f"answer_{n}": text for n, text in enumerate(typed.pop("answers"))}
    typed["no_follow_up"] = "yes" if draft.no_follow_up else None
    return blank(request, {**typed, **answers, "version": revision, **others})


async def panel(
    request: web.Request,
    referral_id: UUID,
    *,
    response_form: Form[Any] | None = None,
    feedback_form: Form[Any] | None = None,
) -> dict[str, Any]:
    """Return what `records/panel.html.j2` needs; `record_view` is None before signing."""
    db, actor = db_and_actor(request)
    record_id = await queries.signed_id(db, actor, referral_id)
    if record_id is None:
        return {"record_view": None}
    view = await queries.view(db, actor, record_id)
    return {
        "record_view": view,
        "may_respond": may_respond(actor, view.record),
        "may_report": may_report(actor, view.record),
        "may_amend": may_amend(actor, view.record),
        "response_form": response_form
        or blank(request, {"version": view.record.version}),
        "feedback_form": feedback_form or blank(request),
        "decisions": list(Decision),
        "results": list(Result),
    }


def may_respond(actor: Actor, record: Record) -> bool:
    """Tell whether the station's decision on the version in force is this person's to make."""
    mine = actor.may(Permission.RECORDS_ACCEPT)
    return mine and record.status in ANSWERED_BY_STATION


def may_report(actor: Actor, record: Record) -> bool:
    """Tell whether this person reports what became of the patient."""
    mine = actor.may(Permission.RECORDS_ACCEPT)
    return mine and record.status is RecordStatus.FEEDBACK_DUE


def may_amend(actor: Actor, record: Record) -> bool:
    """Tell whether this person signed the record and may add a version."""
    mine = record.specialist_id == actor.id
    return mine and RecordStatus.AMENDED in TRANSITIONS[record.status]
