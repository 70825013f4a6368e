"""The Janus API over one WebSocket: requests with their answers, events by handle."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Self

import aiohttp
import orjson

PLUGIN = "janus.plugin.videoroom"
ANSWER_SECONDS = 10
# Janus forgets a session that says nothing for a minute.
KEEP_ALIVE_SECONDS = 20

Message = dict[str, Any]


class JanusError(Exception):
    """The media server refused, or does not answer; never holds what was said to it."""


class Janus:
    """One session with the media server; it lasts as long as its socket."""

    def __init__(
        self, socket: aiohttp.ClientWebSocketResponse, secret: str | None
    ) -> None:
        self._socket = socket
        self._secret = secret
        self._session: int | None = None
        self._waiting: dict[str, tuple[asyncio.Future[Message], bool]] = {}
        self._listeners: dict[int, Callable[[Message], None]] = {}
        # Of no group: it reads on while others are cancelled, so that we can part in good order.
        self._reading = asyncio.create_task(self._read_all())

    @classmethod
    @asynccontextmanager
    async def connect(
        cls, http: aiohttp.ClientSession, url: str, secret: str | None
    ) -> AsyncIterator[Self]:
        """Open a socket; the session and all that hangs on it ends with it."""
        async with http.ws_connect(url, protocols=["janus-protocol"]) as socket:
            janus = cls(socket, secret)
            try:
                yield janus
            finally:
                janus._reading.cancel()

    async def gone(self) -> None:
        """Wait until the media server has gone, which raises."""
        await asyncio.shield(self._reading)
        raise JanusError("The media server has gone.")

    async def begin(self) -> None:
        """Open the session."""
        self._session = (await self._ask("create"))["data"]["id"]

    async def keep_alive(self) -> None:
        """Say that we are still here, until the media server is not."""
        while True:
            await asyncio.sleep(KEEP_ALIVE_SECONDS)
            await self._ask("keepalive", takes_ack=True)

    async def attach(self, name: str, listen: Callable[[Message], None]) -> int:
        """Open a handle on the video rooms; `listen` is told what nobody asked for."""
        answer = await self._ask("attach", None, {"plugin": PLUGIN, "opaque_id": name})
        handle: int = answer["data"]["id"]
        self._listeners[handle] = listen
        return handle

    async def detach(self, handle: int) -> None:
        """Close a handle with whatever hangs on it."""
        self._listeners.pop(handle, None)
        await self._ask("detach", handle)

    async def message(
        self, handle: int, body: Message, jsep: Message | None = None
    ) -> Message:
        """Ask the video rooms for something and return all that comes back."""
        described = {} if jsep is None else {"jsep": jsep}
        answer = await self._ask("message", handle, {"body": body} | described)
        data = answer.get("plugindata", {}).get("data", {})
        if "error_code" in data:
            raise JanusError(f"The video room refused with {data['error_code']}.")
        return answer

    async def trickle(self, handle: int, candidates: list[Message]) -> None:
        """Pass on where a page can be reached."""
        fields = {"candidates": candidates}
        await self._ask("trickle", handle, fields, takes_ack=True)

    async def _ask(
        self,
        kind: str,
        handle: int | None = None,
        fields: Message | None = None,
        *,
        takes_ack: bool = False,
    ) -> Message:
        transaction = secrets.token_urlsafe(12)
        future: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._waiting[transaction] = (future, takes_ack)
        told = {
            "session_id": self._session,
            "handle_id": handle,
            "apisecret": self._secret,
        }
        known = {name: value for name, value in told.items() if value is not None}
        order = {"janus": kind, "transaction": transaction} | known
        order |= fields or {}
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._socket.send_str(orjson.dumps(order).decode())
                answer = await future
        except (TimeoutError, ConnectionError) as error:
            raise JanusError(f"No answer to {kind}.") from error
        finally:
            del self._waiting[transaction]
        if answer["janus"] == "error":
            raise JanusError(f"Refused {kind} with {answer['error']['code']}.")
        return answer

    async def _read_all(self) -> None:
        async for frame in self._socket:
            if frame.type is aiohttp.WSMsgType.TEXT:
                self._read(orjson.loads(frame.data))

    def _read(self, message: Message) -> None:
        future, takes_ack = self._waiting.get(
            message.get("transaction", ""), (None, False)
        )
        if future is None:
            listen = self._listeners.get(message.get("sender", 0))
            if listen is not None:
                listen(message)
        elif not future.done() and (takes_ack or message["janus"] != "ack"):
            future.set_result(message)
