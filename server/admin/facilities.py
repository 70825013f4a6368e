"""The pages on which administrators keep facilities, departments and specialties true."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from multidict import MultiDict

from server.access.actor import Actor, Scope
from server.access.permissions import Permission
from server.admin.forms import FacilitiesQuestion, NewFacilitySteps
from server.core.errors import Invalid
from server.facilities import queries, service
from server.facilities.forms import FacilityFields, NewFacility
from server.facilities.models import Facility, FacilityKind, Level
from server.places import queries as places
from server.web.context import db_and_actor
from server.web.forms import Form, bind, blank, read_form
from server.web.paths import path_id
from server.web.responses import page, redirect
from server.web.routes import route

if TYPE_CHECKING:
    from aiohttp import web
    from sqlalchemy.ext.asyncio import AsyncSession

_LIST = "admin/facilities.html.j2"
_MOST_LISTED = 50
_STEPS = "admin/facility-new.html.j2"
_FORM = "admin/facility.html.j2"


async def list_facilities(request: web.Request) -> web.Response:
    """List the facilities that the words, kind and place leave."""
    db, actor = db_and_actor(request)
    form = bind(request, FacilitiesQuestion, MultiDict(request.query))
    asked = form.data or FacilitiesQuestion()
    province = _province(actor, asked.province)
    search = queries.Search(
        asked.q,
        kinds=frozenset({asked.kind}) if asked.kind else frozenset(),
        commune_code=asked.commune or "",
        province_code=province,
    )
    found = await queries.search(db, actor, search, _MOST_LISTED)
    return page(
        request,
        _LIST,
        status=200 if form.data else 422,
        form=form,
        form_errors=form.errors,
        facilities=found,
        most=_MOST_LISTED,
        kinds=list(FacilityKind),
        provinces=await _provinces(db, actor),
        communes=await places.communes(db, province) if province else [],
    )


async def show_new(request: web.Request) -> web.Response:
    """Ask what it is and where, then the rest."""
    _, actor = db_and_actor(request)
    steps = bind(request, NewFacilitySteps, MultiDict(request.query))
    asked = steps.data or NewFacilitySteps()
    province = _province(actor, asked.province)
    if asked.kind and province:
        chosen = {"kind": asked.kind.value, "province_code": province}
        return await _form(request, blank(request, chosen), asked.kind, province)
    return await _steps(request, steps)


async def create(request: web.Request) -> web.Response:
    """Add the facility and show it."""
    db, actor = db_and_actor(request)
    form = await read_form(request, NewFacility)
    if form.data is not None:
        given = form.data
        try:
            facility = await service.create(
                db,
                actor,
                given.details(),
                kind=given.kind,
                province_code=given.province_code,
            )
            return redirect(f"/admin/facilities/{facility.id}")
        except Invalid as refusal:
            form = form.refused(refusal)
    typed = {"kind": form.value("kind"), "province": form.value("province_code")}
    steps = bind(request, NewFacilitySteps, MultiDict(typed)).data
    if steps is None or steps.kind is None or steps.province is None:
        return await _steps(request, form, status=422)
    return await _form(request, form, steps.kind, steps.province)


async def show_facility(request: web.Request) -> web.Response:
    """Show what is known of a facility, ready to be corrected."""
    db, actor = db_and_actor(request)
    facility = await queries.get(db, actor, path_id(request, "id"))
    return await _known(request, blank(request, _values(facility)), facility)


async def change(request: web.Request) -> web.Response:
    """Correct a facility."""
    db, actor = db_and_actor(request)
    facility = await queries.get(db, actor, path_id(request, "id"))
    form = await read_form(request, FacilityFields)
    if form.data is None:
        return await _known(request, form, facility)
    try:
        await service.change(db, actor, facility.id, form.data.details())
    except Invalid as refusal:
        return await _known(request, form.refused(refusal), facility)
    return redirect(f"/admin/facilities/{facility.id}?saved=1")


async def _steps(
    request: web.Request, form: Form[Any], status: int = 200
) -> web.Response:
    db, actor = db_and_actor(request)
    return page(
        request,
        _STEPS,
        status=status,
        form=form,
        form_errors=form.errors,
        kinds=_kinds(actor),
        provinces=await _provinces(db, actor),
    )


async def _known(
    request: web.Request, form: Form[Any], facility: Facility
) -> web.Response:
    return await _form(
        request, form, facility.kind, facility.province_code, facility=facility
    )


async def _form(
    request: web.Request,
    form: Form[Any],
    kind: FacilityKind,
    province: str,
    *,
    facility: Facility | None = None,
) -> web.Response:
    db, actor = db_and_actor(request)
    is_point = kind is FacilityKind.SATELLITE_POINT
    is_hospital = kind is FacilityKind.HOSPITAL
    stations = queries.Search(
        kinds=frozenset({FacilityKind.STATION}), province_code=province
    )
    return page(
        request,
        _FORM,
        status=422 if form.errors else 200,
        form=form,
        form_errors=form.errors,
        facility=facility,
        kind=kind,
        levels=list(Level),
        communes=await places.communes(db, province),
        stations=await queries.search(db, actor, stations) if is_point else [],
        departments=(
            await queries.departments(db, facility.id)
            if facility and is_hospital
            else []
        ),
        specialties={
            one.code: one
            for one in (await queries.specialties(db) if is_hospital else [])
        },
        saved="saved" in request.query and not form.errors,
    )


def _values(facility: Facility) -> dict[str, object]:
    values: dict[str, object] = {
        name: getattr(facility, name) for name in FacilityFields.model_fields
    }
    for name in ("active_from", "active_until", "telehealth_unit_since"):
        day = values[name]
        values[name] = f"{day:%d/%m/%Y}" if day else None
    values["level"] = facility.level.value if facility.level else None
    return values


async def _provinces(db: AsyncSession, actor: Actor) -> list[tuple[str, str]]:
    """Return the provinces to choose from: none for who has only one."""
    if actor.scope is not Scope.COUNTRY:
        return []
    return [(one.code, one.full_name) for one in await places.provinces(db)]


def _province(actor: Actor, asked: str | None) -> str:
    return (asked or "") if actor.scope is Scope.COUNTRY else actor.province_code


def _kinds(actor: Actor) -> list[FacilityKind]:
    everywhere = actor.scope is Scope.COUNTRY
    return [
        kind
        for kind in FacilityKind
        if everywhere or kind is not FacilityKind.HEALTH_DEPARTMENT
    ]


_NEEDS = Permission.FACILITIES_MANAGE
_ONE = "/admin/facilities/{id}"
ROUTES = [
    route("GET", "/admin/facilities", list_facilities, needs=_NEEDS),
    route("GET", "/admin/facilities/new", show_new, needs=_NEEDS),
    route("POST", "/admin/facilities/new", create, needs=_NEEDS),
    route("GET", _ONE, show_facility, needs=_NEEDS),
    route("POST", _ONE, change, needs=_NEEDS),
]
