"""Diagnoses and records for programs and for our own scripts."""

from __future__ import annotations

from aiohttp import web

from server.access.permissions import Access, Permission
from server.audit import trail
from server.records import queries, reading_pages
from server.records.api_models import (
    DraftOut,
    DraftState,
    FoundDiagnoses,
    FoundDiagnosis,
    RecordOfCase,
    RecordOut,
    RecordState,
    VersionOut,
)
from server.records.draft import Draft
from server.records.forms import (
    AmendBody,
    DiagnosisQuery,
    DraftBody,
    FeedbackForm,
    MinutesQuestion,
    ResponseForm,
    Signature,
)
from server.records.models import Record
from server.records.service import drafting, responding, signing
from server.web import refusals
from server.web.context import db_and_actor
from server.web.forms import read_json, read_query
from server.web.paths import path_id
from server.web.responses import json
from server.web.routes import api


async def search_diagnoses(request: web.Request) -> web.Response:
    """Return diagnoses by code or words, also while the words are still being typed."""
    db, _ = db_and_actor(request)
    asked = read_query(request, DiagnosisQuery)
    found = await queries.search_diagnoses(db, asked.q)
    return json(FoundDiagnoses([FoundDiagnosis.model_validate(one) for one in found]))


async def show_record(request: web.Request) -> web.Response:
    """Return the record with all its versions."""
    db, actor = db_and_actor(request)
    view = await queries.view(db, actor, path_id(request, "id"))
    record, feedback = view.record, view.feedback
    trail.record(db, "record:view", object_id=record.id, patient_id=record.patient_id)
    state = RecordState.model_validate(record)
    return json(
        RecordOut(
            **state.model_dump(),
            versions=[VersionOut.of(one) for one in view.versions],
            result=feedback.result if feedback else None,
            result_text=feedback.text if feedback else None,
        )
    )


async def show_draft(request: web.Request) -> web.Response:
    """Return the draft to its writer, or where the signed record is to its readers."""
    db, actor = db_and_actor(request)
    referral_id = path_id(request, "id")
    signed = await queries.signed_id(db, actor, referral_id)
    if signed is not None:
        return json(RecordOfCase(record_id=signed))
    referral = await drafting.open_case(db, actor, referral_id)
    record = await drafting.draft_of(db, referral.id)
    draft = Draft.of(record.draft) if record else Draft()
    version = record.draft_revision if record else 0
    return json(RecordOfCase(draft=DraftOut(version=version, **draft.stored())))


async def save_draft(request: web.Request) -> web.Response:
    """Replace the draft of a case."""
    db, actor = db_and_actor(request)
    given = await read_json(request, DraftBody)
    record = await drafting.save(
        db,
        actor,
        path_id(request, "id"),
        draft=given.draft(),
        revision=given.version,
    )
    return json(DraftState(id=record.id, version=record.draft_revision))


async def sign(request: web.Request) -> web.StreamResponse:
    """Sign the draft of a case."""
    db, actor = db_and_actor(request)
    given = await read_json(request, Signature)
    try:
        record = await signing.sign(
            db,
            actor,
            path_id(request, "id"),
            revision=given.version,
            password=given.password,
        )
    except signing.WrongPassword as refusal:
        return refusals.answer(request, refusal)  # returned: the failed try is saved
    return _state(record)


async def amend(request: web.Request) -> web.StreamResponse:
    """Sign a further version of a record."""
    db, actor = db_and_actor(request)
    given = await read_json(request, AmendBody)
    try:
        record = await signing.amend(
            db,
            actor,
            path_id(request, "id"),
            draft=given.draft(),
            number=given.version,
            reason=given.reason,
            password=given.password,
        )
    except signing.WrongPassword as refusal:
        return refusals.answer(request, refusal)  # returned: the failed try is saved
    return _state(record)


async def respond(request: web.Request) -> web.Response:
    """Take the station's decision on a version."""
    db, actor = db_and_actor(request)
    given = await read_json(request, ResponseForm)
    record = await responding.respond(
        db,
        actor,
        path_id(request, "id"),
        decision=given.decision,
        text=given.text,
        number=given.version,
    )
    return _state(record)


async def report_result(request: web.Request) -> web.Response:
    """Take what became of the patient."""
    db, actor = db_and_actor(request)
    given = await read_json(request, FeedbackForm)
    record = await responding.report_result(
        db, actor, path_id(request, "id"), result=given.result, text=given.text
    )
    return _state(record)


def _state(record: Record) -> web.Response:
    return json(RecordState.model_validate(record))


ROUTES = [
    api(
        "GET",
        "/icd10",
        search_diagnoses,
        needs=Access.SIGNED_IN,
        summary="Find a diagnosis",
        query=DiagnosisQuery,
        returns=FoundDiagnoses,
    ),
    api(
        "GET",
        "/records/{id}",
        show_record,
        needs=Permission.RECORDS_READ,
        summary="Read a signed record",
        returns=RecordOut,
    ),
    api(
        "GET",
        "/records/{id}/minutes.pdf",
        reading_pages.send_minutes,
        needs=Permission.RECORDS_READ,
        summary="The minutes of a version",
        query=MinutesQuestion,
        sends=("application/pdf",),
    ),
    api(
        "GET",
        "/referrals/{id}/record",
        show_draft,
        needs=Permission.RECORDS_READ,
        summary="Read the draft of a record, or find the signed one",
        returns=RecordOfCase,
    ),
    api(
        "PUT",
        "/referrals/{id}/record",
        save_draft,
        needs=Permission.RECORDS_SIGN,
        summary="Save the draft of a record",
        accepts=DraftBody,
        returns=DraftState,
    ),
    api(
        "POST",
        "/referrals/{id}/record/sign",
        sign,
        needs=Permission.RECORDS_SIGN,
        summary="Sign the draft of a record",
        accepts=Signature,
        returns=RecordState,
    ),
    api(
        "POST",
        "/records/{id}/amend",
        amend,
        needs=Permission.RECORDS_SIGN,
        summary="Sign a further version of a record",
        accepts=AmendBody,
        returns=RecordState,
    ),
    api(
        "POST",
        "/records/{id}/response",
        respond,
        needs=Permission.RECORDS_ACCEPT,
        summary="Record the decision of the station",
        accepts=ResponseForm,
        returns=RecordState,
    ),
    api(
        "POST",
        "/records/{id}/feedback",
        report_result,
        needs=Permission.RECORDS_ACCEPT,
        summary="Report what became of the patient",
        accepts=FeedbackForm,
        returns=RecordState,
    ),
]
