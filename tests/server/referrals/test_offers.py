"""Offers: the first acceptance wins, everyone else is released and told."""

from uuid import uuid4

from server.referrals.states import OfferStatus, Priority, ReferralStatus
from tests.server.referrals.queued import (
    get_referral,
    ids_of,
    offered,
    offers_of,
    readable_by,
    submitted,
    told,
)


async def test_the_whole_way_from_the_queue_to_the_specialist(visitors, stage):
    referral_id = await submitted(stage, priority=Priority.URGENT)
    minh_id, lan_id = await ids_of(stage, "minh", "lan")
    thu, minh = await visitors("thu"), await visitors("minh")
    assert not await readable_by(stage, "minh", referral_id)
    await thu.get(f"/referrals/{referral_id}/triage")
    answer = await thu.post(
        f"/referrals/{referral_id}/offers",
        {"specialist_ids": [str(minh_id), str(lan_id)], "minutes": "15"},
    )
    await thu.follow(answer)
    assert "Đang chờ bác sĩ trả lời" in thu.text
    await thu.get("/queue?status=offered")
    assert "Trần Quang Minh" in thu.text
    assert "còn 15 phút" in thu.text
    assert await readable_by(stage, "minh", referral_id)

    await minh.get("/offers")
    assert "Đau ngực trái" in minh.text
    offer = (await offers_of(stage, referral_id))[minh_id]
    answer = await minh.post(f"/offers/{offer.id}/accept")
    assert answer.headers["Location"] == f"/referrals/{referral_id}"
    await minh.get("/offers")
    assert "Bác sĩ đã nhận" in minh.text
    assert "Chưa có lời mời nào" in minh.text

    referral = await get_referral(stage, referral_id)
    assert referral.status is ReferralStatus.ACCEPTED
    assert referral.specialist_id == minh_id
    assert referral.accepted_at is not None
    statuses = {k: v.status for k, v in (await offers_of(stage, referral_id)).items()}
    assert statuses == {
        minh_id: OfferStatus.ACCEPTED,
        lan_id: OfferStatus.WITHDRAWN,
    }
    assert await readable_by(stage, "minh", referral_id)
    assert not await readable_by(stage, "lan", referral_id)
    assert (await told(stage, "lan", referral_id))["offer.closed"] == 1
    assert (await told(stage, "minh", referral_id))["offer.made"] == 1
    for follower in ("binh", "thu"):
        assert (await told(stage, follower, referral_id))["referral.changed"] == 2


async def test_the_last_refusal_returns_the_case_to_triage(visitors, stage):
    referral_id, (first, second) = await offered(visitors, stage, "minh", "lan")
    minh, lan = await visitors("minh"), await visitors("lan")
    await minh.get(f"/offers/{first}/decline")
    answer = await minh.post(f"/offers/{first}/decline", {"reason": "other"})
    assert answer.status == 422
    assert "Hãy ghi rõ lý do" in minh.text
    answer = await minh.post(
        f"/offers/{first}/decline", {"reason": "other", "details": "Đang mổ"}
    )
    assert answer.headers["Location"] == "/offers"
    assert (await get_referral(stage, referral_id)).status is ReferralStatus.OFFERED
    assert not await readable_by(stage, "minh", referral_id)
    answer = await lan.api("POST", f"/offers/{second}/decline", {"reason": "busy"})
    assert answer.status == 204, lan.text
    assert (await get_referral(stage, referral_id)).status is ReferralStatus.TRIAGED
    assert not await readable_by(stage, "lan", referral_id)
    thu = await visitors("thu")
    await thu.get(f"/referrals/{referral_id}/triage")
    for words in ("Đang mổ", "Đang bận", "Không còn bác sĩ nào đang được mời"):
        assert words in thu.text


async def test_who_has_refused_can_be_asked_again(visitors, stage):
    referral_id, (first,) = await offered(visitors, stage, "minh")
    minh, thu = await visitors("minh"), await visitors("thu")
    await minh.api("POST", f"/offers/{first}/decline", {"reason": "busy"})
    (minh_id,) = await ids_of(stage, "minh")
    for _ in range(2):  # the second time nothing is added
        answer = await thu.api(
            "POST",
            f"/referrals/{referral_id}/offers",
            {"specialist_ids": [str(minh_id)]},
        )
        assert answer.status == 200, thu.text
    offer = (await offers_of(stage, referral_id))[minh_id]
    assert (await minh.api("POST", f"/offers/{offer.id}/accept")).status == 200


async def test_an_offer_is_taken_back(visitors, stage):
    referral_id, (first,) = await offered(visitors, stage, "minh")
    thu, minh = await visitors("thu"), await visitors("minh")
    await thu.get(f"/referrals/{referral_id}/triage")
    answer = await thu.post(f"/referrals/{referral_id}/offers/{first}/withdraw")
    await thu.follow(answer)
    assert "Lời mời được thu hồi" in thu.text
    assert (await get_referral(stage, referral_id)).status is ReferralStatus.TRIAGED
    answer = await minh.api("POST", f"/offers/{first}/accept")
    assert (await answer.json())["code"] == "offer_closed"
    again = await thu.post(f"/referrals/{referral_id}/offers/{first}/withdraw")
    assert again.status == 409
    other = await submitted(stage)
    elsewhere = await thu.post(f"/referrals/{other}/offers/{first}/withdraw")
    assert elsewhere.status == 404


async def test_another_priority_takes_the_open_offers_back(visitors, stage):
    referral_id, _ = await offered(visitors, stage, "minh", "lan")
    thu = await visitors("thu")
    answer = await thu.api(
        "POST",
        f"/referrals/{referral_id}/triage",
        {"specialty_code": "internal", "change_reason": "Chuyển sang nội"},
    )
    assert answer.status == 200, thu.text
    statuses = {o.status for o in (await offers_of(stage, referral_id)).values()}
    assert statuses == {OfferStatus.WITHDRAWN}
    assert not await readable_by(stage, "minh", referral_id)


async def test_a_case_that_is_handed_over_is_offered_and_accepted_again(
    visitors, stage
):
    referral_id, (first,) = await offered(visitors, stage, "minh")
    minh, lan, thu = (
        await visitors("minh"),
        await visitors("lan"),
        await visitors("thu"),
    )
    await minh.api("POST", f"/offers/{first}/accept")
    assert (await lan.get(f"/referrals/{referral_id}/hand-over")).status == 404
    await minh.get(f"/referrals/{referral_id}/hand-over")
    refused = await minh.post(f"/referrals/{referral_id}/hand-over")
    assert refused.status == 422
    answer = await minh.post(
        f"/referrals/{referral_id}/hand-over", {"hand_over_reason": "Phải vào phòng mổ"}
    )
    assert answer.headers["Location"] == "/offers"
    referral = await get_referral(stage, referral_id)
    assert referral.status is ReferralStatus.TRIAGED
    assert referral.specialist_id is None
    assert not await readable_by(stage, "minh", referral_id)
    (lan_id,) = await ids_of(stage, "lan")
    await thu.api(
        "POST",
        f"/referrals/{referral_id}/offers",
        {"specialist_ids": [str(lan_id)]},
    )
    second = (await offers_of(stage, referral_id))[lan_id]
    assert (await lan.api("POST", f"/offers/{second.id}/accept")).status == 200
    assert (await get_referral(stage, referral_id)).specialist_id == lan_id


async def test_only_specialists_on_duty_of_the_specialty_are_asked(visitors, stage):
    referral_id = await submitted(stage, specialty="paediatrics")
    binh_id, minh_id = await ids_of(stage, "binh", "minh")
    thu = await visitors("thu")
    for someone in (binh_id, minh_id, uuid4()):
        answer = await thu.api(
            "POST",
            f"/referrals/{referral_id}/offers",
            {"specialist_ids": [str(someone)]},
        )
        assert answer.status == 422
        assert (await answer.json())["errors"][0]["code"] == "specialist_unavailable"
