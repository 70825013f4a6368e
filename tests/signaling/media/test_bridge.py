"""Rooms that come and go, around a Janus and nodes that are slow, forgetful or shared."""

import asyncio
from dataclasses import dataclass, field

import aiohttp
import pytest
import structlog

from signaling.media import bridge as bridges
from signaling.media.bridge import Bridge
from signaling.media.seat import Seat
from tests.signaling.conftest import ORIGIN, SDP, Node, until
from tests.signaling.media.fake_janus import NEVER_UP, FakeJanus
from tests.signaling.media.people import (
    INTAKE,
    OUTLET,
    Person,
    crowd,
    cut,
    invitation,
    new_room,
    settings,
)


@dataclass
class Scene:
    """One bridge between a node and a Janus, and one room."""

    node: Node
    janus: FakeJanus
    http: aiohttp.ClientSession
    bridge: Bridge
    room: str = field(default_factory=new_room)

    def invite(self, bridge=None, node=None):
        asked = invitation(node or self.node, self.room)
        (bridge or self.bridge).invited(asked, self.http)

    async def enter(self):
        person = await Person.enter(self.node, self.room)
        await person.send()
        return person

    async def served(self):
        """Return three who send by way of Janus, and get each other."""
        self.invite()
        people = await crowd(self.node, self.room)
        for person in people:
            await person.send()
        await until(lambda: self.everybody_gets(2))
        return people

    @property
    def outlets(self):
        return {
            name: links[1]
            for name, links in self.bridge._calls[self.room]._links.items()
        }

    def everybody_gets(self, others):
        return all(
            len(one._subscribed) == others for one in self.outlets.values()
        ) and (self.everybody_answered())

    def everybody_answered(self):
        return all(one._answered for one in self.outlets.values())


@pytest.fixture
async def scene(node):
    janus = FakeJanus()
    runner = await janus.start()
    async with aiohttp.ClientSession() as http:
        scene = Scene(node, janus, http, Bridge(settings(janus)))
        yield scene
        await scene.bridge.leave_all()
    await runner.cleanup()


async def test_a_room_of_two_is_left_and_let_be_for_a_while(scene, monkeypatch):
    monkeypatch.setattr(bridges, "AVOID_SECONDS", 0.5)
    one, _ = await crowd(scene.node, scene.room, 2)
    scene.invite()
    await until(lambda: one.gone.count(INTAKE) == 1)
    await until(lambda: not scene.bridge._running)
    left_at = asyncio.get_running_loop().time()

    def asked_in_again():
        scene.invite()
        return scene.janus.asked.count("create") > 2

    await until(asked_in_again)
    assert asyncio.get_running_loop().time() - left_at > 0.4
    assert one.met <= 4


async def test_invitations_wait_until_there_is_a_room_in_janus(scene):
    goes_on = scene.janus.hold("create")
    person, *_ = await crowd(scene.node, scene.room)
    for _ in range(3):
        scene.invite()
    await until(lambda: "create" in scene.janus.asked)
    scene.invite()
    assert person.met == 0
    goes_on.set()
    await until(lambda: person.met == 2)
    assert len(scene.janus.rooms) == 1


async def test_invited_while_it_leaves_it_does_not_stumble(scene):
    await scene.served()
    leaving = asyncio.create_task(scene.bridge.leave_all())
    while not leaving.done():
        scene.invite()
        await asyncio.sleep(0)
    await leaving


async def test_told_to_stop_it_leaves_no_room_behind(scene):
    one, *_ = await scene.served()
    await scene.bridge.leave_all()
    await until(lambda: not scene.janus.rooms)
    await until(lambda: {INTAKE, OUTLET} <= set(one.gone))


async def test_of_two_bridges_one_gives_way(scene):
    await scene.served()
    other = Bridge(settings(scene.janus))
    scene.invite(other)
    await until(lambda: not scene.bridge._running)
    scene.invite()
    assert not scene.bridge._running
    await other.leave_all()


async def test_where_a_node_has_forgotten_the_seats_they_are_new(scene, start_node):
    second = await start_node()
    people = await scene.served()
    before = people[0].seats[INTAKE]["instance"]
    await scene.node.stop()
    people = [await Person.enter(second, scene.room, one.page) for one in people]

    def is_back():
        scene.invite(node=second)
        seats = people[0].seats
        return len(seats) == 2 and seats[INTAKE]["instance"] != before

    await until(is_back)
    for person in people:
        await person.send()
    await until(lambda: all(person.offers for person in people))
    assert {one.offers[0]["connection"] for one in people} <= {1, 2}


async def test_a_line_that_janus_lost_keeps_nobody_from_the_others(scene):
    first, *_ = await scene.served()
    await first.send(2, SDP + NEVER_UP)
    answered = {"type": "answer", "connection": 2}
    await until(lambda: any(answered.items() <= one.items() for one in first.heard))
    newcomer = await scene.enter()
    await until(lambda: newcomer.offers)


async def test_what_was_offered_while_the_seat_was_away_is_offered_again(scene):
    people = await scene.served()
    cut(scene.node, OUTLET)
    await until(lambda: OUTLET in people[0].gone)
    await scene.enter()
    await until(lambda: len(scene.outlets) == 4)
    await until(lambda: not scene.everybody_answered())
    scene.invite()
    await until(lambda: scene.everybody_gets(3))
    assert people[0].offers[-1]["connection"] == 2


async def test_a_page_that_asks_all_the_time_takes_the_seat_from_nobody(scene):
    first, second, _ = await scene.served()
    before = len(first.offers)
    for _ in range(55):
        await first.ask()
    newcomer = await scene.enter()
    await until(lambda: newcomer.offers)
    assert len(first.offers) - before <= 3
    assert OUTLET not in second.gone


async def test_a_page_whose_jobs_pile_up_loses_its_link_and_nobody_elses(
    scene, monkeypatch
):
    monkeypatch.setattr("signaling.media.link.MOST_JOBS", 8)
    first, *others = await scene.served()
    scene.janus.hold("trickle")
    candidate = {"candidate": "candidate:1 1 udp 1 192.0.2.1 9 typ host", "mid": "0"}
    payload = {"kind": "candidates", "connection": 1, "candidates": [candidate]}
    asked = scene.janus.asked.count("detach")
    for _ in range(12):
        await first.tell(INTAKE, payload)
    scene.janus._held["trickle"].set()
    await until(lambda: scene.janus.asked.count("detach") > asked)
    newcomer = await scene.enter()
    await until(lambda: newcomer.offers)
    assert not any({INTAKE, OUTLET} & set(one.gone) for one in others)


async def test_what_nobody_understands_ends_nothing(scene):
    await scene.served()
    with structlog.testing.capture_logs() as logs:
        for handle in tuple(scene.janus.receivers):
            await scene.janus.say(handle, "event")
        await until(lambda: len(logs) == 3)
    assert {log["why"] for log in logs} == {"KeyError"}
    await scene.enter()
    await until(lambda: scene.everybody_gets(3))


async def test_who_gets_nothing_yet_is_offered_the_connection_they_have_now(scene):
    first, second, _ = await crowd(scene.node, scene.room)
    scene.invite()
    await first.ask(3)
    await until(lambda: scene.outlets[first.page.participant].number == 3)
    await second.send()
    await until(lambda: first.offers)
    assert first.offers[0]["connection"] == 3


async def test_what_the_node_refuses_is_logged_by_its_code(scene):
    class Ears:
        def welcome(self, peers): ...
        def joined(self, peer): ...
        def left(self, participant): ...
        def told(self, sender, instance, payload): ...

    seat = Seat(Ears())
    asked = invitation(scene.node, scene.room)
    with structlog.testing.capture_logs() as logs:
        sitting = asyncio.create_task(
            seat.sit(scene.http, asked.url, asked.intake, ORIGIN)
        )
        await seat.entered.wait()
        seat.signal("nobody" * 4, "n" * 16, {"kind": "wants", "picture": "none"})
        await until(lambda: logs)
        sitting.cancel()
        await asyncio.gather(sitting, return_exceptions=True)
    assert (logs[0]["event"], logs[0]["code"]) == ("seat_refused", "no_such_peer")
