"""What the person concerned would send to each address; `None`: nothing is asked."""

from server.demo import PASSWORD, demo_id
from tests.server.quality.arrange import samples
from tests.server.records.arrange import conclusion
from tests.server.referrals.arrange import AGREED, content

HOSPITAL = demo_id("Bệnh viện Đa khoa thành phố Cần Thơ (mẫu)")
_WHY = "Đã có kết quả khác tại trạm"
_PATIENT = {"full_name": "Trần Thị Mận", "birth_date": "1957", "sex": "2"}
_FACILITY = {
    "name": "Bệnh viện mẫu",
    "active_from": "2026-01-01",
    "commune_code": "31135",
    "level": "specialised",
}
_NEW_DEPARTMENT = {"department_name": "Khoa Mắt", "specialty_codes": ["internal"]}
_DEPARTMENT = {
    "department_name": "Khoa Nội tim mạch",
    "specialty_codes": ["cardiology"],
}
_BOOKED = {"starts": "2027-01-20T08:00:00Z"}
_DECLINE = {"reason": "wrong_specialty", "details": _WHY}
_CONSENT = {
    "ground": "patient_request",
    "given_by": "patient",
    "method": "signed_paper",
    "agreed": True,
}
_WITHDRAWAL = {"asked_by": "patient", "method": "signed_paper"}
_FINISHED = {"outcome": "cancelled", "reason": _WHY}
_REFUSED = {"reason": "busy", "details": _WHY}
_DRAFT = {
    "findings": "Điện tim bình thường",
    "diagnosis_code": "I20.9",
    "answers": ["Chưa cần", "Theo dõi"],
    "advice": "Nghỉ ngơi",
    "no_follow_up": True,
}

JSON = {
    "POST /appointments/{id}/cancel": {"reason": _WHY},
    "POST /appointments/{id}/move": _BOOKED,
    "POST /calls/{id}/accept": {},
    "POST /calls/{id}/call-back": {},
    "POST /calls/{id}/decline": {"reason": "examining"},
    "POST /calls/{id}/dismiss": {},
    "POST /calls/{id}/hang-up": {"reason": "hung_up"},
    "POST /calls/{id}/pass": {},
    "POST /calls/{id}/ringing": {},
    "POST /calls/{id}/samples": samples([0]),
    "POST /consultations/{id}/calls": {"channel": "video"},
    "POST /consultations/{id}/dismiss": {},
    "POST /consultations/{id}/enter": {},
    "POST /consultations/{id}/guests": {"person_id": str(HOSPITAL)},
    "POST /consultations/{id}/phone": {"minutes": 10},
    "POST /consultations/{id}/writing": {},
    "POST /documents/{id}/rename": {"title": "Điện tim"},
    "PUT /facilities/{id}": _FACILITY,
    "POST /facilities/{id}/departments": _NEW_DEPARTMENT,
    "PUT /facilities/{id}/departments/{department}": _DEPARTMENT,
    "POST /guests/{id}/withdraw": {},
    "POST /offers/{id}/decline": _REFUSED,
    "PUT /patients/{id}": {
        **_PATIENT,
        "revision": 1,
        "identifiers": [{"kind": "passport", "value": "C1234567"}],
    },
    "POST /records/{id}/amend": {
        **_DRAFT,
        "version": 1,
        "reason": "Có thêm kết quả men tim",
        "password": PASSWORD,
    },
    "POST /records/{id}/feedback": {"result": "done_as_advised", "text": _WHY},
    "POST /records/{id}/response": {"decision": "accepted", "version": 1},
    "PUT /referrals/{id}": {"revision": 1, "reason": _WHY},
    "POST /referrals/{id}/answer": {"text": _WHY},
    "POST /referrals/{id}/appointments": _BOOKED,
    "POST /referrals/{id}/ask": {"question": "Xin bổ sung điện tim của hôm nay"},
    "POST /referrals/{id}/consent": _CONSENT,
    "POST /referrals/{id}/consent/withdrawal": _WITHDRAWAL,
    "POST /referrals/{id}/consultations": {},
    "POST /referrals/{id}/decline": _DECLINE,
    "POST /referrals/{id}/finish": _FINISHED,
    "POST /referrals/{id}/hand-over": {"hand_over_reason": _WHY},
    "POST /referrals/{id}/offers": {"specialist_ids": [str(HOSPITAL)]},
    "PUT /referrals/{id}/record": _DRAFT,
    "POST /referrals/{id}/record/sign": {"password": PASSWORD, "version": 0},
    "POST /referrals/{id}/triage": {"priority": 1, "change_reason": _WHY},
}

FORMS = {
    "POST /admin/facilities/{id}": _FACILITY,
    "POST /admin/facilities/{id}/departments/new": _NEW_DEPARTMENT,
    "POST /admin/facilities/{id}/departments/{department}": _DEPARTMENT,
    "POST /appointments/{id}/cancel": {"reason": _WHY},
    "POST /appointments/{id}/move": _BOOKED,
    "POST /consultations/{id}/decline": {"reason": "to_phone"},
    "POST /consultations/{id}/guests": {"person_id": str(HOSPITAL)},
    "POST /consultations/{id}/phone": {"minutes": "10"},
    "POST /documents/{id}/rename": {"title": "Điện tim", "back": "case"},
    "POST /offers/{id}/decline": _REFUSED,
    "POST /patients/{id}/edit": {**_PATIENT, "revision": 1},
    "POST /records/{id}/amend": {
        **conclusion(),
        "version": 1,
        "reason": "Có thêm kết quả men tim",
        "password": PASSWORD,
    },
    "POST /records/{id}/feedback": {"result": "done_as_advised", "text": _WHY},
    "POST /records/{id}/response": {"decision": "accepted", "version": 1},
    "POST /referrals/{id}/answer": {**content(), "version": 1, "answer": _WHY},
    "POST /referrals/{id}/appointments": _BOOKED,
    "POST /referrals/{id}/ask": {"question": "Xin bổ sung điện tim của hôm nay"},
    "POST /referrals/{id}/consent": AGREED,
    "POST /referrals/{id}/consent/withdrawal": _WITHDRAWAL,
    "POST /referrals/{id}/decline": _DECLINE,
    "POST /referrals/{id}/draft": {**content(), "version": 1},
    "POST /referrals/{id}/finish": _FINISHED,
    "POST /referrals/{id}/hand-over": {"hand_over_reason": _WHY},
    "POST /referrals/{id}/offers": {"specialist_ids": [str(HOSPITAL)]},
    "POST /referrals/{id}/record/draft": {**conclusion(), "version": 0},
    "POST /referrals/{id}/record/sign": {"password": PASSWORD, "version": 0},
    "POST /referrals/{id}/request": {**content(), "version": 1},
    "POST /referrals/{id}/triage": {"priority": 1, "change_reason": _WHY},
}
