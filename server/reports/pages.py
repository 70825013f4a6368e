"""The administrator's page of counts, its chart and its file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from aiohttp import web
from babel.numbers import format_decimal
from multidict import MultiDict

from server.access.permissions import Permission
from server.audit import trail
from server.core import clock
from server.core.messages import N_
from server.facilities import queries as facilities
from server.reports import queries
from server.reports.csv_table import csv_table
from server.reports.forms import CountsQuestion
from server.reports.models import Grain
from server.reports.periods import Period, PeriodKind
from server.reports.queries import Breakdown, Counts, Line
from server.reports.target import LEAST_COMPLETED, target
from server.web.context import LOCALE, db_and_actor
from server.web.forms import Form, bind, blank, read_query
from server.web.i18n import LOCALES, translate
from server.web.rendering import named
from server.web.responses import page
from server.web.routes import route

if TYPE_CHECKING:
    from typing import Any

_PAGE = "reports/reports.html.j2"
# Longer than any month; more bars than this are read in the table.
MOST_BARS = 31
COLUMNS = (
    N_("Yêu cầu"),
    N_("Đã nhận"),
    N_("Bị từ chối"),
    N_("Hoàn thành"),
    N_("Chờ trung vị (phút)"),
)


@dataclass(frozen=True, slots=True)
class Shown:
    """The answered question, with every line named in the reader's language."""

    question: CountsQuestion
    period: Period
    counts: Counts


async def show(request: web.Request) -> web.Response:
    """Show the counts of a period and how far the province is from the 2030 target."""
    db, actor = db_and_actor(request)
    form = bind(request, CountsQuestion, MultiDict(request.query))
    question = form.data or CountsQuestion()
    shown = await _answer(request, question)
    as_of = min(shown.period.last, clock.today())
    reached = await target(db, actor, as_of)
    trail.record(
        db,
        "report:view",
        period=question.period.value,
        first=shown.period.first,
        by=question.by.value,
    )
    return page(
        request,
        _PAGE,
        status=200 if form.data else 422,
        form=_filled(form, shown.period),
        form_errors=form.errors,
        question=question,
        period=shown.period,
        period_text=_period_text(request, shown.period),
        counts=shown.counts,
        bars=shown.counts.lines[:MOST_BARS],
        target=reached,
        shares={
            "consulting": _percent(request, reached.consulting, reached.facilities),
            "with_unit": _percent(request, reached.with_unit, reached.facilities),
        },
        least_completed=LEAST_COMPLETED,
        kinds=list(PeriodKind),
        breakdowns=list(Breakdown),
    )


async def download(request: web.Request) -> web.Response:
    """Return the table of the page as a CSV file."""
    db, _ = db_and_actor(request)
    shown = await _answer(request, read_query(request, CountsQuestion))
    question, period = shown.question, shown.period
    trail.record(
        db,
        "report:export",
        period=question.period.value,
        first=period.first,
        by=question.by.value,
    )
    header = [translate(request, text) for text in (question.by.label, *COLUMNS)]
    lines = (*shown.counts.lines, shown.counts.total)
    name = f"tram-xa-{period.kind}-{period.first}-{question.by}.csv"
    return web.Response(
        body=csv_table([header, *(_cells(line) for line in lines)]),
        content_type="text/csv",
        charset="utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        },
    )


async def _answer(request: web.Request, question: CountsQuestion) -> Shown:
    db, actor = db_and_actor(request)
    period = question.chosen()
    found = await queries.counts(db, actor, period, question.by)
    lines = found.lines
    if question.by is Breakdown.TIME:
        lines = tuple(replace(one, name=_part_text(period, one)) for one in lines)
    elif question.by is Breakdown.SPECIALTY:
        known = {one.code: one for one in await facilities.specialties(db)}
        lines = tuple(
            replace(one, name=named(known[one.subject], request[LOCALE]))
            for one in lines
        )
    total = replace(found.total, name=translate(request, N_("Cộng")))
    return Shown(question, period, Counts(lines, total))


def _percent(request: web.Request, part: int, whole: int) -> str:
    locale = request[LOCALE] if request[LOCALE] in LOCALES else LOCALES[0]
    share = part * 100 / whole if whole else 0
    return format_decimal(share, format="0.0", locale=locale)


def _filled(form: Form[CountsQuestion], period: Period) -> Form[Any]:
    if form.data is None:
        return form
    return blank(
        form.request,
        {
            "period": period.kind.value,
            "on": f"{period.first:%d/%m/%Y}",
            "by": form.data.by.value,
        },
    )


def _cells(line: Line) -> list[str | int | None]:
    return [
        line.name,
        line.requests,
        line.accepted,
        line.declined,
        line.completed,
        line.median_wait,
    ]


def _part_text(period: Period, line: Line) -> str:
    day = date.fromisoformat(line.subject)
    return f"{day:%d/%m/%Y}" if period.part_grain is Grain.DAY else f"{day:%m/%Y}"


def _period_text(request: web.Request, period: Period) -> str:
    if period.kind is PeriodKind.DAY:
        return translate(request, N_("ngày {day}"), day=f"{period.first:%d/%m/%Y}")
    if period.kind is PeriodKind.MONTH:
        return translate(request, N_("tháng {month}"), month=f"{period.first:%m/%Y}")
    if period.kind is PeriodKind.QUARTER:
        return translate(
            request,
            N_("quý {quarter} năm {year}"),
            quarter=period.quarter,
            year=period.first.year,
        )
    return translate(request, N_("năm {year}"), year=period.first.year)


ROUTES = [
    route("GET", "/reports", show, needs=Permission.REPORTS_READ),
    route("GET", "/reports.csv", download, needs=Permission.REPORTS_READ),
]
