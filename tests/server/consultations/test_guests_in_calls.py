"""Three in a call: the rows say who was there, and only the two sides keep it alive."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from server.consultations import guest_ends, tasks
from server.consultations.models import CallParticipant
from server.consultations.states import AttemptStatus, EndReason
from server.core import clock
from tests.server.consultations.arrange import accepted_case
from tests.server.consultations.guests import Talk, add_crowd
from tests.server.quality.arrange import samples

pytestmark = pytest.mark.usefixtures("node")


@pytest.fixture(scope="module", autouse=True)
async def crowd(stage):
    await add_crowd(stage)


@pytest.fixture
async def three(visitors, stage):
    """Bình, Minh and Lan in one room; gives the talk and the three's participants."""
    talk = await Talk(visitors, stage, await accepted_case(stage)).begin()
    await talk.invite(talk.binh, "lan")
    lan = await visitors("lan")
    assert (await lan.api("POST", f"/calls/{talk.call}/accept", {})).status == 200
    yield talk, await talk.entered("binh", "minh", "lan")
    await talk.finish()


async def test_everybody_is_a_row_and_the_guest_goes_without_ending_anything(
    three, visitors, stage
):
    talk, inside = three
    lan = await visitors("lan")
    assert (await lan.api("POST", f"/calls/{talk.call}/hang-up", {})).status == 204
    await talk.happens("left", inside["lan"], "hung_up")
    attempt = await talk.attempt()
    assert attempt.status is AttemptStatus.ACCEPTED
    assert attempt.connected_at is not None
    async with stage.as_platform() as db:
        rows = await db.scalars(
            select(CallParticipant).where(CallParticipant.attempt_id == talk.call)
        )
        gone = {one.participant: one.left_at is not None for one in rows}
    assert gone == {
        inside["binh"]: False,
        inside["minh"]: False,
        inside["lan"]: True,
    }
    again = await lan.api("POST", f"/calls/{talk.call}/pass", {})
    assert again.status == 200, "whoever is still invited may come back"
    assert (
        await talk.minh.api("POST", f"/calls/{talk.call}/hang-up", {})
    ).status == 204
    attempt = await talk.attempt()
    assert attempt.status is AttemptStatus.ENDED
    assert attempt.end_reason is EndReason.HUNG_UP


async def test_one_side_may_go_while_the_other_talks_with_the_guest(three):
    talk, inside = three
    assert (
        await talk.binh.api("POST", f"/calls/{talk.call}/hang-up", {})
    ).status == 204
    await talk.happens("left", inside["binh"], "hung_up")
    assert (await talk.attempt()).status is AttemptStatus.ACCEPTED
    assert (await talk.binh.api("POST", f"/calls/{talk.call}/pass", {})).status == 200
    await talk.happens("left", inside["minh"], "hung_up")
    attempt = await talk.attempt()
    assert attempt.status is AttemptStatus.ENDED, "the guest alone keeps nothing alive"
    assert attempt.end_reason is EndReason.HUNG_UP


async def test_both_sides_lost_is_a_line_lost_though_the_guest_stays(three):
    talk, inside = three
    await talk.happens("left", inside["minh"], "lost")
    assert (await talk.attempt()).status is AttemptStatus.ACCEPTED
    await talk.happens("left", inside["binh"], "lost")
    attempt = await talk.attempt()
    assert attempt.status is AttemptStatus.LOST
    assert attempt.end_reason is EndReason.LINE_LOST


async def test_a_guest_whose_line_breaks_takes_nobody_with_them(three):
    talk, inside = three
    await talk.happens("left", inside["lan"], "lost")
    assert (await talk.attempt()).status is AttemptStatus.ACCEPTED
    await talk.happens("joined", inside["lan"])
    assert (await talk.attempt()).status is AttemptStatus.ACCEPTED


async def test_a_call_that_both_sides_deserted_ends_though_a_guest_waits(three, stage):
    talk, inside = three
    long_ago = clock.now() - timedelta(minutes=5)
    async with stage.as_platform() as db:
        rows = await db.scalars(
            select(CallParticipant).where(CallParticipant.attempt_id == talk.call)
        )
        for one in rows:
            if one.participant != inside["lan"]:
                one.left_at = long_ago
    attempt = await talk.attempt()
    async with stage.as_platform() as db:
        attempt = await db.merge(attempt)
        attempt.answered_at = long_ago
    async with stage.as_platform() as db:
        await tasks.end_deserted(db)
    assert (await talk.attempt()).status is AttemptStatus.LOST


async def test_samples_of_the_guest_are_drawn_as_the_guests(three, visitors):
    talk, _ = three
    lan = await visitors("lan")
    for visitor in (talk.binh, talk.minh, lan):
        sent = await visitor.api("POST", f"/calls/{talk.call}/samples", samples([0]))
        assert sent.status == 204, visitor.text
    await talk.minh.api("POST", f"/calls/{talk.call}/hang-up", {})
    await talk.happens("left", three[1]["minh"], "hung_up")
    await talk.happens("left", three[1]["binh"], "hung_up")
    await talk.binh.get(f"/consultations/{talk.meeting}")
    assert 'data-end="guest"' in talk.binh.text


STRANGERS = ("hoa", "khoa", "tam", "xa", "phuong")


@pytest.mark.parametrize("username", STRANGERS)
async def test_to_strangers_there_is_no_call_and_no_invitation(
    three, visitors, stage, username
):
    talk, _ = three
    stranger = await visitors(username)
    guest = (await talk.row()).id
    body = {"person_id": str((await stage.actor("phuong")).id)}
    for method, path, sent in (
        ("GET", f"/consultations/{talk.meeting}/guests/candidates", None),
        ("POST", f"/consultations/{talk.meeting}/guests", body),
        ("POST", f"/guests/{guest}/withdraw", {}),
        ("POST", f"/calls/{talk.call}/accept", {}),
        ("POST", f"/calls/{talk.call}/pass", {}),
    ):
        answer = await stranger.api(method, path, sent)
        assert answer.status == 404, f"{method} {path}: {stranger.text}"
    for path in (f"/consultations/{talk.meeting}/guests", f"/calls/{talk.call}/people"):
        answer = await stranger.api("GET", path)
        assert answer.status == 404, f"{path}: {stranger.text}"


async def test_nobody_who_is_not_signed_in_sees_anything(three, visitors):
    talk, _ = three
    nobody = await visitors()
    for path in (
        f"/consultations/{talk.meeting}/guests",
        f"/consultations/{talk.meeting}/guests/candidates",
        f"/calls/{talk.call}/people",
    ):
        assert (await nobody.api("GET", path)).status == 401


@pytest.mark.parametrize("username", ["hoa", "khoa", "phuong", "xa"])
async def test_without_the_applications_check_the_database_refuses_a_stranger(
    three, stage, username
):
    talk, _ = three
    guest = await talk.row()
    person = (await stage.actor(username)).id
    async with stage.acting(username) as (db, _):
        assert await db.scalar(text("SELECT count(*) FROM consultation_guests")) == 0
        touched = await db.execute(
            text("UPDATE consultation_guests SET ended_at = NULL WHERE id = :id"),
            {"id": guest.id},
        )
        assert touched.rowcount == 0
    for invited_by in (person, guest.invited_by):
        await refused(
            stage,
            username,
            "INSERT INTO consultation_guests (id, consultation_id, person_id, role,"
            " opened_case, invited_by, invited_at) VALUES (gen_random_uuid(), :meeting,"
            " :person, 'other', true, :by, now())",
            meeting=talk.meeting,
            person=person,
            by=invited_by,
        )


async def test_without_the_applications_check_a_guest_neither_asks_nor_stays(
    three, stage
):
    talk, _ = three
    lan, phuong = await stage.actor("lan"), await stage.actor("phuong")
    await refused(
        stage,
        "lan",
        "INSERT INTO consultation_guests (id, consultation_id, person_id, role,"
        " opened_case, invited_by, invited_at) VALUES (gen_random_uuid(), :meeting,"
        " :person, 'other', true, :by, now())",
        meeting=talk.meeting,
        person=phuong.id,
        by=lan.id,
    )
    await refused(
        stage,
        "lan",
        "UPDATE consultation_guests SET person_id = :other WHERE consultation_id = :m",
        other=phuong.id,
        m=talk.meeting,
    )
    guest = await talk.row()
    await talk.binh.api("POST", f"/guests/{guest.id}/withdraw", {})
    async with stage.acting("lan") as (db, _):
        for seen in (
            "consultations WHERE id = :meeting",
            "call_attempts WHERE id = :call",
            "call_participants WHERE attempt_id = :call",
            "consultation_guests WHERE consultation_id = :meeting",
            "patients WHERE id = :patient",
            "referral_details WHERE referral_id = :referral",
        ):
            named = {
                "meeting": talk.meeting,
                "call": talk.call,
                "patient": talk.case.patient,
                "referral": talk.case.referral,
            }
            statement = text(f"SELECT count(*) FROM {seen}")  # noqa: S608
            assert await db.scalar(statement, named) == 0, seen
        again = await db.execute(
            text("UPDATE consultation_guests SET ended_at = NULL WHERE id = :id"),
            {"id": guest.id},
        )
        assert again.rowcount == 0


async def refused(stage, username, statement, **values):
    with pytest.raises(DBAPIError) as error:
        async with stage.acting(username) as (db, _):
            await db.execute(text(statement), values)
    assert "row-level security" in str(error.value) or "denied" in str(error.value)


async def test_who_was_in_and_is_rung_again_keeps_the_invitation(three, stage):
    talk, inside = three
    await talk.happens("left", inside["lan"], "lost")
    assert (await talk.invite(talk.binh, "lan")).status == 201
    guest = await talk.row()
    assert guest.ringing_since is not None
    async with stage.as_platform() as db:
        guest = await db.merge(guest)
        guest.ringing_since -= timedelta(seconds=61)
    async with stage.as_platform() as db:
        await guest_ends.end_over(db)
    guest = await talk.row()
    assert guest.ringing_since is None
    assert guest.ended_at is None
