"""The patient over time, for programs."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from pydantic import BaseModel

from server.access.permissions import Permission
from server.audit import trail
from server.cases import timeline
from server.cases.timeline import Subject
from server.patients import queries as patients
from server.web.context import db_and_actor
from server.web.paths import path_id
from server.web.responses import json
from server.web.routes import api

if TYPE_CHECKING:
    from aiohttp import web


class ItemOut(BaseModel):
    """One thing that happened; `id` and `status` are those of its subject."""

    at: datetime
    subject: Subject
    id: UUID
    status: str | None
    text: str


class Timeline(BaseModel):
    """Everything about the patient that the person may know, the newest first."""

    items: list[ItemOut]


async def show_timeline(request: web.Request) -> web.Response:
    """Return requests, meetings, records and files of a patient."""
    db, actor = db_and_actor(request)
    patient = await patients.get(db, actor, path_id(request, "id"))
    trail.record(db, "patient:view", object_id=patient.id, patient_id=patient.id)
    found = await timeline.of_patient(db, actor, patient.id)
    items = [ItemOut.model_validate(one, from_attributes=True) for one in found]
    return json(Timeline(items=items))


ROUTES = [
    api(
        "GET",
        "/patients/{id}/timeline",
        show_timeline,
        needs=Permission.PATIENTS_READ,
        summary="What happened to a patient",
        returns=Timeline,
    ),
]
