"""The shapes of an answer: a page, a redirect, JSON, a problem."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from aiohttp import web

from server.web.context import (
    ACTOR,
    DB,
    LOCALE,
    NAVIGATION,
    NONCE,
    OPENING,
    SETTINGS,
    WAITING,
)
from server.web.i18n import translations
from server.web.protection import csrf_token, once_token
from server.web.rendering import environment

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import BaseModel

    from server.access.actor import Actor


PART_HEADER = "X-Part"
FONTS_COOKIE = "fonts"  # set by the page that has fetched them


def render(request: web.Request, template: str, **values: Any) -> str:
    """Return the text of a template in the language of the request."""
    made = environment(request[LOCALE], request.app[SETTINGS].assets_dir)
    actor = request.get(ACTOR)
    navigate = request.app[NAVIGATION]
    waiting = request.get(WAITING)
    count = waiting.count if waiting else 0
    return made.get_template(template).render(
        actor=actor,
        person=_person(translations(request[LOCALE]).gettext, actor) if actor else None,
        navigation=navigate(actor, request.path, count) if actor else [],
        waiting=waiting,
        locale=request[LOCALE],
        nonce=request[NONCE],
        csrf_token=csrf_token(request),
        once_token=once_token,
        path=request.path,
        fonts=FONTS_COOKIE in request.cookies,
        opening=request.get(OPENING, ""),
        cursor=request[DB].info.get("cursor", "") if DB in request else "",
        **({"form_errors": []} | values),
    )


def _person(gettext: Callable[[str], str], actor: Actor) -> dict[str, str]:
    return {
        "name": actor.full_name,
        "role": gettext(actor.role.label),
        "facility": actor.facility_name,
    }


def page(
    request: web.Request, template: str, *, status: int = 200, **values: Any
) -> web.Response:
    """Return a rendered page that no cache keeps."""
    response = web.Response(
        text=_asked_part(request, render(request, template, **values)),
        content_type="text/html",
        charset="utf-8",
        status=status,
        headers={"Cache-Control": "no-store"},
    )
    response.enable_compression()
    return response


def _asked_part(request: web.Request, text: str) -> str:
    """Leave the frame out when a page asks for one of its parts again: a weak line is short.

    A part begins with the element of that id and ends with the comment that names it.
    """
    name = request.headers.get(PART_HEADER, "")
    end = text.find(f"<!--/{name}-->")
    start = text.rfind("<", 0, max(0, text.find(f' id="{name}"')))
    body = text[text.find("<body") : text.find(">", text.find("<body")) + 1]
    return text if min(start, end) < 0 else f"<!DOCTYPE html>{body}{text[start:end]}"


def redirect(location: str) -> web.Response:
    """Return a 303 to a path of our own; returned, never raised, so that the write stays."""
    if not location.startswith("/") or location.startswith("//"):
        raise ValueError("a redirect stays on this site")
    return web.Response(status=303, headers={"Location": location})


def json(value: BaseModel, *, status: int = 200) -> web.Response:
    """Return a model as JSON."""
    return web.Response(
        body=value.model_dump_json(exclude_none=True).encode(),
        content_type="application/json",
        status=status,
    )


def ready_json(body: bytes) -> web.Response:
    """Return JSON that was encoded before."""
    return web.Response(body=body, content_type="application/json")


def no_content() -> web.Response:
    """Return 204: done, and there is nothing to say."""
    return web.Response(status=204)


def problem(status: int, code: str, detail: str, **members: Any) -> web.Response:
    """Return problem details (RFC 9457); `code` is stable, `detail` is for people."""
    body = {
        "type": f"urn:tramxa:problem:{code}",
        "title": code.replace("_", " "),
        "status": status,
        "detail": detail,
        "code": code,
        **members,
    }
    return web.Response(
        body=orjson.dumps(body), content_type="application/problem+json", status=status
    )
