"""Calls for scripts: ring, answer, refuse, hang up, and the pass to signaling."""

from __future__ import annotations

from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import BaseModel

from server.access.permissions import Permission
from server.consultations import calls, guests, tickets
from server.consultations.forms import HangUp, Refuse, Ring
from server.consultations.meeting_api import AttemptOut, Nothing
from server.web.context import BUS, db_and_actor
from server.web.forms import read_json
from server.web.paths import path_id
from server.web.responses import json, no_content
from server.web.routes import api

TICKET_KEY = web.AppKey("ticket_key", Ed25519PrivateKey)


class PassOut(BaseModel):
    """What a browser needs to enter the room; good for one minute and one entry."""

    url: str
    ticket: str
    participant: str


async def ring(request: web.Request) -> web.Response:
    """Call the other side."""
    db, actor = db_and_actor(request)
    given = await read_json(request, Ring)
    attempt = await calls.ring(db, actor, path_id(request, "id"), given.channel)
    return json(AttemptOut.of(attempt), status=201)


async def acknowledge(request: web.Request) -> web.Response:
    """Say that a device rings."""
    db, actor = db_and_actor(request)
    await read_json(request, Nothing)
    await calls.acknowledge(db, actor, path_id(request, "id"))
    return no_content()


async def accept(request: web.Request) -> web.Response:
    """Answer a call, or come into one that runs as its guest."""
    db, actor = db_and_actor(request)
    await read_json(request, Nothing)
    key = path_id(request, "id")
    joined = await guests.join(db, actor, key)
    return json(AttemptOut.of(joined or await calls.accept(db, actor, key)))


async def decline(request: web.Request) -> web.Response:
    """Refuse a call."""
    db, actor = db_and_actor(request)
    given = await read_json(request, Refuse)
    key = path_id(request, "id")
    if not await guests.decline(db, actor, key):
        await calls.decline(db, actor, key, given.reason)
    return no_content()


async def hang_up(request: web.Request) -> web.Response:
    """End a call, stop ringing, or leave a call to those who go on."""
    db, actor = db_and_actor(request)
    given = await read_json(request, HangUp)
    key = path_id(request, "id")
    if not await guests.step_out(db, actor, key, given.reason):
        await calls.hang_up(db, actor, key, given.reason)
    return no_content()


async def issue_pass(request: web.Request) -> web.Response:
    """Return a pass to the room of a call."""
    db, actor = db_and_actor(request)
    await read_json(request, Nothing)
    nodes = await tickets.live_nodes(request.app[BUS])
    made = await tickets.issue(
        db,
        actor,
        path_id(request, "id"),
        nodes=nodes,
        key=request.app[TICKET_KEY],
    )
    response = json(
        PassOut(
            url=made.url,
            ticket=made.ticket,
            participant=made.participant,
        )
    )
    response.headers["Cache-Control"] = "no-store"
    return response


ROUTES = [
    api(
        "POST",
        "/consultations/{id}/calls",
        ring,
        needs=Permission.CALLS_TAKE,
        summary="Ring the other side",
        accepts=Ring,
        returns=AttemptOut,
        created=True,
    ),
    api(
        "POST",
        "/calls/{id}/ringing",
        acknowledge,
        needs=Permission.CALLS_TAKE,
        summary="Say that a device rings",
        accepts=Nothing,
    ),
    api(
        "POST",
        "/calls/{id}/accept",
        accept,
        needs=Permission.CALLS_TAKE,
        summary="Answer a call",
        accepts=Nothing,
        returns=AttemptOut,
    ),
    api(
        "POST",
        "/calls/{id}/decline",
        decline,
        needs=Permission.CALLS_TAKE,
        summary="Refuse a call",
        accepts=Refuse,
    ),
    api(
        "POST",
        "/calls/{id}/hang-up",
        hang_up,
        needs=Permission.CALLS_TAKE,
        summary="End a call or stop ringing",
        accepts=HangUp,
    ),
    api(
        "POST",
        "/calls/{id}/pass",
        issue_pass,
        needs=Permission.CALLS_TAKE,
        summary="A pass to the room of a call",
        accepts=Nothing,
        returns=PassOut,
    ),
]
