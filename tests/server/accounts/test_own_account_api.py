"""A person changes the own password and language from a program."""

import pytest

from server.demo import PASSWORD
from tests.server.referrals.queued import add_colleague

NEW = "mua-thu-o-tram-xa"


@pytest.fixture(scope="module")
async def be(stage):
    async with stage.as_platform() as db:
        await add_colleague(db, "be", "binh")
    return "be"


async def token_of(visitor, username, password):
    body = {"username": username, "password": password}
    answer = await visitor.api("POST", "/tokens", body)
    return answer.status, await answer.json()


async def test_a_new_password_ends_every_token_of_the_old_one(visitors, be):
    client = await visitors()
    _, pair = await token_of(client, be, PASSWORD)
    bearer = f"Bearer {pair['access_token']}"
    body = {"current": PASSWORD, "new": NEW}
    answer = await client.api("POST", "/me/password", body, Authorization=bearer)
    assert answer.status == 204, client.text
    refreshed = await client.api(
        "POST", "/tokens/refresh", {"refresh_token": pair["refresh_token"]}
    )
    assert refreshed.status == 401
    assert (await token_of(client, be, PASSWORD))[0] == 422
    assert (await token_of(client, be, NEW))[0] == 200


async def test_a_wrong_or_weak_password_changes_nothing(visitors):
    hoa = await visitors("hoa")
    for body, code in (
        ({"current": "không phải mật khẩu", "new": NEW}, "wrong_password"),
        ({"current": PASSWORD, "new": PASSWORD}, "same_password"),
        ({"current": PASSWORD, "new": "ngan"}, "password_short"),
    ):
        answer = await hoa.api("POST", "/me/password", body)
        assert answer.status == 422
        assert [one["code"] for one in (await answer.json())["errors"]] == [code]


async def test_guessing_at_the_password_comes_to_an_end(visitors):
    khoa = await visitors("khoa")
    body = {"current": "không phải mật khẩu", "new": NEW}
    statuses = [
        (await khoa.api("POST", "/me/password", body)).status for _ in range(11)
    ]
    assert statuses == [422] * 10 + [429]


async def test_the_chosen_language_is_spoken_to_the_person_anywhere(visitors):
    client = await visitors()
    _, pair = await token_of(client, "minh", PASSWORD)
    bearer = f"Bearer {pair['access_token']}"
    for locale, sentence in (("en", "page"), ("vi", "trang")):
        chosen = await client.api(
            "PUT", "/me/language", {"locale": locale}, Authorization=bearer
        )
        assert chosen.status == 204, client.text
        me = await client.api("GET", "/me", Authorization=bearer)
        assert (await me.json())["locale"] == locale
        lost = await client.api("GET", "/records/x", Authorization=bearer)
        assert sentence in (await lost.json())["detail"]
    wrong = await client.api(
        "PUT", "/me/language", {"locale": "fr"}, Authorization=bearer
    )
    assert wrong.status == 422
