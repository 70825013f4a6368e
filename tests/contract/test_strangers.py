"""To whom an object is none of their business, it does not exist."""

import pytest

from server.app import make_app
from server.core.ids import new_id
from server.web.routes import TABLE
from tests.conftest import Visitor
from tests.contract import strangers
from tests.contract.objects import kinds_of
from tests.contract.world import one_of_each

pytestmark = pytest.mark.usefixtures("node")
WORTHLESS = (303, 401)


@pytest.fixture(scope="module")
async def world(stage, settings):
    return await one_of_each(stage, settings)


@pytest.fixture(scope="module")
async def crowd(site, stage):
    """Everybody by name, signed in once; "nobody" never was."""
    await strangers.arrange_strangers(stage)
    everybody = {}
    for name in (*strangers.SIGNED_IN, *strangers.ADMITTED_NO_MORE):
        everybody[name] = await Visitor(site).sign_in(name)
    everybody["nobody"] = Visitor(site)
    await everybody["nobody"].get("/sign-in")
    await strangers.shut_out(stage)
    yield everybody
    for visitor in everybody.values():
        await visitor.close()


@pytest.fixture(scope="module")
def routes(settings):
    """Every route with an object in its path, as the program declares them."""
    declared = dict.fromkeys(make_app(settings)[TABLE].values())
    return [one for one in declared if "id}" in one.path]


def of_world(world, route) -> dict:
    kinds = kinds_of(route.method, route.path)
    return {name: world.ids[kind] for name, kind in kinds.items()}


def absent(ids: dict) -> dict:
    return {name: new_id() for name in ids}


@pytest.mark.parametrize("name", strangers.SIGNED_IN)
async def test_a_stranger_cannot_tell_an_object_of_others_from_none(
    name, crowd, routes, *, world, stage
):
    visitor = crowd[name]
    minh = (await stage.actor("minh")).id
    leaks = []
    for route in routes:
        seen = []
        for ids in (of_world(world, route), absent(of_world(world, route))):
            answer = await strangers.ask(visitor, route, ids, minh)
            seen.append((answer.status, strangers.told(visitor, ids)))
        if seen[0] != seen[1] or seen[0][0] != 404:
            statuses = [status for status, _ in seen]
            leaks.append(f"{route.method} {route.path}: {statuses}")
    assert not leaks, "\n".join(leaks)


@pytest.mark.parametrize("name", ["nobody", *strangers.ADMITTED_NO_MORE])
async def test_whoever_is_not_signed_in_is_sent_to_sign_in(
    name, crowd, routes, *, world, stage
):
    visitor = crowd[name]
    minh = (await stage.actor("minh")).id
    leaks = []
    for route in routes:
        seen = []
        for ids in (of_world(world, route), absent(of_world(world, route))):
            answer = await strangers.ask(visitor, route, ids, minh)
            location = answer.headers.get("Location", "/sign-in").partition("?")[0]
            seen.append((answer.status, location, strangers.told(visitor, ids)))
        status, location, _ = seen[0]
        if seen[0] != seen[1] or status not in WORTHLESS or location != "/sign-in":
            leaks.append(f"{route.method} {route.path}: {[one[:2] for one in seen]}")
    assert not leaks, "\n".join(leaks)


async def test_the_person_concerned_gets_through_with_the_same_words(
    routes, stage, settings, visitors
):
    """Without this, a stranger's 404 could be anybody's."""
    minh = (await stage.actor("minh")).id
    people = {name: await visitors(name) for name in set(strangers.OWNERS.values())}
    refused = []
    for route in routes:
        ids = of_world(await one_of_each(stage, settings), route)
        visitor = people[strangers.owner_of(route)]
        answer = await strangers.ask(visitor, route, ids, minh)
        if answer.status >= 400 and answer.status != 409:
            refused.append(f"{route.method} {route.path}: {answer.status}")
    assert not refused, "\n".join(refused)
