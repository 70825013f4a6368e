"""Janus as far as the bridge uses it, for what a real one cannot be made to do."""

import asyncio
import itertools
from collections.abc import Callable
from typing import Any

import aiohttp
import orjson
from aiohttp import web

from tests.signaling.conftest import SDP

# In an offer: a connection that never comes to stand.
NEVER_UP = "a=never-up\r\n"
NO_SUCH_FEED = 428


class FakeJanus:
    """Answers at once, unless a kind of request is held back; counts what was asked."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[str] = []
        self.rooms: set[int] = set()
        # By handle: the feeds that a page gets, while it has answered or not.
        self.receivers: dict[int, list[int]] = {}
        self.unanswered: set[int] = set()
        self._feeds: dict[int, int] = {}
        self._standing: set[int] = set()
        self._sockets: dict[int, web.WebSocketResponse] = {}
        self._held: dict[str, asyncio.Event] = {}
        self._ids = itertools.count(1)
        self._answering: set[asyncio.Task[None]] = set()
        self._requests: dict[str, Callable[..., dict[str, Any]]] = {
            "create": self._create,
            "destroy": self._destroy,
            "joinandconfigure": self._publish,
            "join": self._receive,
            "subscribe": self._receive,
            "start": self._start,
            "configure": self._configure,
        }

    async def start(self) -> web.AppRunner:
        app = web.Application()
        app.router.add_get("/", self._serve)
        runner = web.AppRunner(app, shutdown_timeout=1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"ws://127.0.0.1:{runner.addresses[0][1]}/"
        return runner

    def hold(self, kind: str) -> asyncio.Event:
        """Answer no request of this kind until the event is set."""
        event = self._held[kind] = asyncio.Event()
        return event

    async def say(self, handle: int, kind: str, **fields: Any) -> None:
        """Say something about a handle to whoever has it."""
        message = {"janus": kind, "sender": handle} | fields
        socket = self._sockets[handle]
        if not socket.closed:
            await socket.send_str(orjson.dumps(message).decode())

    async def _serve(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(protocols=["janus-protocol"])
        await socket.prepare(request)
        async for frame in socket:
            if frame.type is aiohttp.WSMsgType.TEXT:
                order = orjson.loads(frame.data)
                self._sockets[order.get("handle_id", 0)] = socket
                task = asyncio.create_task(self._answer(order))
                self._answering.add(task)
                task.add_done_callback(self._answering.discard)
        return socket

    async def _answer(self, order: dict[str, Any]) -> None:
        kind = order.get("body", {}).get("request", order["janus"])
        self.asked.append(kind)
        if kind in self._held:
            await self._held[kind].wait()
        handle = order.get("handle_id", 0)
        how: str = "success"
        fields: dict[str, Any] = {"data": {"id": next(self._ids)}}
        if kind in self._requests and "body" in order:
            said = self._requests[kind](handle, order["body"], order.get("jsep"))
            jsep = {"jsep": said.pop("jsep")} if "jsep" in said else {}
            how, fields = "event", {"plugindata": {"data": said}} | jsep
        elif kind == "detach":
            self._forget(handle)
        await self.say(handle, how, transaction=order["transaction"], **fields)
        if kind == "joinandconfigure" and NEVER_UP not in order["jsep"]["sdp"]:
            self._standing.add(order["body"]["id"])
            await self.say(handle, "webrtcup")

    def _create(self, _handle: int, body: dict[str, Any], _jsep: Any) -> dict[str, Any]:
        self.rooms.add(body["room"])
        return {}

    def _destroy(
        self, _handle: int, body: dict[str, Any], _jsep: Any
    ) -> dict[str, Any]:
        self.rooms.remove(body["room"])
        return {}

    def _publish(self, handle: int, body: dict[str, Any], _jsep: Any) -> dict[str, Any]:
        self._feeds[handle] = body["id"]
        return {"jsep": {"type": "answer", "sdp": SDP}}

    def _receive(self, handle: int, body: dict[str, Any], _jsep: Any) -> dict[str, Any]:
        feeds = [one["feed"] for one in body["streams"]]
        if not self._standing.issuperset(feeds):
            return {"error_code": NO_SUCH_FEED}
        has = self.receivers.setdefault(handle, [])
        has += feeds
        if handle in self.unanswered:
            return {}
        self.unanswered.add(handle)
        streams = [
            {"mid": str(mid), "type": "audio", "feed_id": feed}
            for mid, feed in enumerate(has)
        ]
        return {"streams": streams, "jsep": {"type": "offer", "sdp": SDP}}

    def _start(self, handle: int, _body: dict[str, Any], _jsep: Any) -> dict[str, Any]:
        self.unanswered.discard(handle)
        return {}

    def _configure(
        self, _handle: int, body: dict[str, Any], jsep: Any
    ) -> dict[str, Any]:
        if body.get("restart"):
            return {"jsep": {"type": "offer", "sdp": SDP}}
        return {"jsep": {"type": "answer", "sdp": SDP}} if jsep else {}

    def _forget(self, handle: int) -> None:
        self._standing.discard(self._feeds.pop(handle, 0))
        self.receivers.pop(handle, None)
        self.unanswered.discard(handle)
