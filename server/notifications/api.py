"""The events of a person, for programs that ask again instead of listening."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from aiohttp import web
from pydantic import BaseModel, Field, field_validator

from server.access.permissions import Access
from server.core.messages import N_
from server.notifications import queries
from server.notifications.queries import Cursor
from server.web.context import db_and_actor
from server.web.forms import Input, mistake, read_query
from server.web.responses import json
from server.web.routes import api


class After(Input):
    """The place to go on from; without it only the present place is returned."""

    after: Annotated[str, Field(max_length=64)] = ""

    @field_validator("after")
    @classmethod
    def _is_cursor(cls, value: str) -> str:
        if value and Cursor.parse(value) is None:
            raise mistake(
                "cursor_unknown",
                N_("Vị trí này không đúng. Hãy bỏ “after” để lấy vị trí hiện tại."),
            )
        return value


class Told(BaseModel):
    """One thing that the person must be told."""

    id: UUID
    at: datetime
    kind: str
    subject_id: UUID
    data: dict[str, Any]


class Events(BaseModel):
    """What came after the cursor, oldest first, and the cursor to ask with next."""

    events: list[Told]
    cursor: str


async def list_events(request: web.Request) -> web.Response:
    """Return a page of events after the cursor."""
    db, actor = db_and_actor(request)
    cursor = Cursor.parse(read_query(request, After).after)
    if cursor is None:
        return json(Events(events=[], cursor=str(await queries.head(db))))
    rows = await queries.after(db, actor.id, cursor)
    return json(
        Events(
            events=[Told.model_validate(one, from_attributes=True) for _, one in rows],
            cursor=str(rows[-1][0] if rows else cursor),
        )
    )


ROUTES = [
    api(
        "GET",
        "/events",
        list_events,
        needs=Access.SIGNED_IN,
        summary="What happened after a cursor",
        query=After,
        returns=Events,
    ),
]
