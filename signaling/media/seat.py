"""One seat in a room, as docs/signaling-protocol.md has it, for a program instead of a page."""

import asyncio
import secrets
from typing import Any, Protocol

import aiohttp
import orjson
import structlog

ACKNOWLEDGE_EVERY = 16
SILENCE_SECONDS = 25

log = structlog.get_logger()


class Ears(Protocol):
    """Who wants to know what is said in the room."""

    def welcome(self, peers: list[dict[str, Any]]) -> None:
        """Hear who is there."""

    def joined(self, peer: dict[str, Any]) -> None:
        """Hear that somebody came, came back, or has another page."""

    def left(self, participant: str) -> None:
        """Hear that somebody has gone."""

    def told(self, sender: str, instance: str, payload: dict[str, Any]) -> None:
        """Hear what a page has to say."""


class Seat:
    """Enters with each new ticket as the same instance, so that a lost socket costs nothing."""

    def __init__(self, ears: Ears) -> None:
        self._ears = ears
        self._instance = secrets.token_urlsafe(16)
        self._sent = self._received = self._acknowledged = 0
        self._outgoing: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.entered = asyncio.Event()

    async def sit(
        self, http: aiohttp.ClientSession, url: str, ticket: str, origin: str
    ) -> int | None:
        """Stay until the socket ends, and return its close code.

        To cancel this gives the place up; a socket that is lost leaves it to us for a while.
        """
        try:
            async with http.ws_connect(url, headers={"Origin": origin}) as socket:
                self._sent = self._received = self._acknowledged = 0
                hello = {"type": "hello", "ticket": ticket, "instance": self._instance}
                await socket.send_str(orjson.dumps(hello).decode())
                try:
                    await self._serve(socket)
                except asyncio.CancelledError:
                    await socket.send_str('{"type":"leave"}')
                    raise
                finally:
                    self.entered.clear()
                return socket.close_code
        except (aiohttp.ClientError, TimeoutError, ConnectionError):
            return None

    def signal(self, to: str, instance: str, payload: dict[str, Any]) -> None:
        """Send one payload to one page; without a socket it is lost, as the links know."""
        if self.entered.is_set():
            signal = {"to": to, "instance": instance, "payload": payload}
            self._sent += 1
            numbered = {"type": "signal", "seq": self._sent, "id": secrets.token_hex(8)}
            self._outgoing.put_nowait(numbered | signal)

    async def _serve(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._outgoing = asyncio.Queue()
        writing = asyncio.create_task(self._write(socket, self._outgoing))
        try:
            while True:
                frame = await socket.receive(SILENCE_SECONDS)
                if frame.type is not aiohttp.WSMsgType.TEXT:
                    return
                self._read(orjson.loads(frame.data))
        finally:
            writing.cancel()

    async def _write(
        self,
        socket: aiohttp.ClientWebSocketResponse,
        outgoing: asyncio.Queue[dict[str, Any]],
    ) -> None:
        while True:
            message = await outgoing.get()
            try:
                await socket.send_str(orjson.dumps(message).decode())
            except ConnectionError:
                return

    def _read(self, message: dict[str, Any]) -> None:
        kind = message["type"]
        if kind == "welcome":
            self.entered.set()
            self._ears.welcome(message["peers"])
        elif kind == "ping":
            self._outgoing.put_nowait({"type": "pong", "ack": self._confirm()})
        elif kind == "error":
            log.warning("seat_refused", code=message["code"])
        elif "seq" in message and kind != "ack":
            self._received = message["seq"]
            self._hear(kind, message)
        if self._received - self._acknowledged >= ACKNOWLEDGE_EVERY:
            self._outgoing.put_nowait({"type": "ack", "seq": self._confirm()})

    def _hear(self, kind: str, message: dict[str, Any]) -> None:
        if kind == "peer_joined":
            self._ears.joined(message["peer"])
        elif kind == "peer_left":
            self._ears.left(message["peer"])
        elif kind == "peer_signal":
            self._ears.told(message["sender"], message["instance"], message["payload"])

    def _confirm(self) -> int:
        self._acknowledged = self._received
        return self._received
