"""Files of a case: who may add, see and take out, and how they are handed out."""

from io import BytesIO
from uuid import uuid4

import pytest
from PIL import Image
from sqlalchemy import select

from server.audit.models import AuditEvent
from server.core import clock
from server.documents.models import Document
from server.patients.models import CaseAccess
from server.referrals.models import Referral
from tests.server.documents.arrange import add_document, upload
from tests.server.documents.hostile import REFUSED, SCRIPT, photograph, picture
from tests.server.referrals.arrange import draft, submitted_referral

PDF = b"%PDF-1.7\n1 0 obj\nendobj\n%%EOF\n"


async def test_a_photograph_is_seen_in_the_case_and_kept_clean(visitors):
    binh = await visitors("binh")
    referral = await draft(binh)
    document = await add_document(binh, referral, "Vết thương.jpg", photograph())

    await binh.get(f"/referrals/{referral}/request")
    assert 'alt="Vết thương"' in binh.text
    answer = await binh.http.get(binh.root / "documents" / str(document))
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Content-Disposition"].startswith("inline")
    kept = await answer.read()
    assert SCRIPT not in kept
    assert Image.open(BytesIO(kept)).size == (48, 64)


async def test_a_pdf_is_only_ever_a_download(visitors):
    binh = await visitors("binh")
    document = await add_document(binh, await draft(binh), "Xét nghiệm.pdf", PDF)
    answer = await binh.get(f"/documents/{document}")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]


async def test_several_files_go_with_a_plain_form(visitors):
    binh = await visitors("binh")
    referral = await draft(binh)
    body = upload(binh, ("một.png", picture()), ("hai.pdf", PDF), back="request")
    answer = await binh.post(f"/referrals/{referral}/documents", data=body)
    await binh.follow(answer)
    assert "một" in binh.text
    assert "hai" in binh.text


@pytest.mark.parametrize(
    "name", ["a page named jpg", "png bomb", "21 megabytes", "nothing"]
)
async def test_a_refused_file_leaves_nothing_and_says_why(visitors, stage, name):
    binh = await visitors("binh")
    referral = await draft(binh)
    data, code = REFUSED[name]
    answer = await binh.post(
        f"/referrals/{referral}/documents",
        data=upload(binh, ("ảnh.jpg", data)),
        headers={"Accept": "application/json"},
    )
    assert (answer.status, (await answer.json())["code"]) == (422, code)
    assert len((await answer.json())["detail"]) > 20
    async with stage.acting("binh") as (db, _):
        found = await db.scalar(
            select(Document).where(Document.referral_id == referral)
        )
        assert found is None


async def test_a_body_over_the_limit_is_refused_before_it_is_read(visitors):
    binh = await visitors("binh")
    referral = await draft(binh)
    answer = await binh.post(
        f"/referrals/{referral}/documents",
        data=upload(binh, ("ảnh.jpg", b"\xff\xd8\xff" + bytes(23 * 1024 * 1024))),
        headers={"Accept": "application/json"},
    )
    assert answer.status == 413


async def test_a_form_without_a_file_says_so(visitors):
    binh = await visitors("binh")
    referral = await draft(binh)
    answer = await binh.post(f"/referrals/{referral}/documents", data=upload(binh))
    assert answer.status == 422
    assert "Tệp này trống" in binh.text


async def test_a_case_holds_twenty_files(visitors):
    binh = await visitors("binh")
    referral = await draft(binh)
    twenty = [(f"{number}.pdf", PDF) for number in range(20)]
    body = upload(binh, *twenty)
    assert (
        await binh.post(f"/referrals/{referral}/documents", data=body)
    ).status == 303
    body = upload(binh, ("một nữa.pdf", PDF))
    answer = await binh.post(
        f"/referrals/{referral}/documents",
        data=body,
        headers={"Accept": "application/json"},
    )
    assert (answer.status, (await answer.json())["code"]) == (409, "too_many_files")


async def test_a_file_gets_another_name_and_is_taken_out(visitors, stage):
    binh = await visitors("binh")
    referral = await draft(binh)
    document = await add_document(binh, referral)
    await binh.get(f"/referrals/{referral}/request")
    renamed = {"title": "Điện tim lúc 8 giờ", "back": "request"}
    await binh.follow(await binh.post(f"/documents/{document}/rename", renamed))
    assert "Điện tim lúc 8 giờ" in binh.text
    empty = {"title": " \u200b ", "back": "request"}
    answer = await binh.post(f"/documents/{document}/rename", empty)
    assert answer.status == 422
    assert 'href="#field-title"' in binh.text
    assert "Hãy nhập tên của tài liệu" in binh.text
    assert "Điện tim lúc 8 giờ" in binh.text
    assert f'href="/referrals/{referral}/request"' in binh.text

    await binh.get(f"/referrals/{referral}/request")
    await binh.follow(
        await binh.post(f"/documents/{document}/remove", {"back": "request"})
    )
    assert "Điện tim lúc 8 giờ" not in binh.text
    assert (await binh.get(f"/documents/{document}")).status == 404
    async with stage.as_platform() as db:
        actions = await db.scalars(
            select(AuditEvent.action)
            .where(AuditEvent.object_id == str(document))
            .order_by(AuditEvent.at)
        )
        assert list(actions)[:1] == ["document:add"]
        assert (await db.get_one(Document, document)).removed_at is not None


@pytest.mark.parametrize("name", ["hoa", "khoa", "lan", "quan", "thu"])
async def test_a_stranger_learns_nothing_of_a_file(visitors, name):
    binh = await visitors("binh")
    referral = await submitted_referral(binh)
    document = await add_document(binh, referral)
    stranger = await visitors(name)
    assert (await stranger.get(f"/documents/{document}")).status == 404
    assert (await stranger.post(f"/documents/{document}/remove")).status == 404
    assert (await stranger.post(f"/documents/{document}/rename")).status == 404
    body = upload(stranger, ("a.png", picture()))
    answer = await stranger.post(f"/referrals/{referral}/documents", data=body)
    assert answer.status == 404


async def test_who_is_signed_out_is_asked_to_sign_in(visitors):
    nobody = await visitors()
    answer = await nobody.get(f"/documents/{uuid4()}")
    assert answer.headers["Location"].startswith("/sign-in")


async def test_the_specialist_of_the_case_sees_adds_and_takes_out_only_own_files(
    visitors, stage
):
    binh = await visitors("binh")
    referral = await submitted_referral(binh)
    document = await add_document(binh, referral)
    await _give_case(stage, referral, "minh")
    minh = await visitors("minh")

    seen = await minh.http.get(minh.root / "documents" / str(document))
    assert seen.status == 200
    assert (await minh.post(f"/documents/{document}/remove")).status == 404
    own = await add_document(minh, referral, "Ghi chú.png")
    assert (await minh.post(f"/documents/{own}/remove")).status == 303


async def test_a_closed_case_takes_no_more_files(visitors):
    binh = await visitors("binh")
    referral = await submitted_referral(binh)
    ending = {"outcome": "cancelled", "reason": "Người bệnh đã đỡ"}
    assert (await binh.post(f"/referrals/{referral}/finish", ending)).status == 303
    answer = await binh.post(
        f"/referrals/{referral}/documents",
        data=upload(binh, ("a.png", picture())),
        headers={"Accept": "application/json"},
    )
    assert (answer.status, (await answer.json())["code"]) == (409, "case_closed")


async def _give_case(stage, referral_id, username) -> None:
    person = await stage.actor(username)
    async with stage.as_platform() as db:
        referral = await db.get_one(Referral, referral_id)
        db.add(
            CaseAccess(
                referral_id=referral.id,
                person_id=person.id,
                patient_id=referral.patient_id,
                station_id=referral.station_id,
                hospital_id=referral.hospital_id,
                province_code=referral.province_code,
                given_at=clock.now(),
            )
        )
