"""People who have nothing to do with Bình's cases, and how they ask."""

import re
from uuid import UUID

from server.access.permissions import ROLE_PERMISSIONS, Access, Role
from server.accounts import sessions
from server.accounts.models import Person
from server.core import clock
from server.demo import demo_id
from server.web.routes import API_PREFIX, Route
from tests.contract.bodies import FORMS, JSON
from tests.server.admin.arrange import administrator_of
from tests.server.documents.arrange import upload
from tests.server.documents.hostile import picture
from tests.server.referrals.queued import add_colleague, person

OTHER_HOSPITAL = demo_id("Bệnh viện Đa khoa khu vực Thốt Nốt (mẫu)")
LAO_CAI = demo_id("Bệnh viện Đa khoa tỉnh Lào Cai (mẫu)")
OWNERS = {
    Role.STATION_DOCTOR: "binh",
    Role.SPECIALIST: "minh",
    Role.COORDINATOR: "thu",
    Role.PROVINCIAL_ADMIN: "quan",
}
# By name: who they are.
SIGNED_IN = {
    "hoa": "doctor of another station",
    "khoa": "doctor in another province",
    "lan": "specialist of the hospital who was not asked",
    "tam": "coordinator of another hospital",
    "tien": "coordinator in another province",
    "xuan": "administrator of another province",
}
ADMITTED_NO_MORE = ("disabled", "ended")
NEW_EACH_TIME = re.compile(
    r'(?:name="(?:csrf_token|once)" value|nonce|data-cursor)="[^"]*"'
    r'|"request_id":"[0-9a-f]+"|\b[0-9a-f]{16}\b'
)


async def arrange_strangers(stage) -> None:
    async with stage.as_platform() as db:
        await add_colleague(db, "tam", "thu", OTHER_HOSPITAL)
        await add_colleague(db, "tien", "thu", LAO_CAI)
        for username in ADMITTED_NO_MORE:
            await add_colleague(db, username, "binh")
    await administrator_of(stage, "xuan", "15")


async def shut_out(stage) -> None:
    """Close one account and end the other's session, behind the backs of their browsers."""
    async with stage.as_platform() as db:
        disabled = await db.get_one(Person, (await person(db, "disabled")).id)
        disabled.disabled_at = clock.now()
        await sessions.end_all(db, (await person(db, "ended")).id)


def owner_of(route: Route) -> str:
    """The one of the cast whose object it is and whose role may call the route."""
    if isinstance(route.needs, Access):
        return "binh"
    if route.path.endswith("/record"):
        return "minh"  # the station reads a draft no earlier than its signature
    return next(
        name for role, name in OWNERS.items() if route.needs in ROLE_PERMISSIONS[role]
    )


async def ask(visitor, route: Route, ids: dict[str, UUID], minh: UUID):
    """Send what the owner would send, about the object with these ids."""
    path = route.path
    for name, key in ids.items():
        path = path.replace(f"{{{name}}}", str(key))
    short = f"{route.method} {route.path.removeprefix(API_PREFIX)}"
    if route.takes_files:
        body = upload(visitor, ("Điện tim.png", picture()))
        return await visitor.api(route.method, path.removeprefix(API_PREFIX), body)
    if route.is_api:
        body = _with_specialist(JSON.get(short), minh)
        return await visitor.api(route.method, path.removeprefix(API_PREFIX), body)
    if route.method == "GET":
        return await visitor.get(path)
    if path.endswith("/documents"):
        body = upload(visitor, ("Điện tim.png", picture()))
        return await visitor.post(path, data=body)
    return await visitor.post(path, _with_specialist(FORMS.get(short, {}), minh))


def _with_specialist(body: dict | None, minh: UUID) -> dict | None:
    if body and "specialist_ids" in body:
        return {"specialist_ids": [str(minh)]}
    return body


def told(visitor, ids: dict[str, UUID]) -> str:
    """What the answer says, without what differs between any two answers."""
    text = visitor.text
    for key in ids.values():
        text = text.replace(str(key), "…")
    return NEW_EACH_TIME.sub("…", text)
