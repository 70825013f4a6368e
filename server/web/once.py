"""Does a write once, however often a bad line or an impatient finger sends it.

The key is inserted first: a second request with the same key waits for the first one's
transaction and then gets its answer (after the IETF draft “Idempotency-Key header”).
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from typing import TYPE_CHECKING

from aiohttp import Payload, web
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from server.access.permissions import Access
from server.core import clock
from server.core.errors import Refusal
from server.core.messages import N_
from server.web.models import AnsweredRequest
from server.web.protection import CSRF_FIELD, ONCE_FIELD

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from server.web.routes import Route

FORM_TYPES = frozenset({"multipart/form-data", "application/x-www-form-urlencoded"})
KEY = "[!-~]{1,64}"
_LONGEST_FORM_MARK = 32
_SERVER_ERROR = 500


class KeyMissing(Refusal):
    """A JSON write came without an Idempotency-Key."""

    code = "idempotency_key_missing"
    message = N_("Yêu cầu ghi cần tiêu đề Idempotency-Key (1–64 ký tự).")


class KeyReused(Refusal):
    """The same key came with another request."""

    status = 422
    code = "idempotency_key_reused"
    message = N_("Idempotency-Key này đã dùng cho một yêu cầu khác. Hãy dùng khóa mới.")


class AnswerNotKept(Refusal):
    """The write was done once; its answer held a secret, which is shown only then."""

    status = 409
    code = "answer_not_kept"
    message = N_(
        "Việc này đã làm xong. Câu trả lời có bí mật nên không gửi lại lần nữa."
    )


async def key_of(request: web.Request, route: Route) -> str | None:
    """Return the key of a write; raises KeyMissing for a JSON write without one."""
    if route.is_api and route.needs is Access.ANYONE:
        return None  # whoever asks for tokens again gets others
    header = request.headers.get("Idempotency-Key", "")
    if re.fullmatch(KEY, header):
        return f"api:{header}"
    if route.is_api:
        raise KeyMissing
    if request.content_type == "application/json":
        return None
    mark = str((await request.post()).get(ONCE_FIELD, ""))[:_LONGEST_FORM_MARK]
    if not mark or not (mark.isascii() and mark.isprintable()):
        return None  # none of ours
    # A form that was changed after going back is another request, not a repetition.
    content = (await _fingerprint(request)).hex()[:_LONGEST_FORM_MARK]
    return f"form:{mark}:{content}"


async def claim(
    db: AsyncSession, request: web.Request, person_id: UUID, key: str
) -> web.Response | None:
    """Take the key, or return what was answered under it before."""
    mark = await _fingerprint(request)
    taken = await db.execute(
        insert(AnsweredRequest)
        .values(person_id=person_id, key=key, fingerprint=mark, at=clock.now())
        .on_conflict_do_nothing()
    )
    if taken.rowcount == 1:  # type: ignore[attr-defined]
        return None
    found = (
        await db.scalars(
            select(AnsweredRequest).where(
                AnsweredRequest.person_id == person_id, AnsweredRequest.key == key
            )
        )
    ).one()
    if found.fingerprint != mark:
        raise KeyReused
    if found.status is None:
        raise AnswerNotKept
    return _replay(found)


async def remember(
    db: AsyncSession, person_id: UUID, key: str, response: web.StreamResponse
) -> None:
    """Keep the answer with the write; a refused form leaves its key free for the next try.

    What no cache may store is not stored here either: tokens, passes, pages of patients.
    """
    found = await db.get_one(AnsweredRequest, (person_id, key))
    body = response.body if isinstance(response, web.Response) else None
    if isinstance(body, Payload):
        return  # done, and never to be told again
    secret = "no-store" in response.headers.get("Cache-Control", "")
    if response.status >= 400 or secret or not isinstance(body, bytes | None):  # noqa: PLR2004
        await db.delete(found)
        return
    found.status = response.status
    found.location = response.headers.get("Location")
    found.content_type = response.headers.get("Content-Type")
    found.body = body


def _replay(found: AnsweredRequest) -> web.Response:
    headers = {"Idempotency-Replayed": "true"}
    if found.location:
        headers["Location"] = found.location
    if found.content_type and found.body:
        headers["Content-Type"] = found.content_type
    return web.Response(status=found.status or 200, body=found.body, headers=headers)


async def _fingerprint(request: web.Request) -> bytes:
    """Digest the method, path and body; a form by its fields, without its tokens."""
    digest = hashlib.sha256(f"{request.method} {request.path_qs}\n".encode())
    if request.content_type in FORM_TYPES:
        for name, value in (await request.post()).items():
            if name == CSRF_FIELD:
                continue
            text = value if isinstance(value, str) else await _file_mark(value)
            digest.update(f"{name}={text}\n".encode())
    else:
        digest.update(await request.read())
    return digest.digest()


async def _file_mark(value: object) -> str:
    """Digest the bytes too: every photograph of a telephone is called image.jpg."""
    if not isinstance(value, web.FileField):
        return ""
    data = await asyncio.to_thread(value.file.read)
    value.file.seek(0)
    return f"{value.filename}:{hashlib.sha256(data).hexdigest()}"
