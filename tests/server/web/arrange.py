"""A stage on which every page has something to show: a case in each state."""

from datetime import timedelta

from server.referrals.models import ReferralDetails
from server.referrals.states import ReferralStatus
from tests.server.appointments.arrange import book, free_slots, held_case
from tests.server.documents.arrange import add_document
from tests.server.patients.arrange import register_patient
from tests.server.records.arrange import (
    add_call,
    amend,
    described_case,
    respond,
    save_draft,
    sign,
)
from tests.server.referrals.arrange import agreed, draft, written
from tests.server.referrals.queued import offered, submitted

async def fill(visitors, stage) -> None:
    """Put the stage's stations and hospitals to work."""
    await _requests(visitors, stage)
    await _queue(visitors, stage)
    await _meetings(visitors, stage)
    await _records(visitors, stage)


async def _requests(visitors, stage) -> None:
    binh = await visitors("binh")
    await register_patient(binh, allergies="Penicillin", phone="0912345678")
    await draft(binh)
    await draft(binh, birth_date="09/03/2016")
    referral = await draft(binh)
    await written(binh, referral, specialty_code="dentistry", priority="3")
    ready = await draft(binh)
    await written(binh, ready)
    await agreed(binh, ready)
    emergency = await draft(binh)
    await written(binh, emergency, priority="1", pulse="180")
    await agreed(binh, emergency, ground="emergency", reason="Hôn mê, không có người nhà")
    station = (await stage.actor("binh")).facility_id
    for status in set(ReferralStatus) - {ReferralStatus.DRAFT}:
        held = await held_case(stage, status=status)
        async with stage.as_platform() as db:
            db.add(ReferralDetails(referral_id=held, station_id=station))


async def _queue(visitors, stage) -> None:
    thu, binh = await visitors("thu"), await visitors("binh")
    await submitted(stage, waited=timedelta(days=2))
    asked = await submitted(stage)
    await thu.get(f"/referrals/{asked}/triage")
    await thu.post(f"/referrals/{asked}/ask", {"question": "Xin chụp lại điện tâm đồ"})
    declined = await submitted(stage)
    await thu.post(f"/referrals/{declined}/decline", {"reason": "incomplete"})
    await offered(visitors, stage, "minh", "lan")
    _, (refused, _) = await offered(visitors, stage, "minh", "lan")
    accepted, (mine,) = await offered(visitors, stage, "minh")
    minh = await visitors("minh")
    await minh.api("POST", f"/offers/{refused}/decline", {"reason": "busy"})
    await minh.api("POST", f"/offers/{mine}/accept")
    await binh.get(f"/referrals/{accepted}")
    await add_document(binh, accepted)
    first, second, *_ = await free_slots(binh, accepted)
    booked = await book(binh, accepted, first)
    moved = await binh.api(
        "POST", f"/appointments/{booked['id']}/move", {"starts": second}
    )
    assert moved.status < 300, binh.text


async def _meetings(visitors, stage) -> None:
    case = await described_case(stage)
    await add_call(stage, case)
    minh = await visitors("minh")
    await minh.get(f"/referrals/{case.referral}")
    entered = await minh.post(f"/referrals/{case.referral}/consultation")
    assert entered.status == 303, minh.text
    await save_draft(minh, case)


async def _records(visitors, stage) -> None:
    minh, binh = await visitors("minh"), await visitors("binh")
    signed = await described_case(stage)
    await sign(minh, signed)
    amended = await sign(minh, await described_case(stage))
    await binh.get(amended)
    await amend(minh, amended, advice="Nghỉ ngơi, uống thuốc đều.")
    due = await sign(minh, await described_case(stage))
    await binh.get(due)
    await respond(binh, due)
    closed = await sign(minh, await described_case(stage))
    await binh.get(closed)
    await respond(binh, closed)
    answer = await binh.post(f"{closed}/feedback", {"result": "done_as_advised"})
    assert answer.status == 303, binh.text

