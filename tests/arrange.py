"""One case in each state, and the address of every page that shows one, by route."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from server.appointments.models import Appointment
from server.consultations.guest_models import ConsultationGuest
from server.consultations.models import CallAttempt, Consultation
from server.consultations.states import AttemptStatus, GuestRole
from server.core import clock
from server.demo import demo_id
from server.facilities.models import Department
from server.referrals.states import ReferralStatus
from tests.server.appointments.arrange import book, free_slots
from tests.server.documents.arrange import add_document
from tests.server.patients.arrange import register_patient
from tests.server.quality.arrange import measured
from tests.server.records.arrange import (
    add_call,
    amend,
    described_case,
    respond,
    save_draft,
    sign,
)
from tests.server.referrals import queued
from tests.server.referrals.arrange import agreed, draft, submitted_referral, written

_STATION = demo_id("station:31309")
_HOSPITAL = demo_id("Bệnh viện Đa khoa thành phố Cần Thơ (mẫu)")
# Answered with something else than a page: files, measurements, a stream.
NO_PAGES = frozenset(
    {
        "/",
        "/assets/{name:.+}",
        "/documents/{id}",
        "/events",
        "/healthz",
        "/metrics",
        "/readyz",
        "/records/{id}/minutes.pdf",
        "/reports.csv",
        "/reports/calls.csv",
    }
)


@dataclass(frozen=True)
class Look:
    """Somebody at an address; `route` is the path by which the program declares it."""

    username: str | None
    route: str
    path: str


@dataclass
class Cases:
    """The ids of what was arranged."""

    draft: UUID
    agreed: UUID
    sent: UUID
    returned: UUID
    offered: UUID
    offer: UUID
    held: UUID
    booked: UUID
    appointment: UUID
    met: UUID
    meeting: UUID
    signed: UUID
    record: str
    answered: str
    followed: str
    patient: UUID
    department: UUID
    person: UUID
    disabled: UUID


async def one_case_in_each_state(stage, visitors) -> Cases:
    """Bring cases of Bình's station to where each of them shows something of its own."""
    binh, minh, thu = [await visitors(name) for name in ("binh", "minh", "thu")]
    patient = await register_patient(binh, birth_date="09/03/1962", phone="0912345678")
    begun = await draft(binh, patient)
    await written(binh, begun)
    await add_document(binh, begun)
    ready = await draft(binh)
    await written(binh, ready)
    await agreed(binh, ready)
    sent, returned = await submitted_referral(binh), await submitted_referral(binh)
    await thu.get(f"/referrals/{returned}/triage")
    await thu.post(
        f"/referrals/{returned}/ask", {"question": "Xin gửi thêm điện tim sáng nay."}
    )
    offered, [offer, _] = await queued.offered(visitors, stage, "minh", "lan")
    booked = await described_case(stage)
    slots = await free_slots(binh, booked.referral)
    await book(binh, booked.referral, slots[-1])
    met = await described_case(stage)
    await add_call(stage, met)
    await measured(visitors, stage, met)
    await save_draft(minh, met)
    signed, closed = await described_case(stage), await described_case(stage)
    await add_call(stage, closed)
    record, answered = await sign(minh, signed), await sign(minh, closed)
    followed = await sign(minh, await described_case(stage))
    for one in (answered, followed):
        await respond(binh, one)
    await amend(minh, answered)
    await minh.post(
        "/availability/days", {"on": "24/12/2026", "kind": "away", "note": "Nghỉ phép"}
    )
    for status in (ReferralStatus.DECLINED, ReferralStatus.CANCELLED):
        await queued.submitted(stage, status=status)
    await _leave_to_do(stage, met)
    async with stage.as_platform() as db:
        disabled = await queued.person(db, "khoa")
        disabled.disabled_at = clock.now()
        return Cases(
            draft=begun,
            agreed=ready,
            sent=sent,
            returned=returned,
            offered=offered,
            offer=offer,
            held=(await described_case(stage)).referral,
            booked=booked.referral,
            appointment=await db.scalar(select(Appointment.id)),
            met=met.referral,
            meeting=await db.scalar(
                select(Consultation.id).where(Consultation.referral_id == met.referral)
            ),
            signed=signed.referral,
            record=record,
            answered=answered,
            followed=followed,
            patient=signed.patient,
            department=await db.scalar(
                select(Department.id).where(Department.facility_id == _HOSPITAL)
            ),
            person=(await queued.person(db, "hoa")).id,
            disabled=disabled.id,
        )


async def _leave_to_do(stage, case) -> None:
    """Have a missed call wait for the station, its meeting for the coordinator, a guest in it."""
    moment = clock.now()
    async with stage.as_platform() as db:
        meeting = await db.scalar(
            select(Consultation).where(Consultation.referral_id == case.referral)
        )
        meeting.stuck_since = moment
        missed = await db.scalar(
            select(CallAttempt).where(
                CallAttempt.consultation_id == meeting.id,
                CallAttempt.status == AttemptStatus.MISSED,
            )
        )
        missed.owed_since = moment
        db.add(
            ConsultationGuest(
                consultation_id=meeting.id,
                person_id=(await queued.person(db, "lan")).id,
                role=GuestRole.SECOND_SPECIALIST,
                opened_case=False,
                invited_by=meeting.specialist_id,
                invited_at=moment,
                joined_at=moment,
            )
        )


def looks(cases: Cases) -> list[Look]:
    """Return who looks at what: every page, by everybody who may, in every state."""
    everywhere = [
        *_of_everybody(),
        *_of_binh(cases),
        *_of_thu(cases),
        *_of_minh(cases),
        *_of_administrators(cases),
    ]
    return [Look(who, route, path) for who, route, path in everywhere]


def _of_everybody():
    yield None, "/sign-in", "/sign-in"
    for who in ("binh", "minh", "thu", "quan", "admin"):
        yield who, "/account/password", "/account/password"
        yield who, "/line-check", "/line-check"


def _of_binh(cases: Cases):
    for path in ("/referrals", "/patients", "/patients/new", "/appointments", "/calls"):
        yield "binh", path, path
    yield "binh", "/patients", "/patients?q=man"
    for verb in ("request", "consent", "review", "finish"):
        for case in (cases.draft, cases.agreed):
            yield "binh", f"/referrals/{{id}}/{verb}", f"/referrals/{case}/{verb}"
    yield "binh", "/referrals/{id}/request", f"/referrals/{cases.returned}/request"
    for verb in ("consent/withdrawal", "finish"):
        yield "binh", f"/referrals/{{id}}/{verb}", f"/referrals/{cases.sent}/{verb}"
    for case in _sent(cases):
        yield "binh", "/referrals/{id}", f"/referrals/{case}"
    for path in ("/patients/{id}", "/patients/{id}/edit"):
        yield "binh", path, path.replace("{id}", str(cases.patient))
    slots = "/referrals/{id}/appointment"
    for case in (cases.held, cases.booked):
        yield "binh", slots, slots.replace("{id}", str(case))
    cancel = "/appointments/{id}/cancel"
    yield "binh", cancel, cancel.replace("{id}", str(cases.appointment))
    for record in (cases.record, cases.answered, cases.followed):
        yield "binh", "/records/{id}", record
    meeting = f"/consultations/{cases.meeting}"
    yield "binh", "/consultations/{id}", meeting
    yield "binh", "/consultations/{id}/guests", f"{meeting}/guests?q=lan"


def _sent(cases: Cases) -> list[UUID]:
    return [
        cases.sent,
        cases.returned,
        cases.offered,
        cases.held,
        cases.booked,
        cases.met,
        cases.signed,
    ]


def _of_thu(cases: Cases):
    yield "thu", "/queue", "/queue"
    yield "thu", "/calls", "/calls"
    yield "thu", "/queue", "/queue?priority=1"
    yield "thu", "/appointments", "/appointments"
    for case in _sent(cases):
        yield "thu", "/referrals/{id}/triage", f"/referrals/{case}/triage"


def _of_minh(cases: Cases):
    for path in ("/offers", "/availability", "/patients", "/appointments"):
        yield "minh", path, path
    yield "minh", "/offers/{id}/decline", f"/offers/{cases.offer}/decline"
    for case in (cases.offered, cases.held, cases.booked, cases.met, cases.signed):
        yield "minh", "/referrals/{id}", f"/referrals/{case}"
    yield "minh", "/referrals/{id}/hand-over", f"/referrals/{cases.held}/hand-over"
    for case in (cases.held, cases.met):
        yield "minh", "/referrals/{id}/record", f"/referrals/{case}/record"
    yield "minh", "/referrals/{id}/record/sign", f"/referrals/{cases.met}/record/sign"
    for record in (cases.record, cases.answered):
        yield "minh", "/records/{id}", record
    yield "minh", "/records/{id}/amend", f"{cases.record}/amend"
    yield "minh", "/consultations/{id}", f"/consultations/{cases.meeting}"
    yield "minh", "/patients/{id}", f"/patients/{cases.patient}"


def _of_administrators(cases: Cases):
    for by in ("time", "station", "hospital", "specialty"):
        yield "quan", "/reports", f"/reports?by={by}"
    yield "quan", "/reports/calls", "/reports/calls?days=90&worst=lost"
    yield "admin", "/admin/audit", "/admin/audit"
    yield "admin", "/admin/people/{id}", f"/admin/people/{cases.disabled}"
    facility = "/admin/facilities/{id}"
    one = facility.replace("{id}", str(_HOSPITAL))
    for who in ("quan", "admin"):
        yield who, "/admin/facilities", "/admin/facilities"
        yield who, "/admin/facilities/new", "/admin/facilities/new"
        yield who, "/admin/people", "/admin/people"
        yield who, "/admin/people/new", "/admin/people/new"
    yield "quan", "/admin/facilities", "/admin/facilities?q=x"
    for kind in ("satellite_point", "hospital"):
        yield "quan", "/admin/facilities/new", f"/admin/facilities/new?kind={kind}"
    yield "quan", facility, one
    yield "quan", facility, facility.replace("{id}", str(_STATION))
    yield "quan", f"{facility}/departments/new", f"{one}/departments/new"
    yield (
        "quan",
        f"{facility}/departments/{{department}}",
        f"{one}/departments/{cases.department}",
    )
    step = "/admin/people/new?role=specialist"
    yield "quan", "/admin/people/new", step
    yield "quan", "/admin/people/new", f"{step}&facility={_HOSPITAL}"
    yield "quan", "/admin/people/{id}", f"/admin/people/{cases.person}"
