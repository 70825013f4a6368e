"""Programs find the meetings of a case and enter the waiting room."""

from tests.server.consultations.arrange import accepted_case
from tests.server.referrals import queued


async def test_a_meeting_is_found_and_its_waiting_room_entered(visitors, stage):
    case = await accepted_case(stage)
    binh, minh, thu = [await visitors(name) for name in ("binh", "minh", "thu")]
    path = f"/referrals/{case.referral}/consultations"
    opened = await (await binh.api("POST", path, {})).json()
    assert opened["status"] == "scheduled"
    found = (await (await minh.api("GET", path)).json())["consultations"]
    assert [one["id"] for one in found] == [opened["id"]]

    enter = f"/consultations/{opened['id']}/enter"
    for visitor in (binh, minh):
        entered = await visitor.api("POST", enter, {})
        assert (await entered.json())["status"] == "waiting"
    assert (await queued.told(stage, "minh", opened["id"]))["consultation.waiting"] == 1
    assert (await thu.api("GET", path)).status == 404
    assert (await thu.api("POST", enter, {})).status == 404
