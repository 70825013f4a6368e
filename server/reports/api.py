"""The counts and the target for programs of the province."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from aiohttp import web
from pydantic import BaseModel

from server.access.permissions import Permission
from server.audit import trail
from server.core import clock
from server.reports import pages, queries, target
from server.reports.forms import CountsQuestion, PeriodQuestion
from server.reports.periods import PeriodKind
from server.reports.queries import Breakdown
from server.web.context import db_and_actor
from server.web.forms import read_query
from server.web.responses import json
from server.web.routes import api


class LineOut(BaseModel):
    """The counts of one station, hospital, specialty or part of the period."""

    subject: str
    name: str
    requests: int
    accepted: int
    declined: int
    completed: int
    median_wait: int | None


class CountsOut(BaseModel):
    """A table of counts; waits are in minutes from first submission to first acceptance."""

    period: PeriodKind
    first: date
    last: date
    by: Breakdown
    lines: list[LineOut]
    total: LineOut


class IdleStationOut(BaseModel):
    """A station without a completed consultation."""

    id: UUID
    name: str
    phone: str


class TargetOut(BaseModel):
    """Both wordings of the 2030 target and their common denominator."""

    year: int
    as_of: date
    facilities: int
    stations: int
    hospitals: int
    satellite_points: int
    consulting: int
    with_unit: int
    idle_stations: list[IdleStationOut]


async def show_counts(request: web.Request) -> web.Response:
    """Return the table that the page shows."""
    db, actor = db_and_actor(request)
    asked = read_query(request, CountsQuestion)
    period = asked.chosen()
    found = await queries.counts(db, actor, period, asked.by)
    trail.record(
        db,
        "report:view",
        period=period.kind.value,
        first=period.first,
        by=asked.by.value,
    )
    return json(
        CountsOut(
            period=period.kind,
            first=period.first,
            last=period.last,
            by=asked.by,
            lines=[_line(one) for one in found.lines],
            total=_line(found.total),
        )
    )


async def show_target(request: web.Request) -> web.Response:
    """Return how far the province has come on the last day of the period, or today."""
    db, actor = db_and_actor(request)
    period = read_query(request, PeriodQuestion).chosen()
    as_of = min(period.last, clock.today())
    found = await target.target(db, actor, as_of)
    trail.record(db, "report:view", as_of=as_of)
    return json(TargetOut.model_validate(found, from_attributes=True))


def _line(line: queries.Line) -> LineOut:
    return LineOut.model_validate(line, from_attributes=True)


ROUTES = [
    api(
        "GET",
        "/reports/counts",
        show_counts,
        needs=Permission.REPORTS_READ,
        summary="Counts of a period",
        query=CountsQuestion,
        returns=CountsOut,
    ),
    api(
        "GET",
        "/reports/counts.csv",
        pages.download,
        needs=Permission.REPORTS_READ,
        summary="The table of counts for a spreadsheet",
        query=CountsQuestion,
        sends=("text/csv",),
    ),
    api(
        "GET",
        "/reports/target",
        show_target,
        needs=Permission.REPORTS_READ,
        summary="How far the province is from the 2030 target",
        query=PeriodQuestion,
        returns=TargetOut,
    ),
]
