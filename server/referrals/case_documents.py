"""Adds files to a case, names them and takes them out, as long as the case is open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.access.actor import Actor
from server.core.errors import Conflict
from server.core.messages import N_
from server.documents import files, service
from server.documents.models import Document
from server.notifications.service import tell
from server.referrals import audiences, case_rights, queries
from server.referrals.states import OPEN, ReferralStatus

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from server.referrals.models import Referral

_TAKES_FILES = (ReferralStatus.DRAFT, *OPEN)


class CaseClosed(Conflict):
    """What a conclusion rests on stays as it was."""

    code = "case_closed"
    message = N_("Ca này đã kết thúc nên không thêm hoặc bỏ tài liệu được nữa.")


async def add(
    db: AsyncSession,
    actor: Actor,
    referral_id: UUID,
    sent: Sequence[tuple[str, bytes]],
    *,
    title: str,
    folder: Path,
) -> list[Document]:
    """Keep the files under their names, a single one under `title` if it is given."""
    await queries.get(db, actor, referral_id)
    if not sent:
        raise files.FileEmpty
    cleaned = [(name, await files.clean(data)) for name, data in sent]
    # Locked only now, because to draw an image anew takes a while.
    referral = await _lock_open(db, actor, referral_id)
    case = service.Case(referral.id, referral.patient_id, referral.station_id)
    given = service.clean_title(title) if len(sent) == 1 else ""
    added = [
        await service.add(
            db,
            actor,
            case,
            file=file,
            title=given or service.title_from(name),
            folder=folder,
        )
        for name, file in cleaned
    ]
    await _tell(db, actor, referral)
    return added


async def rename(
    db: AsyncSession, actor: Actor, document_id: UUID, title: str
) -> Document:
    """Give a file of an open case another title."""
    await _lock_case_of(db, actor, document_id)
    return await service.rename(db, actor, document_id, title)


async def remove(db: AsyncSession, actor: Actor, document_id: UUID) -> Document:
    """Take a file out of its open case."""
    await _lock_case_of(db, actor, document_id)
    return await service.remove(db, actor, document_id)


async def _lock_case_of(db: AsyncSession, actor: Actor, document_id: UUID) -> None:
    document = await service.own(db, actor, document_id)
    await _lock_open(db, actor, document.referral_id)


async def _lock_open(db: AsyncSession, actor: Actor, referral_id: UUID) -> Referral:
    referral = await queries.get_for_change(db, actor, referral_id)
    if referral.status not in _TAKES_FILES:
        raise CaseClosed
    return referral


async def _tell(db: AsyncSession, actor: Actor, referral: Referral) -> None:
    """Show the new file on every open page of the case; a draft is nobody else's yet."""
    if referral.submitted_at is None:
        tell(db, [actor.id], "referral.changed", referral.id)
    else:
        readers = await case_rights.readers_of(db, actor, referral.id)
        await audiences.tell_change(db, referral, actor.id, *readers)
