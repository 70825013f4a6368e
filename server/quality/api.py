"""What browsers measure of a call, for scripts: sent while it runs, read afterwards."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from aiohttp import web
from pydantic import BaseModel

from server.access.permissions import Permission
from server.audit import trail
from server.quality import queries, service
from server.quality.forms import Samples
from server.quality.levels import Reason, Rung
from server.web.context import db_and_actor
from server.web.forms import read_json
from server.web.paths import path_id
from server.web.responses import json, no_content
from server.web.routes import KIB, api


class SampleOut(BaseModel):
    """What one end heard and saw in the seconds before `at`; rates in kbit/s, times in ms."""

    person_id: UUID
    at: datetime
    seconds: float
    rtt: int | None
    jitter: int | None
    loss: float | None
    concealed: float | None
    frames: int | None
    height: int | None
    frozen: float | None
    received: int
    sent: int
    estimate: int | None
    relayed: bool | None
    rung: Rung | None
    reason: Reason | None
    mos: float | None


class SamplesOut(BaseModel):
    """The samples of a call, in the order of time."""

    samples: list[SampleOut]


async def send(request: web.Request) -> web.Response:
    """Keep what this end measured; what came before is not added again."""
    db, actor = db_and_actor(request)
    given = await read_json(request, Samples)
    await service.keep(
        db, actor, path_id(request, "id"), sent_at=given.clock, rows=given.rows()
    )
    return no_content()


async def show(request: web.Request) -> web.Response:
    """Return what both ends measured."""
    db, actor = db_and_actor(request)
    call = path_id(request, "id")
    found = await queries.samples_of(db, actor, call)
    trail.record(db, "call:samples", object_id=call, found=len(found))
    samples = [SampleOut.model_validate(one, from_attributes=True) for one in found]
    return json(SamplesOut(samples=samples))


ROUTES = [
    api(
        "POST",
        "/calls/{id}/samples",
        send,
        needs=Permission.CALLS_TAKE,
        summary="Keep what this end of a call measured",
        accepts=Samples,
        body_limit=64 * KIB,
    ),
    api(
        "GET",
        "/calls/{id}/samples",
        show,
        needs=Permission.CONSULTATIONS_READ,
        summary="What both ends of a call measured",
        returns=SamplesOut,
    ),
]
