"""Programs of an administrator read a person as the page shows one."""

from tests.server.referrals import queued


async def test_an_administrator_reads_a_person(visitors, stage):
    minh, khoa = await queued.ids_of(stage, "minh", "khoa")
    await visitors("minh")
    quan = await visitors("quan")
    answer = await quan.api("GET", f"/people/{minh}")
    found = await answer.json()
    assert found["username"] == "minh"
    assert found["departments"] == ["Khoa Nội tim mạch"]
    assert len(found["sessions"]) == 1
    assert "password_hash" not in found
    assert (await quan.api("GET", f"/people/{khoa}")).status == 404


async def test_nobody_else_reads_people(visitors, stage):
    (minh,) = await queued.ids_of(stage, "minh")
    binh = await visitors("binh")
    assert (await binh.api("GET", f"/people/{minh}")).status == 404
