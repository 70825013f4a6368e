"""What is done with the files of a case; whether the case still takes any is for its owner."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING
from uuid import UUID

from server.access.actor import Actor
from server.access.permissions import Role
from server.audit import trail
from server.core import clock
from server.core.errors import Conflict, FieldError, Invalid, NotFound
from server.core.messages import N_
from server.core.vietnamese import nfc
from server.documents import queries, store
from server.documents.models import Document

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.ext.asyncio import AsyncSession

    from server.documents.files import CleanFile

MOST = 20
_LONGEST_TITLE = 120
_UNSEEN = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]+")
_NAMELESS = "Tài liệu"


class TooManyFiles(Conflict):
    """The case holds as many files as a specialist can look through."""

    code = "too_many_files"
    message = N_("Ca này đã đủ {most} tệp. Hãy bỏ bớt tệp không cần rồi gửi lại.")


@dataclass(frozen=True, slots=True)
class Case:
    """The case that a file belongs to."""

    referral_id: UUID
    patient_id: UUID
    station_id: UUID


async def add(
    db: AsyncSession,
    actor: Actor,
    case: Case,
    *,
    file: CleanFile,
    title: str,
    folder: Path,
) -> Document:
    """Keep the bytes, then the row; the caller holds the lock of the case."""
    if await queries.count_of_referral(db, case.referral_id) >= MOST:
        raise TooManyFiles(most=MOST)
    document = Document(
        referral_id=case.referral_id,
        patient_id=case.patient_id,
        station_id=case.station_id,
        title=title,
        media_type=file.media_type,
        size=len(file.data),
        sha256=await store.keep(folder, file.data),
        width=file.width,
        height=file.height,
        added_by=actor.id,
        added_at=clock.now(),
    )
    db.add(document)
    await db.flush()
    _trail(db, "document:add", document)
    return document


async def open_for_reading(
    db: AsyncSession, actor: Actor, document_id: UUID
) -> Document:
    """Return the row and note that its bytes were asked for."""
    document = await queries.get(db, actor, document_id)
    _trail(db, "document:view", document)
    return document


async def rename(
    db: AsyncSession, actor: Actor, document_id: UUID, typed: str
) -> Document:
    """Give the file another title."""
    document = await own(db, actor, document_id)
    title = clean_title(typed)
    if not title:
        raise Invalid(
            FieldError("title", "title_missing", N_("Hãy nhập tên của tài liệu."))
        )
    document.title = title
    _trail(db, "document:rename", document)
    return document


async def remove(db: AsyncSession, actor: Actor, document_id: UUID) -> Document:
    """Take the file out of the case; its bytes stay as long as the law keeps records."""
    document = await own(db, actor, document_id)
    document.removed_at = clock.now()
    _trail(db, "document:remove", document)
    return document


async def own(db: AsyncSession, actor: Actor, document_id: UUID) -> Document:
    """Return a file that the actor may change: the station any, a specialist the own ones."""
    document = await queries.get(db, actor, document_id)
    if not is_own(actor, document):
        raise NotFound
    return document


def is_own(actor: Actor, document: Document) -> bool:
    """Tell whether the actor may give the file another title or take it out."""
    return actor.role is Role.STATION_DOCTOR or document.added_by == actor.id


def title_from(file_name: str) -> str:
    """Return a title from what the sender's machine called the file."""
    name = PureWindowsPath(PurePosixPath(file_name).name).name
    return clean_title(PurePosixPath(name).stem.replace("_", " ")) or _NAMELESS


def clean_title(typed: str) -> str:
    """Return the text without what cannot be seen, which could turn a name around."""
    return nfc(" ".join(_UNSEEN.sub(" ", typed).split()))[:_LONGEST_TITLE].strip()


def _trail(db: AsyncSession, action: str, document: Document) -> None:
    trail.record(
        db,
        action,
        object_id=document.id,
        patient_id=document.patient_id,
        referral_id=document.referral_id,
        media_type=document.media_type,
    )
