"""Administrators give, close and open accounts, inside their province."""

import re

import pytest
from sqlalchemy import select

from server.access.permissions import Role
from server.accounts.models import Person, SignInSession
from server.audit.models import AuditEvent
from server.demo import demo_id
from server.web.models import AnsweredRequest
from tests.server.admin.arrange import administrator_of

HOSPITAL = demo_id("Bệnh viện Đa khoa thành phố Cần Thơ (mẫu)")
CARDIOLOGY = demo_id("Bệnh viện Đa khoa thành phố Cần Thơ (mẫu):Khoa Nội tim mạch")
STATION = demo_id("station:31309")


def doctor(**fields) -> dict:
    return {
        "full_name": "Huỳnh Thị Mới",
        "username": "moi.huynh",
        "role": "station_doctor",
        "facility_id": STATION,
    } | fields


async def person_of(stage, username: str) -> Person:
    async with stage.as_platform() as db:
        return await db.scalar(select(Person).where(Person.username == username))


async def test_an_account_is_given_step_by_step_and_its_password_shown_once(
    visitors, stage
):
    quan = await visitors("quan")
    await quan.get("/admin/people/new")
    assert "Quản trị hệ thống" not in quan.text
    await quan.get("/admin/people/new?role=station_doctor&q=truong+long")
    link = re.search(r'href="(\?role=station_doctor&amp;facility=[^"]+)"', quan.text)
    await quan.get("/admin/people/new" + link[1].replace("&amp;", "&"))
    answer = await quan.post("/admin/people/new", doctor(username="Moi.Huynh"))
    answer = await quan.follow(answer)
    assert answer.headers["Cache-Control"] == "no-store"
    password = re.search(r"<code>([a-z0-9-]{19})</code>", quan.text)[1]
    assert "moi.huynh" in quan.text

    await quan.get(answer.url.path)
    assert password not in quan.text

    newcomer = await visitors()
    await newcomer.get("/sign-in")
    signed_in = await newcomer.post(
        "/sign-in", {"username": "moi.huynh", "password": password}
    )
    assert signed_in.status == 303, newcomer.text
    assert (await newcomer.get("/")).headers["Location"] == "/account/password"
    async with stage.as_platform() as db:
        kept = await db.scalars(select(AnsweredRequest.body))
        assert not any(password.encode() in (body or b"") for body in kept)


async def test_a_specialist_belongs_to_a_department(visitors, stage):
    quan = await visitors("quan")
    fields = doctor(username="tim.moi", role="specialist", facility_id=HOSPITAL)
    await quan.get(f"/admin/people/new?role=specialist&facility={HOSPITAL}")
    assert "Khoa Nội tim mạch" in quan.text
    assert (await quan.post("/admin/people/new", fields)).status == 422
    assert "Hãy chọn ít nhất một khoa" in quan.text
    assert 'value="Huỳnh Thị Mới"' in quan.text
    assert await person_of(stage, "tim.moi") is None

    answer = await quan.post(
        "/admin/people/new", fields | {"department_ids": CARDIOLOGY}
    )
    await quan.follow(answer)
    assert "Khoa Nội tim mạch" in quan.text


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"username": "binh"}, "Tên đăng nhập này đã có người dùng"),
        ({"username": "có dấu"}, "chữ không dấu"),
        ({"full_name": ""}, "Hãy nhập họ và tên"),
        ({"role": "specialist"}, "Vai trò này không làm việc ở loại cơ sở đã chọn"),
        ({"role": "system_admin"}, "Chỉ quản trị hệ thống mới tạo được vai trò này"),
        (
            {"role": "provincial_admin"},
            "Chỉ quản trị hệ thống mới tạo được vai trò này",
        ),
        ({"role": "king"}, "Hãy chọn vai trò"),
        ({"facility_id": "x"}, "Hãy chọn cơ sở làm việc"),
    ],
)
async def test_a_wrong_field_is_named_and_nothing_is_lost(
    visitors, stage, wrong, sentence
):
    quan = await visitors("quan")
    fields = (
        doctor(username="sai.sot", **wrong)
        if "username" not in wrong
        else doctor(**wrong)
    )
    assert (await quan.post("/admin/people/new", fields)).status == 422
    assert sentence in quan.text
    assert await person_of(stage, "sai.sot") is None


async def test_disabling_ends_every_session_and_enabling_opens_again(visitors, stage):
    hoa, quan = await visitors("hoa"), await visitors("quan")
    person = await person_of(stage, "hoa")
    await quan.get(f"/admin/people/{person.id}")
    assert "127.0.0.1" in quan.text
    await quan.follow(await quan.post(f"/admin/people/{person.id}/disable"))
    assert "Đã khóa" in quan.text
    assert (await hoa.get("/account/password")).status == 303
    async with stage.as_platform() as db:
        open_sessions = select(SignInSession).where(
            SignInSession.person_id == person.id, SignInSession.ended_at.is_(None)
        )
        assert (await db.scalars(open_sessions)).all() == []

    await quan.follow(await quan.post(f"/admin/people/{person.id}/enable"))
    await visitors("hoa")


async def test_a_new_password_ends_sessions_and_must_be_changed(visitors, stage):
    lan, quan = await visitors("lan"), await visitors("quan")
    person = await person_of(stage, "lan")
    await quan.follow(await quan.post(f"/admin/people/{person.id}/reset-password"))
    password = re.search(r"<code>([a-z0-9-]{19})</code>", quan.text)[1]
    assert (
        (await lan.get("/account/password")).headers["Location"].startswith("/sign-in")
    )
    await lan.get("/sign-in")
    await lan.post("/sign-in", {"username": "lan", "password": password})
    assert (await lan.get("/offers")).status in {303, 404}
    assert (await lan.get("/")).headers["Location"] == "/account/password"


async def test_administrators_are_managed_by_the_system_administrator_alone(
    visitors, stage
):
    quan, admin = await visitors("quan"), await visitors("admin")
    root = await person_of(stage, "admin")
    for verb in ("disable", "enable", "reset-password"):
        answer = await quan.post(f"/admin/people/{root.id}/{verb}")
        assert answer.status == 422
        assert "Chỉ quản trị hệ thống" in quan.text
    assert (await admin.post(f"/admin/people/{root.id}/disable")).status == 422
    assert "không thể khóa tài khoản của chính mình" in admin.text

    fields = doctor(
        username="so.moi",
        role="provincial_admin",
        facility_id=demo_id("department:15"),
    )
    await admin.follow(await admin.post("/admin/people/new", fields))
    assert (await person_of(stage, "so.moi")).role is Role.PROVINCIAL_ADMIN


async def test_people_are_found_by_any_part_with_or_without_accents(visitors):
    quan = await visitors("quan")
    for words in ("thanh binh", "Nguyễn Bình", "BINH", "truong long"):
        await quan.get("/admin/people", params={"q": words})
        assert "Nguyễn Thanh Bình" in quan.text
    await quan.get("/admin/people?q=giang")
    assert "Giàng A Khoa" not in quan.text
    assert "Không tìm thấy ai" in quan.text


@pytest.mark.parametrize("who", ["binh", "minh", "thu"])
async def test_only_administrators_manage_people(visitors, stage, who):
    stranger = await visitors(who)
    person = await person_of(stage, "hoa")
    assert (await stranger.get("/admin/people")).status == 403
    assert (await stranger.get("/admin/people/new")).status == 403
    assert (await stranger.post("/admin/people/new", doctor())).status == 403
    assert (await stranger.get(f"/admin/people/{person.id}")).status == 404
    for verb in ("disable", "enable", "reset-password"):
        path = f"/people/{person.id}/{verb}"
        assert (await stranger.post(f"/admin{path}")).status == 404
        assert (await stranger.api("POST", path)).status == 404
    assert (await stranger.api("GET", "/people")).status == 403
    assert (await stranger.api("POST", "/people", {})).status == 403


async def test_an_administrator_of_another_province_is_a_stranger(visitors, stage):
    await administrator_of(stage, "lao-cai", "15")
    other = await visitors("lao-cai")
    person = await person_of(stage, "binh")
    await other.get("/admin/people?q=binh")
    assert "Nguyễn Thanh Bình" not in other.text
    assert (await other.get(f"/admin/people/{person.id}")).status == 404
    for verb in ("disable", "enable", "reset-password"):
        assert (await other.post(f"/admin/people/{person.id}/{verb}")).status == 404
    assert (await other.post("/admin/people/new", doctor(username="xa"))).status in {
        404,
        422,
    }
    refused = await other.api(
        "POST", "/people", doctor(username="xa.lam", facility_id=str(STATION))
    )
    assert refused.status == 422
    assert await person_of(stage, "xa.lam") is None


async def test_the_same_by_program(visitors, stage):
    quan = await visitors("quan")
    body = doctor(username="qua.api", facility_id=str(STATION))
    made = await quan.api("POST", "/people", body)
    assert made.status == 201, quan.text
    assert made.headers["Cache-Control"] == "no-store"
    given = await made.json()
    async with stage.as_platform() as db:
        kept = await db.scalars(select(AnsweredRequest.body))
        secret = given["password"].encode()
        assert not any(secret in (body or b"") for body in kept)
    found = await (await quan.api("GET", "/people?q=qua.api")).json()
    assert [one["id"] for one in found["people"]] == [given["id"]]
    path = f"/people/{given['id']}"
    assert (await quan.api("POST", f"{path}/disable")).status == 204
    assert (await quan.api("POST", f"{path}/enable")).status == 204
    reset = await (await quan.api("POST", f"{path}/reset-password")).json()
    assert reset["password"] != given["password"]
    assert (await quan.api("POST", "/people/not-an-id/disable")).status == 404
    async with stage.as_platform() as db:
        actions = set(
            await db.scalars(
                select(AuditEvent.action).where(AuditEvent.object_id == given["id"])
            )
        )
    assert actions == {
        "person:create",
        "person:disable",
        "person:enable",
        "person:reset_password",
    }
