"""The administrator's table of how calls went at each station, and its file."""

from __future__ import annotations

from aiohttp import web

from server.access.permissions import Permission
from server.audit import trail
from server.core import clock
from server.core.messages import N_
from server.reports import call_queries
from server.reports.call_queries import COLUMNS, Span, StationCalls
from server.reports.csv_table import csv_table
from server.reports.forms import CallsQuestion
from server.web.context import db_and_actor
from server.web.forms import read_query
from server.web.i18n import translate
from server.web.responses import page
from server.web.routes import route


async def show(request: web.Request) -> web.Response:
    """Show the stations, those with the worst calls first."""
    question = read_query(request, CallsQuestion)
    return page(
        request,
        "reports/calls.html.j2",
        question=question,
        lines=await _answer(request, question, "report:view"),
        columns=COLUMNS,
        spans=list(Span),
    )


async def download(request: web.Request) -> web.Response:
    """Return the table of the page as a CSV file."""
    question = read_query(request, CallsQuestion)
    lines = await _answer(request, question, "report:export")
    header = [
        translate(request, text)
        for text in (N_("Trạm y tế"), *(one.label for one in COLUMNS))
    ]
    name = f"tram-xa-cuoc-goi-{clock.today()}-{question.days.value}.csv"
    return web.Response(
        body=csv_table([header, *(_cells(line) for line in lines)]),
        content_type="text/csv",
        charset="utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        },
    )


async def _answer(
    request: web.Request, question: CallsQuestion, action: str
) -> list[StationCalls]:
    db, actor = db_and_actor(request)
    trail.record(db, action, calls=question.days.value, worst=question.worst.value)
    return await call_queries.by_station(db, actor, question.days, question.worst)


def _cells(line: StationCalls) -> list[str | float | None]:
    return [line.name, *(getattr(line, one.value) for one in COLUMNS)]


ROUTES = [
    route("GET", "/reports/calls", show, needs=Permission.REPORTS_READ),
    route("GET", "/reports/calls.csv", download, needs=Permission.REPORTS_READ),
]
