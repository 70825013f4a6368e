"""A further person is asked into a running call, sees the case meanwhile, and goes again."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import jwt
import pytest
from sqlalchemy import select

from server.accounts.models import Person
from server.audit.models import AuditEvent
from server.consultations import exclusion, guest_ends
from server.consultations.guest_models import ConsultationGuest
from server.consultations.models import Consultation
from server.consultations.states import AttemptStatus, ConsultationStatus, GuestEnd
from server.core import clock
from server.notifications.models import Event
from server.patients.models import CaseAccess
from server.referrals import case_rights
from server.referrals import queries as referrals
from signaling import tickets
from tests.server.consultations.arrange import accepted_case
from tests.server.consultations.guests import Talk, add_crowd, id_of

pytestmark = pytest.mark.usefixtures("node")


@pytest.fixture(scope="module", autouse=True)
async def crowd(stage):
    await add_crowd(stage)


@pytest.fixture
async def talk(visitors, stage):
    found = await Talk(visitors, stage, await accepted_case(stage)).begin()
    yield found
    await found.finish()


async def test_people_are_found_with_and_without_accents_and_only_those_who_may_be_asked(
    talk,
):
    async def found(words):
        path = f"/consultations/{talk.meeting}/guests/candidates?q={words}"
        answer = await talk.binh.api("GET", path)
        assert answer.status == 200, talk.binh.text
        return {
            one["name"].partition(" – ")[0] for one in (await answer.json())["people"]
        }

    assert await found("pham ngoc lan") == {"ThS.BS. Phạm Ngọc Lan"}
    assert await found("Phạm Ngọc Lan") == {"ThS.BS. Phạm Ngọc Lan"}
    everybody = await found("")
    assert {"Người phuong", "Người duyen", "ThS.BS. Phạm Ngọc Lan"} <= everybody
    absent = {
        "Người vung",
        "Người xa",
        "BS. Lê Thị Hoa",
        "BS. Giàng A Khoa",
        "BS.CKII Trần Quang Minh",
        "BS. Nguyễn Thanh Bình",
        "Võ Thị Minh Thu",
    }
    assert not everybody & absent
    await talk.binh.get(f"/consultations/{talk.meeting}/guests?q=ngoc")
    assert "Phạm Ngọc Lan" in talk.binh.text
    assert "Người phuong" not in talk.binh.text


async def test_an_invitation_rings_opens_the_case_and_leads_into_the_call(
    talk, visitors, stage
):
    lan = await visitors("lan")
    assert (await lan.api("GET", f"/consultations/{talk.meeting}")).status == 404
    asked = await talk.invite(talk.minh, "lan")
    assert asked.status == 201, talk.minh.text
    guest = await asked.json()
    assert guest["role"] == "second_specialist"
    assert "ended_at" not in guest

    waiting = await (await lan.api("GET", "/calls")).json()
    assert waiting["ringing"]["id"] == talk.call
    assert "Trần Quang Minh" in waiting["ringing"]["caller"]
    await lan.get("/offers")
    assert f'data-call="{talk.meeting}"' in lan.text, "the banner comes with the page"
    async with stage.as_platform() as db:
        lan_id = (await stage.actor("lan")).id
        events = await db.scalars(
            select(Event.kind).where(
                Event.person_id == lan_id, Event.subject_id == talk.meeting
            )
        )
        assert list(events) == ["call.ringing"]
    early = await lan.api("POST", f"/calls/{talk.call}/pass", {})
    assert early.status == 409, "nobody hears the two before saying yes"

    assert (await lan.api("POST", f"/calls/{talk.call}/ringing", {})).status == 204
    assert (await lan.api("POST", f"/calls/{talk.call}/accept", {})).status == 200
    assert (await lan.api("POST", f"/calls/{talk.call}/accept", {})).status == 200
    assert (await lan.get(f"/consultations/{talk.meeting}")).status == 200
    assert "Nguyễn Văn Mẫu" in lan.text
    assert "Mời thêm người" not in lan.text
    assert (await lan.get(f"/referrals/{talk.case.referral}")).status == 200
    passed = await lan.api("POST", f"/calls/{talk.call}/pass", {})
    assert passed.status == 200
    assert (await (await lan.api("GET", "/calls")).json()).get("ringing") is None
    people = await (await talk.binh.api("GET", f"/calls/{talk.call}/people")).json()
    assert any("Phạm Ngọc Lan" in one["name"] for one in people["people"])
    async with stage.as_platform() as db:
        actions = await db.scalars(
            select(AuditEvent.action).where(AuditEvent.object_id == guest["id"])
        )
        assert list(actions) == ["guest:invite", "guest:join"]


async def test_an_interpreter_comes_in_as_one(talk, visitors):
    assert (await talk.invite(talk.binh, "duyen", "interpreter")).status == 201
    duyen = await visitors("duyen")
    await duyen.api("POST", f"/calls/{talk.call}/accept", {})
    answer = await duyen.api("POST", f"/calls/{talk.call}/pass", {})
    ticket = (await answer.json())["ticket"]
    assert jwt.get_unverified_header(ticket)["typ"] == tickets.TYPE
    claims = jwt.decode(ticket, options={"verify_signature": False})
    assert claims["role"] == "interpreter"


async def test_a_fourth_is_refused_and_asking_again_rings_again(talk):
    assert (await talk.invite(talk.binh, "lan")).status == 201
    again = await talk.invite(talk.minh, "lan")
    assert again.status == 201, "a second ring is no second invitation"
    refused = await talk.invite(talk.minh, "phuong")
    assert refused.status == 409
    assert (await refused.json())["code"] == "call_full"
    listed = await (
        await talk.binh.api("GET", f"/consultations/{talk.meeting}/guests")
    ).json()
    assert len(listed["guests"]) == 1


async def test_the_same_request_asks_once_and_two_at_once_ask_one(talk, stage):
    body = {"person_id": await id_of(stage, "lan")}
    path, key = f"/consultations/{talk.meeting}/guests", uuid4().hex
    answers = [
        await talk.binh.api("POST", path, body, Idempotency_Key=key) for _ in range(2)
    ]
    assert [one.status for one in answers] == [201, 201]
    async with stage.as_platform() as db:
        rings = await db.scalars(
            select(Event.id).where(
                Event.kind == "call.ringing",
                Event.subject_id == talk.meeting,
                Event.person_id == body["person_id"],
            )
        )
        assert len(rings.all()) == 1
    other = {"person_id": await id_of(stage, "phuong")}
    both = await asyncio.gather(
        talk.binh.api("POST", path, other), talk.minh.api("POST", path, other)
    )
    assert {one.status for one in both} == {409}


@pytest.mark.parametrize("username", ["vung", "xa", "hoa", "thu", "minh", "binh"])
async def test_nobody_is_asked_who_is_not_on_the_list(talk, username):
    refused = await talk.invite(talk.binh, username)
    assert refused.status == 422
    assert (await refused.json())["errors"][0]["code"] == "guest_unavailable"


async def test_nobody_is_asked_where_nobody_talks(visitors, stage):
    case = await accepted_case(stage)
    binh = await visitors("binh")
    path = f"/referrals/{case.referral}/consultations"
    meeting = (await (await binh.api("POST", path, {})).json())["id"]
    body = {"person_id": await id_of(stage, "lan")}
    refused = await binh.api("POST", f"/consultations/{meeting}/guests", body)
    assert refused.status == 409
    assert (await refused.json())["code"] == "no_call_running"


async def test_whoever_is_asked_asks_nobody(talk, visitors):
    await talk.invite(talk.binh, "lan")
    lan = await visitors("lan")
    assert (await talk.invite(lan, "phuong")).status == 403
    guest = await talk.row()
    assert (await lan.api("POST", f"/guests/{guest.id}/withdraw", {})).status == 403


async def test_a_refusal_closes_the_case_and_lets_another_be_asked(talk, visitors):
    await talk.invite(talk.binh, "lan")
    lan = await visitors("lan")
    await lan.get("/offers")
    declined = await lan.post(f"/consultations/{talk.meeting}/decline")
    assert declined.status == 303
    assert (await talk.row()).end_reason is GuestEnd.DECLINED
    assert (await lan.get(f"/consultations/{talk.meeting}")).status == 404
    assert (await talk.attempt()).status is AttemptStatus.ACCEPTED
    assert (await talk.invite(talk.binh, "phuong")).status == 201
    phuong = await visitors("phuong")
    assert (await phuong.api("POST", f"/calls/{talk.call}/decline", {})).status == 204


async def test_an_invitation_that_nobody_answers_is_over_after_a_minute(
    talk, visitors, stage
):
    await talk.invite(talk.binh, "lan")
    async with stage.as_platform() as db:
        guest = await db.scalar(
            select(ConsultationGuest).where(
                ConsultationGuest.consultation_id == talk.meeting
            )
        )
        guest.ringing_since -= timedelta(seconds=61)
    async with stage.as_platform() as db:
        assert not await guest_ends.end_over(db)
    assert (await talk.row()).end_reason is GuestEnd.NO_ANSWER
    lan = await visitors("lan")
    assert (await lan.api("GET", f"/consultations/{talk.meeting}")).status == 404


async def test_withdrawing_shuts_the_guest_out_of_case_and_call(talk, visitors, stage):
    await talk.invite(talk.binh, "lan")
    lan = await visitors("lan")
    await lan.api("POST", f"/calls/{talk.call}/accept", {})
    inside = await talk.entered("binh", "minh", "lan")
    guest = await talk.row()
    await talk.binh.get(f"/consultations/{talk.meeting}")
    assert "Kết thúc lời mời" in talk.binh.text
    assert (await talk.binh.post(f"/guests/{guest.id}/withdraw")).status == 303
    again = await talk.minh.api("POST", f"/guests/{guest.id}/withdraw", {})
    assert again.status == 204
    for path in (f"/consultations/{talk.meeting}", f"/referrals/{talk.case.referral}"):
        assert (await lan.get(path)).status == 404
    assert (await lan.api("POST", f"/calls/{talk.call}/pass", {})).status == 404
    async with stage.as_platform() as db:
        await guest_ends.end_over(db)
        assert db.info["revoked"] == {inside["lan"]}
    assert (await talk.attempt()).status is AttemptStatus.ACCEPTED


@pytest.mark.parametrize("how", ["signed", "account", "case"])
async def test_the_case_closes_to_the_guest_with_its_ground(talk, visitors, stage, how):
    await talk.invite(talk.binh, "lan")
    lan = await visitors("lan")
    await lan.api("POST", f"/calls/{talk.call}/accept", {})
    lan_id = (await stage.actor("lan")).id
    async with stage.as_platform() as db:
        if how == "signed":
            meeting = await db.get_one(Consultation, talk.meeting)
            db.add(
                meeting.move_to(ConsultationStatus.ANSWERED, by=None, at=clock.now())
            )
        elif how == "account":
            (await db.get_one(Person, lan_id)).disabled_at = clock.now()
        else:
            await case_rights.end(db, talk.case.referral, [lan_id], at=clock.now())
    async with stage.as_platform() as db:
        await guest_ends.end_over(db)
        (await db.get_one(Person, lan_id)).disabled_at = None
        await exclusion.end_calls_of_excluded(db)
    expected = GuestEnd.OVER if how == "signed" else GuestEnd.EXCLUDED
    assert (await talk.row()).end_reason is expected
    async with stage.as_platform() as db:
        right = await db.get_one(CaseAccess, (talk.case.referral, lan_id))
        assert right.ended_at is not None
    assert (await talk.attempt()).status is AttemptStatus.ACCEPTED


async def test_a_right_that_stood_before_outlives_the_invitation(talk, visitors, stage):
    lan_id = (await stage.actor("lan")).id
    async with stage.acting("thu") as (db, actor):
        referral = await referrals.get(db, actor, talk.case.referral)
        await case_rights.give(db, referral, [lan_id], at=clock.now())
    await talk.invite(talk.binh, "lan")
    guest = await talk.row()
    await talk.binh.api("POST", f"/guests/{guest.id}/withdraw", {})
    lan = await visitors("lan")
    assert (await lan.get(f"/referrals/{talk.case.referral}")).status == 200
