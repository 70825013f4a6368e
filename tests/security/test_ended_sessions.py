"""What ends with a session, a password or an account, and what keeps a session open."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from server.accounts.models import Person, RefreshToken, SignInFailure, SignInSession
from server.audit.models import AuditEvent
from server.core import clock
from server.demo import PASSWORD

NEW_PASSWORD = "sông Hậu chảy về biển"


async def tokens(visitors, username="minh"):
    client = await visitors()
    answer = await client.api(
        "POST", "/tokens", {"username": username, "password": PASSWORD}
    )
    assert answer.status == 200, client.text
    return client, await answer.json()


async def person_id(stage, username):
    return (await stage.actor(username)).id


async def refresh(client, given):
    return await client.api(
        "POST", "/tokens/refresh", {"refresh_token": given["refresh_token"]}
    )


@pytest.mark.parametrize("deed", ["reset-password", "disable"])
async def test_an_administrators_step_ends_the_tokens_of_programs_too(
    visitors, stage, deed
):
    client, given = await tokens(visitors, "lan")
    lan = await person_id(stage, "lan")
    quan = await visitors("quan")
    await quan.get(f"/admin/people/{lan}")
    assert (await quan.post(f"/admin/people/{lan}/{deed}")).status == 303
    if deed == "disable":  # opened again, the old tokens stay dead
        assert (await quan.post(f"/admin/people/{lan}/enable")).status == 303
    assert (await refresh(client, given)).status == 401
    async with stage.as_platform() as db:
        person = await db.get_one(Person, lan)
        minh = await db.scalar(select(Person).where(Person.username == "minh"))
        person.password_hash = minh.password_hash
        person.must_change_password = False


async def aged(stage, username, days):
    """Let the tokens of this person have been issued so many days earlier."""
    columns = (
        RefreshToken.signed_in_at,
        RefreshToken.issued_at,
        RefreshToken.expires_at,
    )
    older = {one: one - timedelta(days=days) for one in columns}
    person = await person_id(stage, username)
    async with stage.as_platform() as db:
        await db.execute(
            update(RefreshToken).where(RefreshToken.person_id == person).values(older)
        )


async def test_thirty_days_after_the_sign_in_a_program_signs_in_anew(visitors, stage):
    client, given = await tokens(visitors, "khoa")
    for _ in range(3):  # never a pause that would end it by itself
        await aged(stage, "khoa", 9)
        answer = await refresh(client, given)
        assert answer.status == 200
        given = await answer.json()
    await aged(stage, "khoa", 4)  # the last token is four days old, the sign-in 31
    answer = await refresh(client, given)
    assert (answer.status, (await answer.json())["code"]) == (401, "token_refused")
    client, given = await tokens(visitors, "khoa")
    assert (await refresh(client, given)).status == 200


async def test_a_new_password_ends_every_token_that_was_issued_before(visitors, stage):
    client, given = await tokens(visitors, "hoa")
    hoa_id = await person_id(stage, "hoa")
    async with stage.as_platform() as db:  # the second of issue is over
        await db.execute(
            update(Person)
            .where(Person.id == hoa_id)
            .values(password_changed_at=clock.now() + timedelta(seconds=2))
        )
    headers = {"Authorization": f"Bearer {given['access_token']}"}
    assert (await client.api("GET", "/me", **headers)).status == 401
    async with stage.as_platform() as db:
        person = await db.get_one(Person, hoa_id)
        person.password_changed_at = clock.now() - timedelta(days=1)
        kept = person.password_hash
    assert (await client.api("GET", "/me", **headers)).status == 200
    hoa = await visitors("hoa")
    changed = await hoa.post(
        "/account/password",
        {"current": PASSWORD, "new": NEW_PASSWORD, "repeated": NEW_PASSWORD},
    )
    assert changed.status == 303, hoa.text
    assert (await refresh(client, given)).status == 401
    async with stage.as_platform() as db:
        (await db.get_one(Person, hoa_id)).password_hash = kept
        open_ones = await db.scalar(
            select(func.count()).where(
                RefreshToken.person_id == hoa_id, RefreshToken.revoked_at.is_(None)
            )
        )
    assert open_ones == 0


async def test_an_open_browser_does_not_serve_to_guess_the_password(visitors, stage):
    khoa = await visitors("khoa")
    guess = {
        "current": "đoán thử xem sao",
        "new": NEW_PASSWORD,
        "repeated": NEW_PASSWORD,
    }
    for _ in range(10):
        assert (await khoa.post("/account/password", guess)).status == 422
    right = {**guess, "current": PASSWORD}
    assert (await khoa.post("/account/password", right)).status == 429
    async with stage.as_platform() as db:
        for failure in await db.scalars(select(SignInFailure)):
            await db.delete(failure)


async def test_the_stream_of_a_closed_account_ends_at_once(visitors, stage):
    thu, quan = await visitors("thu"), await visitors("quan")
    thu_id = await person_id(stage, "thu")
    await quan.get(f"/admin/people/{thu_id}")
    async with thu.http.get(thu.root / "events") as stream, asyncio.timeout(5):
        await stream.content.readuntil(b"event: beat")
        assert (await quan.post(f"/admin/people/{thu_id}/disable")).status == 303
        await stream.content.read()  # to its end
    assert (await thu.get("/events")).status in {303, 401}
    assert (await quan.post(f"/admin/people/{thu_id}/enable")).status == 303


async def last_used(stage, username, moment=None):
    async with stage.as_platform() as db:
        person = await db.scalar(select(Person).where(Person.username == username))
        session = await db.scalar(
            select(SignInSession)
            .where(
                SignInSession.person_id == person.id, SignInSession.ended_at.is_(None)
            )
            .order_by(SignInSession.started_at.desc())
        )
        if moment is not None:
            session.last_seen_at = person.last_seen_at = moment
        return session.last_seen_at, person.last_seen_at


async def test_a_page_that_is_left_open_does_not_keep_its_session_alive(
    visitors, stage
):
    minh = await visitors("minh")
    earlier = clock.now() - timedelta(minutes=10)
    await last_used(stage, "minh", earlier)
    async with minh.http.get(minh.root / "events") as stream, asyncio.timeout(5):
        await stream.content.readuntil(b"event: beat")
    await minh.get("/offers", headers={"Sec-Fetch-Dest": "empty"})
    used, present = await last_used(stage, "minh")
    assert used == earlier
    assert present > earlier  # colleagues still see that the page is open
    await minh.get("/offers", headers={"Sec-Fetch-Dest": "document"})
    used, _ = await last_used(stage, "minh")
    assert used > earlier


async def test_signing_in_again_ends_the_session_of_before(visitors):
    binh = await visitors("binh")
    before = dict(binh.http.cookie_jar.filter_cookies(binh.root))
    old = before["__Host-session"].value
    answer = await binh.post("/sign-in", {"username": "binh", "password": PASSWORD})
    assert answer.status == 303
    stranger = await visitors()
    stranger.http.cookie_jar.update_cookies({"__Host-session": old}, stranger.root)
    assert (await stranger.get("/referrals")).headers["Location"].startswith("/sign-in")


async def test_a_program_that_signs_in_leaves_a_row(visitors, stage):
    await tokens(visitors)
    async with stage.as_platform() as db:
        found = await db.scalar(
            select(func.count()).where(
                AuditEvent.action == "token:issue",
                AuditEvent.person_id == await person_id(stage, "minh"),
            )
        )
    assert found > 0
