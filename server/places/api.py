"""Provinces and communes for programs that fill addresses."""

from __future__ import annotations

from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, Field

from server.access.permissions import Access
from server.places import queries
from server.places.models import CommuneKind, ProvinceKind
from server.web.context import DB
from server.web.forms import Input, read_query
from server.web.responses import json
from server.web.routes import api


class ProvinceOut(BaseModel):
    """A province by its official code."""

    code: str
    name: str
    kind: ProvinceKind


class Provinces(BaseModel):
    """All provinces."""

    provinces: list[ProvinceOut]


class CommuneQuestion(Input):
    """In which province, and any words of the name."""

    province: Annotated[str, Field(pattern=r"^\d{2}$")]
    q: Annotated[str, Field(max_length=80)] = ""


class CommuneOut(BaseModel):
    """A commune, ward or special zone by its official code."""

    code: str
    name: str
    kind: CommuneKind


class Communes(BaseModel):
    """The communes that were asked for."""

    communes: list[CommuneOut]


async def list_provinces(request: web.Request) -> web.Response:
    """Return every province."""
    found = await queries.provinces(request[DB])
    return json(
        Provinces(
            provinces=[
                ProvinceOut(code=p.code, name=p.name, kind=p.kind) for p in found
            ]
        )
    )


async def list_communes(request: web.Request) -> web.Response:
    """Return the communes of a province, by words of their name if given."""
    asked = read_query(request, CommuneQuestion)
    found = await queries.communes(request[DB], asked.province, asked.q)
    return json(
        Communes(
            communes=[CommuneOut(code=c.code, name=c.name, kind=c.kind) for c in found]
        )
    )


ROUTES = [
    api(
        "GET",
        "/provinces",
        list_provinces,
        needs=Access.SIGNED_IN,
        summary="List the provinces",
        returns=Provinces,
    ),
    api(
        "GET",
        "/communes",
        list_communes,
        needs=Access.SIGNED_IN,
        summary="Search the communes of a province",
        query=CommuneQuestion,
        returns=Communes,
    ),
]
