"""A stage on which every page has something to show: a case in each state."""

import re
from datetime import timedelta
from uuid import UUID

from server.referrals.models import ReferralDetails
from server.referrals.states import ReferralStatus
from tests.server.appointments.arrange import free_slots, held_case
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


async def fill(visitors, stage) -> list[str]:
    """Put stations and hospitals to work; give the pages that no link leads to."""
    unsent = await _requests(visitors, stage)
    booked = await _queue(visitors, stage)
    drafted = await _meetings(visitors, stage)
    await _records(visitors, stage)
    return [
        "/sign-in",
        "/no-such-page",
        "/account/password",
        f"/appointments/{booked}/cancel",
        f"/referrals/{drafted}/record/sign",
        *(
            f"/referrals/{one}/{page}"
            for one in unsent
            for page in ("consent", "review")
        ),
    ]


async def _requests(visitors, stage) -> list[UUID]:
    binh = await visitors("binh")
    await register_patient(binh, allergies="Penicillin", phone="0912345678")
    empty = await draft(binh)
    child = await draft(binh, birth_date="09/03/2016")
    await written(binh, child)
    alarming = await draft(binh)
    await written(binh, alarming, specialty_code="dentistry", priority="3", pulse="180")
    ready = await draft(binh)
    await written(binh, ready)
    await agreed(binh, ready)
    emergency = await draft(binh)
    await written(binh, emergency, priority="1")
    await agreed(
        binh, emergency, ground="emergency", reason="Hôn mê, không có người nhà"
    )
    station = (await stage.actor("binh")).facility_id
    for status in set(ReferralStatus) - {ReferralStatus.DRAFT}:
        held = await held_case(stage, status=status)
        async with stage.as_platform() as db:
            db.add(ReferralDetails(referral_id=held, station_id=station))
    return [empty, child, alarming, ready, emergency]


async def _queue(visitors, stage) -> str:
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
    await binh.follow(
        await binh.post(f"/referrals/{accepted}/appointments", {"starts": first})
    )
    booked = re.search(r"/appointments/([0-9a-f-]{36})/cancel", binh.text)[1]
    moved = await binh.post(f"/appointments/{booked}/move", {"starts": second})
    assert moved.status == 303, binh.text
    await binh.get(f"/referrals/{accepted}")
    return re.search(r"/appointments/([0-9a-f-]{36})/cancel", binh.text)[1]


async def _meetings(visitors, stage) -> UUID:
    case = await described_case(stage)
    await add_call(stage, case)
    minh = await visitors("minh")
    await minh.get(f"/referrals/{case.referral}")
    entered = await minh.post(f"/referrals/{case.referral}/consultation")
    assert entered.status == 303, minh.text
    await save_draft(minh, case)
    return case.referral


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
