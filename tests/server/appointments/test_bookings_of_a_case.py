"""Programs read every booking of a case, those that ended too."""

from tests.server.appointments.arrange import free_slots
from tests.server.records.arrange import described_case


async def test_the_bookings_of_a_case_are_listed_the_latest_first(visitors, stage):
    case = await described_case(stage)
    binh, minh, hoa = [await visitors(name) for name in ("binh", "minh", "hoa")]
    path = f"/referrals/{case.referral}/appointments"
    slots = await free_slots(binh, case.referral)
    for slot in slots[3:5]:
        booked = await binh.api("POST", path, {"starts": slot})
        assert booked.status == 201, binh.text
        if slot == slots[3]:
            cancelled = f"/appointments/{(await booked.json())['id']}/cancel"
            await binh.api("POST", cancelled, {"reason": "Người bệnh xin dời"})
    for reader in (binh, minh):
        found = (await (await reader.api("GET", path)).json())["items"]
        assert [one["status"] for one in found] == ["booked", "cancelled"]
    assert (await hoa.api("GET", path)).status == 404
