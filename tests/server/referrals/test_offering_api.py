"""Programs of a coordinator see whom to ask, take an offer back, and read the story."""

from tests.server.referrals import queued


async def history_of(visitor, referral) -> dict:
    answer = await visitor.api("GET", f"/referrals/{referral}/history")
    assert answer.status == 200, visitor.text
    return await answer.json()


async def test_a_coordinator_sees_who_could_be_asked_and_how_busy_they_are(
    visitors, stage
):
    referral, _ = await queued.offered(visitors, stage, "minh")
    thu = await visitors("thu")
    answer = await thu.api("GET", f"/referrals/{referral}/candidates")
    found = {one["id"]: one for one in (await answer.json())["candidates"]}
    minh, lan = map(str, await queued.ids_of(stage, "minh", "lan"))
    assert found[minh]["on_duty"]
    assert found[minh]["asked"] == found[lan]["asked"] + 1


async def test_an_offer_is_withdrawn_and_with_the_last_one_the_case_returns(
    visitors, stage
):
    referral, offers = await queued.offered(visitors, stage, "minh", "lan")
    thu = await visitors("thu")
    states = []
    for offer in offers:
        path = f"/referrals/{referral}/offers/{offer}/withdraw"
        answer = await thu.api("POST", path)
        assert answer.status == 200, thu.text
        states.append((await answer.json())["status"])
        again = await thu.api("POST", path)
        assert (again.status, (await again.json())["code"]) == (409, "wrong_state")
    assert states == ["offered", "triaged"]
    assert not await queued.readable_by(stage, "minh", referral)
    assert (await queued.told(stage, "minh", referral))["offer.closed"] == 1
    told = await history_of(thu, referral)
    assert {one["status"] for one in told["offers"]} == {"withdrawn"}
    assert told["changes"][-1]["reason"] == "nobody_left"


async def test_an_offer_of_another_case_is_not_found(visitors, stage):
    _, [offer] = await queued.offered(visitors, stage, "minh")
    other = await queued.submitted(stage)
    thu = await visitors("thu")
    path = f"/referrals/{other}/offers/{offer}/withdraw"
    assert (await thu.api("POST", path)).status == 404


async def test_the_story_holds_moves_offers_and_what_was_said(visitors, stage):
    referral, [offer] = await queued.offered(visitors, stage, "minh")
    minh, thu, binh = [await visitors(name) for name in ("minh", "thu", "binh")]
    body = {"reason": "busy", "details": "Đang mổ cấp cứu"}
    assert (await minh.api("POST", f"/offers/{offer}/decline", body)).status == 204
    question = "Xin bổ sung điện tim của hôm nay"
    asked = await thu.api("POST", f"/referrals/{referral}/ask", {"question": question})
    assert asked.status == 200, thu.text

    for reader in (binh, thu):
        told = await history_of(reader, referral)
        moves = [(one["before"], one["after"]) for one in told["changes"]]
        assert moves[0] == ("draft", "submitted")
        assert moves[-1] == ("triaged", "needs_info")
        (answered,) = told["offers"]
        assert (answered["id"], answered["status"]) == (str(offer), "declined")
        assert (answered["reason"], answered["words"]) == ("busy", "Đang mổ cấp cứu")
        assert [one["text"] for one in told["messages"]] == [question]
    assert (await minh.api("GET", f"/referrals/{referral}/history")).status == 404
