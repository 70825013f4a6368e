"""Programs add, list, fetch, name and take out the files of a case."""

import pytest
from sqlalchemy import select

from server.audit.models import AuditEvent
from server.demo import PASSWORD
from tests.server.consultations.arrange import accepted_case
from tests.server.documents.arrange import upload
from tests.server.documents.hostile import REFUSED, SCRIPT, photograph, picture
from tests.server.referrals.arrange import draft

PDF = b"%PDF-1.7\n1 0 obj\nendobj\n%%EOF\n"


async def add(visitor, referral, *files, **fields) -> list[dict]:
    body = upload(visitor, *files, **fields)
    answer = await visitor.api("POST", f"/referrals/{referral}/documents", body)
    assert answer.status == 201, visitor.text
    return (await answer.json())["documents"]


async def listed(visitor, referral) -> list[str]:
    answer = await visitor.api("GET", f"/referrals/{referral}/documents")
    assert answer.status == 200, visitor.text
    return [one["title"] for one in (await answer.json())["documents"]]


async def test_a_photograph_is_added_listed_and_fetched_clean(visitors):
    binh = await visitors("binh")
    referral = await draft(binh)
    (added,) = await add(
        binh, referral, ("IMG_1.jpg", photograph()), title="Vết thương"
    )
    assert added["media_type"] == "image/jpeg"
    assert await listed(binh, referral) == ["Vết thương"]

    path = binh.root / "api/v1/documents" / added["id"]
    answer = await binh.http.get(path)
    kept = await answer.read()
    assert answer.content_type == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert len(kept) == added["size"]
    assert SCRIPT not in kept
    part = await binh.http.get(path, headers={"Range": "bytes=0-9"})
    assert (part.status, await part.read()) == (206, kept[:10])


async def test_several_files_keep_the_names_they_came_with(visitors):
    binh = await visitors("binh")
    referral = await draft(binh)
    files = ("Điện tim.png", picture()), ("Xét nghiệm.pdf", PDF)
    added = await add(binh, referral, *files, title="không dùng")
    assert [one["title"] for one in added] == ["Điện tim", "Xét nghiệm"]


async def test_a_client_with_a_token_needs_no_browser(visitors):
    stranger = await visitors()
    signed_in = await stranger.api(
        "POST", "/tokens", {"username": "binh", "password": PASSWORD}
    )
    bearer = f"Bearer {(await signed_in.json())['access_token']}"
    binh = await visitors("binh")
    referral = await draft(binh)
    answer = await stranger.api(
        "POST",
        f"/referrals/{referral}/documents",
        upload(stranger, ("Điện tim.png", picture())),
        Authorization=bearer,
    )
    assert answer.status == 201, stranger.text


async def test_the_same_key_with_the_same_file_adds_it_once(visitors):
    binh = await visitors("binh")
    referral = await draft(binh)
    answers = []
    for _ in range(2):
        answer = await binh.api(
            "POST",
            f"/referrals/{referral}/documents",
            upload(binh, ("Điện tim.png", picture())),
            Idempotency_Key="dien-tim-1",
        )
        answers.append((answer.status, binh.text))
    assert answers[0] == answers[1]
    assert await listed(binh, referral) == ["Điện tim"]


@pytest.mark.parametrize("name", ["a page named jpg", "png bomb", "21 megabytes"])
async def test_a_refused_file_leaves_nothing(visitors, name):
    binh = await visitors("binh")
    referral = await draft(binh)
    data, code = REFUSED[name]
    answer = await binh.api(
        "POST", f"/referrals/{referral}/documents", upload(binh, ("ảnh.jpg", data))
    )
    assert (answer.status, (await answer.json())["code"]) == (422, code)
    assert await listed(binh, referral) == []


@pytest.mark.parametrize(
    ("fields", "code"), [({}, "file_empty"), ({"folder": "x"}, "invalid")]
)
async def test_a_form_without_a_file_or_with_strange_fields_is_refused(
    visitors, fields, code
):
    binh = await visitors("binh")
    path = f"/referrals/{await draft(binh)}/documents"
    answer = await binh.api("POST", path, upload(binh, **fields))
    assert (answer.status, (await answer.json())["code"]) == (422, code)


async def test_files_come_as_a_form_and_not_as_json(visitors):
    binh = await visitors("binh")
    answer = await binh.api("POST", f"/referrals/{await draft(binh)}/documents", {})
    assert answer.status == 415
    assert "multipart/form-data" in (await answer.json())["detail"]


async def test_a_file_gets_another_title_and_is_taken_out(visitors):
    binh = await visitors("binh")
    referral = await draft(binh)
    (added,) = await add(binh, referral, ("một.png", picture()))
    path = f"/documents/{added['id']}"
    renamed = await binh.api("POST", f"{path}/rename", {"title": "Điện tim"})
    assert (await renamed.json())["title"] == "Điện tim"
    assert (await binh.api("POST", f"{path}/rename", {"title": " "})).status == 422
    assert await listed(binh, referral) == ["Điện tim"]

    assert (await binh.api("DELETE", path)).status == 204
    assert await listed(binh, referral) == []
    assert (await binh.api("GET", path)).status == 404


async def test_a_specialist_changes_only_the_own_files_of_the_case(visitors, stage):
    case = await accepted_case(stage)
    binh, minh = await visitors("binh"), await visitors("minh")
    (theirs,) = await add(binh, case.referral, ("trạm.png", picture()))
    (own,) = await add(minh, case.referral, ("viện.png", picture()))
    assert await listed(minh, case.referral) == ["trạm", "viện"]
    assert (await minh.api("DELETE", f"/documents/{theirs['id']}")).status == 404
    assert (await minh.api("DELETE", f"/documents/{own['id']}")).status == 204


async def test_every_look_at_files_leaves_a_trail(visitors, stage):
    binh = await visitors("binh")
    referral = await draft(binh)
    (added,) = await add(binh, referral, ("một.png", picture()))
    await listed(binh, referral)
    await binh.api("GET", f"/documents/{added['id']}")
    await binh.api("DELETE", f"/documents/{added['id']}")
    async with stage.as_platform() as db:
        found = await db.scalars(
            select(AuditEvent.action)
            .where(AuditEvent.object_id.in_([str(referral), added["id"]]))
            .order_by(AuditEvent.at)
        )
    looks = [one for one in found if one.startswith("document:")]
    assert looks == [
        "document:add",
        "document:list",
        "document:view",
        "document:remove",
    ]


async def test_a_coordinator_gets_no_files(visitors, stage):
    case = await accepted_case(stage)
    thu = await visitors("thu")
    answer = await thu.api("GET", f"/referrals/{case.referral}/documents")
    assert answer.status == 404
