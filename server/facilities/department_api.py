"""The departments of a hospital and what they answer for, for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from pydantic import BaseModel

from server.access.permissions import Permission
from server.facilities import queries, service
from server.facilities.forms import DepartmentFields
from server.web.context import db_and_actor
from server.web.forms import read_json
from server.web.paths import path_id
from server.web.responses import json
from server.web.routes import api

if TYPE_CHECKING:
    from aiohttp import web


class DepartmentOut(BaseModel):
    """A department and the specialties that it answers for."""

    id: UUID
    department_name: str
    specialty_codes: list[str]


class Departments(BaseModel):
    """The departments of a hospital by name."""

    departments: list[DepartmentOut]


async def index(request: web.Request) -> web.Response:
    """Return the departments of a hospital."""
    db, actor = db_and_actor(request)
    facility = await queries.get(db, actor, path_id(request, "id"))
    found = await queries.departments(db, facility.id)
    return json(Departments(departments=[_out(one) for one in found]))


async def add(request: web.Request) -> web.Response:
    """Add a department to a hospital."""
    db, actor = db_and_actor(request)
    given = await read_json(request, DepartmentFields)
    facility_id = path_id(request, "id")
    added = await service.add_department(db, actor, facility_id, given.details())
    return json(await _one(request, added.id), status=201)


async def change(request: web.Request) -> web.Response:
    """Rename a department and set its specialties."""
    db, actor = db_and_actor(request)
    given = await read_json(request, DepartmentFields)
    changed = await service.change_department(
        db,
        actor,
        path_id(request, "department"),
        given.details(),
        facility_id=path_id(request, "id"),
    )
    return json(await _one(request, changed.id))


async def _one(request: web.Request, department_id: UUID) -> DepartmentOut:
    db, _ = db_and_actor(request)
    found = await queries.departments(db, path_id(request, "id"))
    return _out(next(one for one in found if one.id == department_id))


def _out(one: queries.DepartmentWithSpecialties) -> DepartmentOut:
    return DepartmentOut(
        id=one.id,
        department_name=one.name,
        specialty_codes=list(one.specialty_codes),
    )


_ALL = "/facilities/{id}/departments"
_NEEDS = Permission.FACILITIES_MANAGE
ROUTES = [
    api(
        "GET",
        _ALL,
        index,
        needs=_NEEDS,
        summary="List the departments of a hospital",
        returns=Departments,
    ),
    api(
        "POST",
        _ALL,
        add,
        needs=_NEEDS,
        summary="Add a department",
        accepts=DepartmentFields,
        returns=DepartmentOut,
        created=True,
    ),
    api(
        "PUT",
        f"{_ALL}/{{department}}",
        change,
        needs=_NEEDS,
        summary="Change a department",
        accepts=DepartmentFields,
        returns=DepartmentOut,
    ),
]
