"""What must be looked at before a patient is saved: papers that disagree, look-alikes.

A doubt never blocks: whoever has seen it saves again and names its code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.core.errors import FieldError, Invalid
from server.core.messages import N_
from server.patients import queries
from server.patients.codes import Sex
from server.patients.identifiers import (
    Identifier,
    IdentifierKind,
    Problem,
    cccd_warnings,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from server.access.actor import Actor
    from server.patients.models import Patient
    from server.patients.particulars import Particulars

LOOK_ALIKE = Problem(
    "possible_duplicate",
    N_(
        "Trạm đã có người bệnh giống người này (trùng tên và năm sinh, hoặc trùng số điện thoại)."
        " Hãy xem lại trước khi lưu."
    ),
)


class ConfirmationNeeded(Invalid):
    """Something looks wrong and may be right; saved when its codes come in `confirmed`."""

    code = "confirmation_needed"
    message = N_("Có điểm cần xem lại. Nếu đã đúng, hãy xác nhận và lưu lần nữa.")

    def __init__(
        self, doubts: Sequence[Problem], look_alikes: Sequence[Patient]
    ) -> None:
        super().__init__(
            *(FieldError("confirmed", one.code, one.message) for one in doubts)
        )
        self.doubts = doubts
        self.look_alikes = look_alikes


class IdentifierTaken(Invalid):
    """The station knows another patient under this number."""

    code = "identifier_taken"

    def __init__(self, holder_id: UUID | None) -> None:
        super().__init__(
            FieldError(
                "identifier_value",
                "identifier_taken",
                N_(
                    "Số giấy tờ này đã có trong hồ sơ của một người bệnh khác tại trạm."
                ),
            )
        )
        self.holder_id = holder_id


async def refuse_taken(
    db: AsyncSession, actor: Actor, identifiers: Collection[Identifier]
) -> None:
    """Raise IdentifierTaken when one of the numbers names a patient of this station."""
    held = await queries.holder_of(db, actor, identifiers)
    if held is not None:
        raise IdentifierTaken(held)


async def refuse_unseen(
    db: AsyncSession,
    actor: Actor,
    new: Particulars,
    identifiers: Collection[Identifier],
    *,
    confirmed: Collection[str],
) -> None:
    """Raise ConfirmationNeeded when a new patient raises doubts that nobody has confirmed."""
    found = disagreements(new, identifiers)
    look_alikes = await queries.look_alikes(db, actor, new)
    if look_alikes:
        found.append(LOOK_ALIKE)
    if not {one.code for one in found}.issubset(confirmed):
        raise ConfirmationNeeded(found, look_alikes)


def refuse_new_disagreements(
    patient: Patient,
    new: Particulars,
    identifiers: Collection[Identifier],
    *,
    confirmed: Collection[str],
) -> None:
    """Raise ConfirmationNeeded for doubts that the patient as stored does not raise yet."""
    papers = [Identifier(one.kind, one.value) for one in patient.identifiers]
    born = patient.birth_date
    known = _disagreements(patient.sex, born.year if born else None, papers)
    found = [one for one in disagreements(new, identifiers) if one not in known]
    if not {one.code for one in found}.issubset(confirmed):
        raise ConfirmationNeeded(found, [])


def disagreements(
    new: Particulars, identifiers: Collection[Identifier]
) -> list[Problem]:
    """Return where sex and year of birth differ from what a CCCD says."""
    year = new.birth.value.year if new.birth else None
    return _disagreements(new.sex, year, identifiers)


def _disagreements(
    sex: Sex, year: int | None, identifiers: Collection[Identifier]
) -> list[Problem]:
    return [
        problem
        for one in identifiers
        if one.kind is IdentifierKind.CCCD
        for problem in cccd_warnings(one.value, sex, year)
    ]
