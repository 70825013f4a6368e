"""The directory of facilities and specialties, and its upkeep, for programs."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from aiohttp import web
from pydantic import BaseModel, Field

from server.access.permissions import Access, Permission
from server.facilities import queries, service
from server.facilities.forms import FacilityFields, NewFacility
from server.facilities.models import Facility, FacilityKind, Level
from server.web.context import DB, db_and_actor
from server.web.forms import Input, read_json, read_query
from server.web.paths import path_id
from server.web.responses import json
from server.web.routes import api


class FacilityQuestion(Input):
    """Words of the name, the kind, the place; each narrows the list."""

    q: Annotated[str, Field(max_length=100)] = ""
    kind: FacilityKind | None = None
    province: Annotated[str, Field(pattern=r"^(\d{2})?$")] = ""
    commune: Annotated[str, Field(pattern=r"^(\d{5})?$")] = ""


class FacilityOut(BaseModel):
    """A facility as the directory shows it."""

    id: UUID
    kind: FacilityKind
    name: str
    province_code: str
    commune_code: str | None
    level: Level | None
    provider_code: str | None
    parent_id: UUID | None
    address: str
    phone: str
    active_from: date
    active_until: date | None
    telehealth_unit_since: date | None


class Facilities(BaseModel):
    """The facilities that were asked for, the first 200 of them."""

    facilities: list[FacilityOut]


class SpecialtyOut(BaseModel):
    """A specialty that a request can be addressed to."""

    code: str
    name: str
    name_en: str


class Specialties(BaseModel):
    """All specialties."""

    specialties: list[SpecialtyOut]


async def list_facilities(request: web.Request) -> web.Response:
    """Return facilities of the person's province, or of the country."""
    db, actor = db_and_actor(request)
    asked = read_query(request, FacilityQuestion)
    kinds = frozenset({asked.kind}) if asked.kind else frozenset()
    found = await queries.search(
        db,
        actor,
        queries.Search(
            asked.q,
            kinds=kinds,
            commune_code=asked.commune,
            province_code=asked.province,
        ),
    )
    return json(Facilities(facilities=[_out(one) for one in found]))


async def show_facility(request: web.Request) -> web.Response:
    """Return one facility."""
    db, actor = db_and_actor(request)
    return json(_out(await queries.get(db, actor, path_id(request, "id"))))


async def add_facility(request: web.Request) -> web.Response:
    """Add a facility."""
    db, actor = db_and_actor(request)
    given = await read_json(request, NewFacility)
    facility = await service.create(
        db,
        actor,
        given.details(),
        kind=given.kind,
        province_code=given.province_code,
    )
    return json(_out(facility), status=201)


async def change_facility(request: web.Request) -> web.Response:
    """Replace what may change about a facility."""
    db, actor = db_and_actor(request)
    facility_id = path_id(request, "id")
    given = await read_json(request, FacilityFields)
    return json(_out(await service.change(db, actor, facility_id, given.details())))


async def list_specialties(request: web.Request) -> web.Response:
    """Return every specialty."""
    found = await queries.specialties(request[DB])
    return json(
        Specialties(
            specialties=[
                SpecialtyOut(code=s.code, name=s.name, name_en=s.name_en) for s in found
            ]
        )
    )


def _out(facility: Facility) -> FacilityOut:
    return FacilityOut.model_validate(facility, from_attributes=True)


ROUTES = [
    api(
        "GET",
        "/facilities",
        list_facilities,
        needs=Access.SIGNED_IN,
        summary="Search facilities",
        query=FacilityQuestion,
        returns=Facilities,
    ),
    api(
        "POST",
        "/facilities",
        add_facility,
        needs=Permission.FACILITIES_MANAGE,
        summary="Add a facility",
        accepts=NewFacility,
        returns=FacilityOut,
        created=True,
    ),
    api(
        "GET",
        "/facilities/{id}",
        show_facility,
        needs=Permission.FACILITIES_MANAGE,
        summary="Read a facility",
        returns=FacilityOut,
    ),
    api(
        "PUT",
        "/facilities/{id}",
        change_facility,
        needs=Permission.FACILITIES_MANAGE,
        summary="Change a facility",
        accepts=FacilityFields,
        returns=FacilityOut,
    ),
    api(
        "GET",
        "/specialties",
        list_specialties,
        needs=Access.SIGNED_IN,
        summary="List the specialties",
        returns=Specialties,
    ),
]
