"""How calls went at each station, for programs of the province."""

from __future__ import annotations

from uuid import UUID

from aiohttp import web
from pydantic import BaseModel

from server.access.permissions import Permission
from server.audit import trail
from server.reports import call_pages, call_queries
from server.reports.forms import CallsQuestion
from server.web.context import db_and_actor
from server.web.forms import read_query
from server.web.responses import json
from server.web.routes import api


class StationCallsOut(BaseModel):
    """The calls of one station; `mos` by ITU-T G.107, `lost` and `relayed` in percent."""

    station: UUID
    name: str
    calls: int
    mos: float | None
    lost: float | None
    relayed: int | None
    without_picture: int
    silent: int


class CallQualityOut(BaseModel):
    """The stations that called, the worst first."""

    stations: list[StationCallsOut]


async def show(request: web.Request) -> web.Response:
    """Return the table that the page shows."""
    db, actor = db_and_actor(request)
    asked = read_query(request, CallsQuestion)
    trail.record(db, "report:view", calls=asked.days.value, worst=asked.worst.value)
    found = await call_queries.by_station(db, actor, asked.days, asked.worst)
    return json(
        CallQualityOut(
            stations=[
                StationCallsOut.model_validate(one, from_attributes=True)
                for one in found
            ]
        )
    )


ROUTES = [
    api(
        "GET",
        "/reports/calls",
        show,
        needs=Permission.REPORTS_READ,
        summary="How calls went at each station",
        query=CallsQuestion,
        returns=CallQualityOut,
    ),
    api(
        "GET",
        "/reports/calls.csv",
        call_pages.download,
        needs=Permission.REPORTS_READ,
        summary="The table of calls for a spreadsheet",
        query=CallsQuestion,
        sends=("text/csv",),
    ),
]
