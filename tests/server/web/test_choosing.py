"""A person's own language: chosen on any page, kept by the browser and for the person."""

import re

import pytest


def language_of(html: str) -> str:
    return re.search(r'<html lang="(\w+)"', html)[1]


async def choose(visitor, locale: str, back_to: str):
    return await visitor.post("/language", {"locale": locale, "next": back_to})


@pytest.mark.parametrize("username", [None, "binh", "minh", "thu", "quan", "admin"])
async def test_the_language_chosen_stays_and_the_page_comes_back(visitors, username):
    visitor = await visitors(username)
    page = "/account/password" if username else "/sign-in"
    await visitor.get(page)
    assert language_of(visitor.text) == "vi"
    answer = await choose(visitor, "en", page)
    assert answer.headers["Location"] == page
    await visitor.follow(answer)
    assert language_of(visitor.text) == "en"
    assert "Skip to main content" in visitor.text
    await visitor.follow(await choose(visitor, "vi", page))
    assert language_of(visitor.text) == "vi"
    assert "Bỏ qua, đến nội dung chính" in visitor.text


async def test_a_refusal_is_in_the_language_of_the_page_for_people_and_programs(
    visitors,
):
    binh = await visitors("binh")
    await choose(binh, "en", "/")
    await binh.get("/patients/new")
    answer = await binh.post("/patients", {"full_name": "A"})
    assert answer.status == 422
    assert "Choose the sex." in binh.text
    answer = await binh.api("POST", "/patients", {"full_name": "A"})
    assert answer.status == 422
    assert "Choose the sex." in binh.text


@pytest.mark.parametrize("unknown", ["fr", "qps", "../vi", ""])
async def test_a_language_that_does_not_exist_changes_nothing(visitors, unknown):
    stranger = await visitors()
    await stranger.get("/sign-in")
    answer = await choose(stranger, unknown, "/sign-in")
    assert answer.status == 303
    assert "__Host-locale" not in answer.cookies
    await stranger.get("/sign-in")
    assert language_of(stranger.text) == "vi"


async def test_the_language_form_leads_to_no_other_site(visitors):
    stranger = await visitors()
    await stranger.get("/sign-in")
    answer = await choose(stranger, "en", "https://example.org/")
    assert answer.headers["Location"] == "/"


async def test_the_language_of_a_person_follows_to_another_machine(visitors):
    lan = await visitors("lan")
    await choose(lan, "en", "/")
    elsewhere = await visitors("lan")
    assert language_of(elsewhere.text) == "en"
    await choose(elsewhere, "vi", "/")


async def test_on_a_shared_machine_each_is_met_in_the_own_language(visitors):
    shared = await visitors("hoa")
    await choose(shared, "vi", "/")
    await shared.get("/account/password")
    await shared.follow(await shared.post("/sign-out"))
    await choose(shared, "en", "/sign-in")  # somebody else was here
    await shared.sign_in("hoa")
    assert language_of(shared.text) == "vi"


async def test_the_choice_before_signing_in_stays_for_who_never_chose(visitors):
    khoa = await visitors()
    await khoa.get("/sign-in")
    await choose(khoa, "en", "/sign-in")
    await khoa.sign_in("khoa")
    assert language_of(khoa.text) == "en"
