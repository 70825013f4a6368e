"""The pages of a hospital's departments and what they answer for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from server.access.permissions import Permission
from server.core.errors import Invalid, NotFound
from server.facilities import queries, service
from server.facilities.forms import DepartmentFields
from server.facilities.models import Facility
from server.web.context import db_and_actor
from server.web.forms import Form, blank, read_form
from server.web.paths import path_id
from server.web.responses import page, redirect
from server.web.routes import route

if TYPE_CHECKING:
    from aiohttp import web

_DEPARTMENT = "admin/department.html.j2"


async def show_new(request: web.Request) -> web.Response:
    """Ask for the name and specialties of a new department."""
    db, actor = db_and_actor(request)
    facility = await queries.get(db, actor, path_id(request, "id"))
    return await _department(request, blank(request), facility)


async def add(request: web.Request) -> web.Response:
    """Add a department to the hospital."""
    db, actor = db_and_actor(request)
    facility = await queries.get(db, actor, path_id(request, "id"))
    form = await read_form(request, DepartmentFields)
    if form.data is None:
        return await _department(request, form, facility)
    try:
        async with db.begin_nested():
            await service.add_department(db, actor, facility.id, form.data.details())
    except Invalid as refusal:
        return await _department(request, form.refused(refusal), facility)
    return redirect(f"/admin/facilities/{facility.id}#departments")


async def show(request: web.Request) -> web.Response:
    """Show a department, ready to be corrected."""
    db, actor = db_and_actor(request)
    facility = await queries.get(db, actor, path_id(request, "id"))
    wanted = path_id(request, "department")
    for one in await queries.departments(db, facility.id):
        if one.id == wanted:
            values = {
                "department_name": one.name,
                "specialty_codes": list(one.specialty_codes),
            }
            return await _department(request, blank(request, values), facility)
    raise NotFound


async def change(request: web.Request) -> web.Response:
    """Correct a department."""
    db, actor = db_and_actor(request)
    facility = await queries.get(db, actor, path_id(request, "id"))
    form = await read_form(request, DepartmentFields)
    if form.data is None:
        return await _department(request, form, facility)
    department_id = path_id(request, "department")
    try:
        async with db.begin_nested():
            await service.change_department(
                db,
                actor,
                department_id,
                form.data.details(),
                facility_id=facility.id,
            )
    except Invalid as refusal:
        return await _department(request, form.refused(refusal), facility)
    return redirect(f"/admin/facilities/{facility.id}#departments")


async def _department(
    request: web.Request, form: Form[Any], facility: Facility
) -> web.Response:
    db, _ = db_and_actor(request)
    return page(
        request,
        _DEPARTMENT,
        status=422 if form.errors else 200,
        form=form,
        form_errors=form.errors,
        facility=facility,
        known="department" in request.match_info,
        specialties=await queries.specialties(db),
    )


_NEEDS = Permission.FACILITIES_MANAGE
_ALL = "/admin/facilities/{id}/departments"
ROUTES = [
    route("GET", f"{_ALL}/new", show_new, needs=_NEEDS),
    route("POST", f"{_ALL}/new", add, needs=_NEEDS),
    route("GET", f"{_ALL}/{{department}}", show, needs=_NEEDS),
    route("POST", f"{_ALL}/{{department}}", change, needs=_NEEDS),
]
