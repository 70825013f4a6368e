"""What the browser asks during a check: a pass to signaling, and the answer of the echo."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated

from aiohttp import web
from pydantic import AfterValidator, BaseModel, Field

from server.access.permissions import Access
from server.consultations.api import TICKET_KEY
from server.core import clock
from server.core.messages import N_
from server.line_check import service
from server.line_check.echoes import Echoes
from server.web import once
from server.web.context import ACTOR, BUS, db_and_actor
from server.web.forms import Input, mistake, read_json
from server.web.responses import json
from server.web.routes import KIB, ROUTE, api

ECHOES = web.AppKey("echoes", Echoes)
_FINGERPRINT = re.compile(r"^a=fingerprint:\S+ \S+", re.MULTILINE)
_MOST_PARTS = 3


def _sound(sdp: str) -> str:
    # Without a fingerprint the peer would wait for ever, and anybody could be in the middle.
    if not _FINGERPRINT.search(sdp):
        raise mistake("sdp_without_fingerprint", N_("SDP thiếu dòng a=fingerprint."))
    if not 0 < sdp.count("\nm=") <= _MOST_PARTS:
        raise mistake("sdp_with_many_parts", N_("SDP có quá nhiều phần."))
    return sdp


class Begin(Input):
    """Whether somebody looks on, or a page that was left open does it by itself."""

    scheduled: bool = False


class BegunOut(BaseModel):
    """A pass to a room of one's own, whose welcome lends the relays; none without a node."""

    url: str | None
    ticket: str | None
    now: datetime


class Offer(Input):
    """The offer of the browser, whole."""

    sdp: Annotated[str, Field(min_length=1, max_length=20_000), AfterValidator(_sound)]


class Answer(BaseModel):
    """The answer of the echo, with its candidates."""

    sdp: str


async def begin(request: web.Request) -> web.Response:
    """Return what a check begins with; a scheduled one only when it is due."""
    db, actor = db_and_actor(request)
    given = await read_json(request, Begin)
    if given.scheduled:
        await service.begin_scheduled(db, actor)
    made = await service.pass_alone(request.app[BUS], request.app[TICKET_KEY])
    return json(
        BegunOut(
            url=made.url if made else None,
            ticket=made.ticket if made else None,
            now=clock.now(),
        )
    )


async def echo(request: web.Request) -> web.Response:
    """Start a peer and return its answer; sent again, it ends the first and starts another."""
    await once.key_of(request, request[ROUTE])
    given = await read_json(request, Offer)
    answer = await request.app[ECHOES].answer(request[ACTOR].id, given.sdp)
    return json(Answer(sdp=answer))


ROUTES = [
    api(
        "POST",
        "/line-checks/begin",
        begin,
        needs=Access.SIGNED_IN,
        summary="Begin a check of one's own line",
        accepts=Begin,
        returns=BegunOut,
    ),
    api(
        "POST",
        "/line-checks/echo",
        echo,
        needs=Access.SIGNED_IN,
        summary="Call the echo of the server",
        accepts=Offer,
        returns=Answer,
        body_limit=32 * KIB,
        streams=True,
    ),
]
