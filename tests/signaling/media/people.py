"""Pages in a room with a bridge, reduced to what they say to its seats."""

import asyncio
import secrets
from typing import Any

import aiohttp
import orjson

from signaling.app import HUB
from signaling.config import SOCKET_PATH, Nats
from signaling.media.call import Invitation
from signaling.media.config import Settings
from signaling.tickets import Role
from tests.signaling.conftest import ORIGIN, SDP, Node, Page, until
from tests.signaling.media.fake_janus import FakeJanus

INTAKE, OUTLET = "-" * 8, "z" * 8


def settings(janus: FakeJanus) -> Settings:
    return Settings(janus.url, "secret", ORIGIN, Nats("nats://nobody"))


def invitation(node: Node, room: str) -> Invitation:
    passes = (
        node.ticket(room, prefix + "seat" * 6, role=Role.MEDIA)
        for prefix in (INTAKE, OUTLET)
    )
    return Invitation(room, node.base.replace("http", "ws") + SOCKET_PATH, *passes)


def cut(node: Node, prefix: str) -> None:
    """Lose the socket of a seat, whose place is kept."""
    for seat in node.app[HUB]._seats:
        if seat.participant.startswith(prefix):
            seat.wire._cut_off()


class Person:
    """Reads all the time, and answers every offer of the outlet unless told not to."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.answers = True
        # The bridge's seats by prefix, and how often each of them came.
        self.seats: dict[str, dict[str, Any]] = {}
        self.met = 0
        self.gone: list[str] = []
        self.offers: list[dict[str, Any]] = []
        self.heard: list[dict[str, Any]] = []
        for peer in page.welcome["peers"]:
            self._meet(peer)
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def enter(cls, node: Node, room: str, page: Page | None = None) -> "Person":
        again = (page.participant, page.instance) if page else ()
        return cls(await node.join(room, *again))

    async def tell(self, prefix: str, payload: dict[str, Any]) -> None:
        await until(lambda: prefix in self.seats)
        seat = self.seats[prefix]
        await self.page.signal(Page(None, seat["id"], seat["instance"]), payload)

    async def send(self, connection: int = 1, sdp: str = SDP) -> None:
        """Offer the intake what this page sends."""
        await self.tell(
            INTAKE,
            {
                "kind": "description",
                "type": "offer",
                "sdp": sdp,
                "connection": connection,
                "negotiation": 1,
            },
        )

    async def ask(self, connection: int = 1) -> None:
        """Ask the outlet for an offer."""
        payload = {"kind": "negotiation_needed", "connection": connection}
        await self.tell(OUTLET, payload)

    async def leave(self) -> None:
        await self.page.say({"type": "leave"})

    async def _read(self) -> None:
        while True:
            frame = await self.page.socket.receive()
            if frame.type is not aiohttp.WSMsgType.TEXT:
                return
            await self._hear(orjson.loads(frame.data))

    async def _hear(self, message: dict[str, Any]) -> None:
        if message["type"] == "peer_joined":
            self._meet(message["peer"])
        elif message["type"] in {"peer_left", "peer_reconnecting"}:
            self.gone.append(message["peer"][:8])
        elif message["type"] == "peer_signal":
            payload = message["payload"]
            self.heard.append(payload)
            if payload["kind"] == "description" and payload["type"] == "offer":
                self.offers.append(payload)
                if self.answers:
                    await self.tell(OUTLET, payload | {"type": "answer"})

    def _meet(self, peer: dict[str, Any]) -> None:
        if peer["role"] == "media":
            self.seats[peer["id"][:8]] = peer
            self.met += 1


async def crowd(node: Node, room: str, count: int = 3) -> list[Person]:
    return [await Person.enter(node, room) for _ in range(count)]


def new_room() -> str:
    return secrets.token_urlsafe(24)
