"""How people prove who they are, and what happens when they cannot."""

from sqlalchemy import select

from server.accounts.models import Person
from server.audit.models import AuditEvent
from server.demo import PASSWORD


async def test_a_person_signs_in_and_out(visitors):
    binh = await visitors("binh")
    assert "Nguyễn Thanh Bình" in binh.text

    await binh.follow(await binh.post("/sign-out"))

    assert (
        (await binh.get("/account/password")).headers["Location"].startswith("/sign-in")
    )


async def test_a_wrong_password_keeps_the_name_and_says_what_to_do(visitors):
    somebody = await visitors()
    await somebody.get("/sign-in")
    answer = await somebody.post("/sign-in", {"username": "binh", "password": "sai"})
    assert answer.status == 422
    assert "Tên đăng nhập hoặc mật khẩu không đúng" in somebody.text
    assert 'value="binh"' in somebody.text
    assert "<title>Lỗi: " in somebody.text


async def test_the_eleventh_try_in_five_minutes_is_refused(visitors):
    somebody = await visitors()
    await somebody.get("/sign-in")
    wrong = {"username": "nguoi-la", "password": "sai"}
    for _ in range(10):
        assert (await somebody.post("/sign-in", wrong)).status == 422
    answer = await somebody.post("/sign-in", wrong)
    assert answer.status == 429
    assert int(answer.headers["Retry-After"]) > 0


async def test_a_form_from_another_site_is_refused(visitors):
    binh = await visitors("binh")
    for headers in (
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "null"},
    ):
        assert (await binh.post("/sign-out", headers=headers)).status == 403
    binh.csrf = "00"
    assert (await binh.post("/sign-out")).status == 403
    assert (await binh.get("/account/password")).status == 200


async def test_a_disabled_person_is_out_at_once(visitors, stage):
    hoa = await visitors("hoa")
    async with stage.as_platform() as db:
        person = await db.scalar(select(Person).where(Person.username == "hoa"))
        person.disabled_at = person.created_at
    assert (await hoa.get("/account/password")).status == 303
    async with stage.as_platform() as db:
        person = await db.scalar(select(Person).where(Person.username == "hoa"))
        person.disabled_at = None


async def test_signing_in_leaves_a_trail(visitors, stage):
    await visitors("lan")
    async with stage.as_platform() as db:
        lan = await db.scalar(select(Person).where(Person.username == "lan"))
        actions = set(
            await db.scalars(
                select(AuditEvent.action).where(AuditEvent.person_id == lan.id)
            )
        )
    assert "session:start" in actions


async def test_the_first_sign_in_changes_the_password(visitors, stage):
    async with stage.as_platform() as db:
        person = await db.scalar(select(Person).where(Person.username == "khoa"))
        person.must_change_password = True
    khoa = await visitors("khoa")
    assert (await khoa.get("/")).headers["Location"] == "/account/password"
    await khoa.get("/account/password")

    short = {"current": PASSWORD, "new": "ngắn", "repeated": "ngắn"}
    assert (await khoa.post("/account/password", short)).status == 422
    assert "ít nhất 14 ký tự" in khoa.text
    new = "ruong-bac-thang-mua-nuoc-do"
    answer = await khoa.post(
        "/account/password", {"current": PASSWORD, "new": new, "repeated": new}
    )
    assert answer.status == 303
    again = await visitors()
    await again.sign_in("khoa", new)


async def test_an_api_client_gets_short_tokens_and_a_used_refresh_token_ends_all(
    visitors,
):
    client = await visitors()
    signed_in = await client.api(
        "POST", "/tokens", {"username": "minh", "password": PASSWORD}
    )
    assert signed_in.status == 200, client.text
    pair = await signed_in.json()
    me = await client.api("GET", "/me", Authorization=f"Bearer {pair['access_token']}")
    assert (await me.json())["role"] == "specialist"
    bad = await client.api("GET", "/me", Authorization="Bearer nonsense")
    assert bad.status == 401
    assert (await bad.json())["code"] == "token_refused"
