"""Who may call what: the table in the repository equals the routes of the program."""

from pathlib import Path

import pytest
from aiohttp import web

from server.access.permissions import ROLE_PERMISSIONS, Access, Permission, Role
from server.app import make_app
from server.web.routes import TABLE, UndeclaredRoute, register, route

TABLE_FILE = Path(__file__).parent / "routes.txt"


def as_text(app: web.Application) -> str:
    lines = []
    for declared in dict.fromkeys(app[TABLE].values()):
        if isinstance(declared.needs, Access):
            who = declared.needs.value
        else:
            who = " ".join(
                role.value for role in Role if declared.needs in ROLE_PERMISSIONS[role]
            )
        lines.append(f"{declared.method:6} {declared.path:58} {who}")
    return "\n".join(sorted(lines, key=lambda line: line[7:] + line[:7])) + "\n"


async def test_the_table_of_routes_and_roles_is_the_one_that_was_reviewed(settings):
    """After a wanted change: TABLE_FILE.write_text(as_text(app)), and read the difference."""
    assert as_text(make_app(settings)) == TABLE_FILE.read_text(encoding="utf-8")


async def _nothing(_request):
    return web.Response()


def test_a_route_without_a_permission_stops_the_start():
    with pytest.raises(UndeclaredRoute):
        register(web.Application(), [[route("GET", "/x", _nothing, needs=None)]])


def test_a_route_added_past_the_table_stops_the_start():
    app = web.Application()
    app.router.add_get("/hidden", _nothing)
    with pytest.raises(UndeclaredRoute):
        register(app, [])


def test_two_routes_cannot_claim_one_path():
    twice = [route("GET", "/x", _nothing, needs=Access.SIGNED_IN)] * 2
    with pytest.raises(UndeclaredRoute):
        register(web.Application(), [twice])


def test_permissions_are_in_alphabetical_order_and_all_used():
    values = [permission.value for permission in Permission]
    assert values == sorted(values)
    assert set().union(*ROLE_PERMISSIONS.values()) == set(Permission)
