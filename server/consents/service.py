"""Records what the patient asked for before anything leaves the station."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from server.access.actor import Actor
from server.audit import trail
from server.consents import queries, wording
from server.consents.models import Consent, GivenBy, Ground, Method
from server.core import clock
from server.core.errors import Conflict, FieldError, Invalid
from server.core.messages import N_
from server.core.vietnamese import nfc

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

_SHORTEST_REASON = 10


class NothingToWithdraw(Conflict):
    """No request of the patient stands: none was made, or it was withdrawn before."""

    code = "nothing_to_withdraw"
    message = N_(
        "Ca này không có lời đồng ý nào để rút lại: chưa ghi nhận, đã rút trước đó, hoặc gửi"
        " vì cấp cứu."
    )


@dataclass(frozen=True, slots=True)
class Sharing:
    """Whose data goes where; `age` in years, None when it is not known."""

    referral_id: UUID
    patient_id: UUID
    station_id: UUID
    hospital_id: UUID
    age: int | None


@dataclass(frozen=True, slots=True, repr=False)
class Given:
    """What was said at the station, already checked for form."""

    ground: Ground
    given_by: GivenBy | None = None
    giver_name: str = ""
    relation: str = ""
    method: Method | None = None
    agreed: bool = field(default=False)
    reason: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class TakenBack:
    """Who withdrew and how; whoever withdraws owes nobody a reason."""

    asked_by: GivenBy
    method: Method
    asker_name: str = ""
    relation: str = ""
    reason: str = ""


async def record(
    db: AsyncSession, actor: Actor, sharing: Sharing, given: Given
) -> Consent:
    """Add the consent; raises Invalid with everything that the law would miss."""
    mistakes = (
        _emergency_mistakes(given)
        if given.ground is Ground.EMERGENCY
        else _request_mistakes(given, sharing.age)
    )
    if mistakes:
        raise Invalid(*mistakes)
    consent = Consent(
        patient_id=sharing.patient_id,
        referral_id=sharing.referral_id,
        station_id=sharing.station_id,
        receiving_facility_id=sharing.hospital_id,
        recorded_by=actor.id,
        recorded_at=clock.now(),
        ground=given.ground,
        **_content(given, sharing.age),
    )
    db.add(consent)
    await db.flush()
    trail.record(
        db,
        "consent:record",
        object_id=consent.id,
        patient_id=consent.patient_id,
        ground=consent.ground.value,
        hospital_id=sharing.hospital_id,
    )
    return consent


async def withdraw(
    db: AsyncSession, actor: Actor, referral_id: UUID, said: TakenBack
) -> None:
    """Take back what the patient asked for in this case; raises NothingToWithdraw.

    The caller holds the lock of the case. An emergency stands: it rests on no agreement.
    """
    standing = await queries.to_withdraw(db, actor, referral_id)
    if not standing:
        raise NothingToWithdraw
    by_representative = said.asked_by is GivenBy.REPRESENTATIVE
    if by_representative:
        mistakes = _unnamed("asker_name", said.asker_name, said.relation)
        if mistakes:
            raise Invalid(*mistakes)
    moment = clock.now()
    for consent in standing:
        consent.withdrawn_at = moment
        consent.withdrawal_asked_by = said.asked_by
        consent.withdrawal_method = said.method
        consent.withdrawal_reason = nfc(said.reason)
        consent.withdrawal_recorded_by = actor.id
        if by_representative:
            consent.withdrawal_asker_name = nfc(said.asker_name)
            consent.withdrawal_relation = nfc(said.relation)
        trail.record(
            db,
            "consent:withdraw",
            object_id=consent.id,
            patient_id=consent.patient_id,
            hospital_id=consent.receiving_facility_id,
        )
    await db.flush()


def _content(given: Given, age: int | None) -> dict[str, object]:
    """Return what belongs to the ground; what was typed for the other one is left out."""
    if given.ground is Ground.EMERGENCY:
        return {
            "wording_version": wording.EMERGENCY_VERSION,
            "scope": wording.BY_PATIENT.scope,
            "reason": nfc(given.reason),
        }
    by_representative = given.given_by is GivenBy.REPRESENTATIVE
    return {
        "wording_version": _wording(given, age).version,
        "scope": _wording(given, age).scope,
        "given_by": given.given_by,
        "giver_name": nfc(given.giver_name) if by_representative else "",
        "relation": nfc(given.relation) if by_representative else "",
        "method": given.method,
    }


def _wording(given: Given, age: int | None) -> wording.Wording:
    choices = wording.offered(age)
    return choices[0] if given.given_by is GivenBy.PATIENT else choices[-1]


def _emergency_mistakes(given: Given) -> list[FieldError]:
    if len(given.reason) >= _SHORTEST_REASON:
        return []
    return [
        FieldError(
            "reason",
            "emergency_reason_short",
            N_("Hãy ghi vì sao phải gửi ngay khi chưa hỏi được (ít nhất 10 ký tự)."),
        )
    ]


def _request_mistakes(given: Given, age: int | None) -> list[FieldError]:
    mistakes = _giver_mistakes(given, age)
    if given.method is None:
        mistakes.append(
            FieldError("method", "method_missing", N_("Hãy chọn cách đồng ý."))
        )
    if not given.agreed:
        mistakes.append(
            FieldError(
                "agreed",
                "agreement_missing",
                N_("Hãy đọc nội dung cho người bệnh nghe, rồi đánh dấu khi đã đồng ý."),
            )
        )
    return mistakes


def _giver_mistakes(given: Given, age: int | None) -> list[FieldError]:
    if given.given_by is None:
        return [FieldError("given_by", "giver_missing", N_("Hãy chọn ai đã đồng ý."))]
    if given.given_by is GivenBy.PATIENT:
        if wording.BY_PATIENT in wording.offered(age):
            return []
        return [
            FieldError(
                "given_by",
                "representative_needed",
                N_("Người bệnh dưới 16 tuổi: cần người đại diện đồng ý."),
            )
        ]
    return _unnamed("giver_name", given.giver_name, given.relation)


def _unnamed(field: str, name: str, relation: str) -> list[FieldError]:
    """Return what is missing about a representative, whose name was typed in this field."""
    needed = {
        field: (name, N_("Hãy nhập họ tên người đại diện.")),
        "relation": (relation, N_("Hãy nhập quan hệ với người bệnh.")),
    }
    return [
        FieldError(key, f"{key}_missing", sentence)
        for key, (value, sentence) in needed.items()
        if not value
    ]
