"""What a request must hold before it leaves the station.

Requests that say nothing are why such queues fail: in the one published audit of requests
that reached a specialist, a fifth could be answered.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from server.core.errors import FieldError
from server.core.messages import N_
from server.referrals import vitals
from server.referrals.models import Referral
from server.referrals.states import Priority
from server.referrals.vitals import Vital

MOST_QUESTIONS = 5
_LEAST = 10


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the gate must know that does not stand in the request."""

    patient_identified: bool
    hospital_open: bool
    consented: bool


def missing(referral: Referral, around: Surroundings) -> list[FieldError]:
    """Return everything that is missing at once, in the order of the form."""
    return [
        *_who_and_where(referral, around),
        *_what(referral),
        *_vitals(referral),
        *_consent(around),
    ]


def _who_and_where(referral: Referral, around: Surroundings) -> Iterator[FieldError]:
    if not around.patient_identified and referral.priority is not Priority.EMERGENCY:
        yield FieldError(
            "patient",
            "patient_not_identified",
            N_(
                "Hồ sơ người bệnh cần năm sinh, và ít nhất một trong: số giấy tờ, điện thoại,"
                " địa chỉ. Hãy bổ sung, hoặc chọn mức Cấp cứu."
            ),
        )
    if referral.hospital_id is None:
        yield FieldError(
            "hospital_id", "hospital_missing", N_("Hãy chọn bệnh viện nhận yêu cầu.")
        )
    elif not around.hospital_open:
        yield FieldError(
            "hospital_id",
            "hospital_closed",
            N_("Bệnh viện này không còn hoạt động trên hệ thống. Hãy chọn nơi khác."),
        )
    if referral.specialty_code is None:
        yield FieldError(
            "specialty_code", "specialty_missing", N_("Hãy chọn chuyên khoa cần hỏi.")
        )


def _what(referral: Referral) -> Iterator[FieldError]:
    if len(referral.reason) < _LEAST:
        yield FieldError(
            "reason",
            "reason_short",
            N_("Hãy ghi lý do hội chẩn rõ hơn (ít nhất 10 ký tự)."),
        )
    if not referral.symptoms:
        yield FieldError(
            "symptoms", "symptoms_missing", N_("Hãy ghi triệu chứng và diễn biến.")
        )
    if not any(len(question) >= _LEAST for question in referral.questions):
        yield FieldError(
            "question_1",
            "question_missing",
            N_("Hãy ghi ít nhất một câu hỏi cụ thể cho bác sĩ (ít nhất 10 ký tự)."),
        )


def _vitals(referral: Referral) -> Iterator[FieldError]:
    yield from vitals.implausible(referral.vitals)
    if referral.priority is Priority.EMERGENCY:
        return  # whoever holds a life in the hands sends first and measures then
    if Vital.PULSE not in referral.vitals:
        yield FieldError(Vital.PULSE, "pulse_missing", N_("Hãy đo và nhập mạch."))
    if Vital.SYSTOLIC not in referral.vitals:
        yield FieldError(
            Vital.SYSTOLIC, "blood_pressure_missing", N_("Hãy đo và nhập huyết áp.")
        )
    elif Vital.DIASTOLIC not in referral.vitals:
        yield FieldError(
            Vital.DIASTOLIC,
            "blood_pressure_missing",
            N_("Hãy nhập cả huyết áp tâm trương."),
        )


def _consent(around: Surroundings) -> Iterator[FieldError]:
    if not around.consented:
        yield FieldError(
            "consent",
            "consent_missing",
            N_(
                "Cần ghi nhận người bệnh đồng ý gửi thông tin đến đúng bệnh viện này, hoặc"
                " lý do cấp cứu."
            ),
        )
