"""Provinces and communes for programs."""


async def test_provinces_and_communes_are_found_by_words(visitors):
    binh = await visitors("binh")
    provinces = (await (await binh.api("GET", "/provinces")).json())["provinces"]
    assert len(provinces) == 34
    path = "/communes?province=92"
    assert len((await (await binh.api("GET", path)).json())["communes"]) == 103
    found = await (await binh.api("GET", f"{path}&q=ninh kieu")).json()
    assert [one["name"] for one in found["communes"]] == ["Ninh Kiều"]
    none = await (await binh.api("GET", f"{path}&q=100%25")).json()
    assert none["communes"] == []


async def test_a_question_without_a_province_is_refused(visitors):
    binh = await visitors("binh")
    for asked in ("", "?province=cantho", "?province=92&zip=1"):
        assert (await binh.api("GET", f"/communes{asked}")).status == 422
    nobody = await visitors()
    assert (await nobody.api("GET", "/provinces")).status == 401
