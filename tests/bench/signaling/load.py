"""The pages of all rooms in one process; does what it is told on its standard input.

Every order is one line of JSON and is answered by one: connect, saturate, pace, come_back.
"""

import asyncio
import itertools
import random
import secrets
import sys
import time
from collections import deque
from pathlib import Path
from typing import Any

import orjson
import uvloop
from picows import WSError, WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from tests.bench.signaling.speech import ORIGIN, SPEECHES, OurSpeech, Speech

AT_ONCE = 64
SOURCES = 8
BACKOFF = (0.3, 0.6, 1.2, 2.5, 5.0)


class Page(WSListener):
    """One socket of one side of a room."""

    def __init__(self, speech: Speech, load: "Load") -> None:
        self.speech = speech
        self.load = load
        self.transport: WSTransport | None = None
        self.entered = asyncio.get_running_loop().create_future()
        speech.ready = self._ready

    def _ready(self) -> None:
        if not self.entered.done():
            self.entered.set_result(None)

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport
        greeting = self.speech.greeting()
        if greeting is not None:
            transport.send(WSMsgType.TEXT, greeting)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type is not WSMsgType.TEXT:
            self.load.closed += frame.msg_type is WSMsgType.CLOSE
            return
        if b'"type":"error"' in frame.get_payload_as_bytes()[-80:]:
            self.load.refused += 1
        arrived, answer = self.speech.hear(frame.get_payload_as_bytes())
        if answer is not None:
            transport.send(WSMsgType.TEXT, answer)
        if arrived:
            self.load.arrived(self)

    def on_ws_disconnected(self, _transport: WSTransport) -> None:
        self.transport = None
        if self.entered.done():
            self.load.lost.add(asyncio.create_task(self._return()))

    async def _return(self) -> None:
        """Come back as web_client/js/call/signaling.js does, with a new ticket each time."""
        for attempt in itertools.count():
            pause = BACKOFF[min(attempt, len(BACKOFF) - 1)]
            await asyncio.sleep(pause * (0.5 + random.random() / 2))  # noqa: S311
            self.entered = asyncio.get_running_loop().create_future()
            self.load.attempts += 1
            try:
                await self.load.open(self)
            except (OSError, TimeoutError, WSError):
                continue
            return

    def say(self) -> None:
        assert self.transport is not None
        self.transport.send(WSMsgType.TEXT, self.speech.message())


class Load:
    """Two pages a room; of each room at most one message is on its way."""

    def __init__(self, program: str, port: int) -> None:
        self.program, self.port = program, port
        self.rooms: list[tuple[Page, Page]] = []
        self.sent_at: dict[str, float] = {}
        self.free: deque[int] = deque()
        self.room_of: dict[str, int] = {}
        self.turn: dict[int, int] = {}
        self.times: list[float] = []
        self.closed = 0
        self.refill = False
        self.count = 0
        self.lost: set[asyncio.Task[None]] = set()
        self.attempts = 0
        self.refused = 0

    async def connect(self, rooms: int) -> dict[str, Any]:
        began = time.perf_counter()
        gate = asyncio.Semaphore(AT_ONCE)
        await asyncio.gather(
            *(self._room(gate) for _ in range(rooms - len(self.rooms)))
        )
        return {"rooms": len(self.rooms), "seconds": time.perf_counter() - began}

    async def _room(self, gate: asyncio.Semaphore) -> None:
        room = secrets.token_urlsafe(18)
        kind = SPEECHES[self.program]
        pair = [kind(secrets.token_urlsafe(18), room) for _ in range(2)]
        pair[0].other, pair[1].other = pair[1], pair[0]
        pages = [Page(one, self) for one in pair]
        for page in pages:
            async with gate:
                await self.open(page)
        number = len(self.rooms)
        self.rooms.append((pages[0], pages[1]))
        for page in pages:
            self.room_of[page.speech.name] = number
        self.turn[number] = 0
        self.free.append(number)

    async def open(self, page: Page) -> None:
        url = f"ws://127.0.0.1:{self.port}{page.speech.path()}"
        await ws_connect(
            lambda: page,
            url,
            extra_headers={"Origin": ORIGIN},
            local_addr=(f"127.0.1.{secrets.randbelow(SOURCES) + 1}", 0),
            websocket_handshake_timeout=30,
        )
        await asyncio.wait_for(page.entered, 30)

    async def come_back(self, patience: float) -> dict[str, Any]:
        """Wait until everybody who was cut off is inside again."""
        async with asyncio.timeout(patience):
            while any(not one.done() for one in self.lost):
                await asyncio.wait(self.lost)
        back, self.lost = len(self.lost), set()
        return {"back": back, "attempts": self.attempts, "refused": self.refused}

    def send_next(self) -> bool:
        if not self.free:
            return False
        number = self.free.popleft()
        side = self.turn[number]
        self.turn[number] = 1 - side
        sender, receiver = self.rooms[number][side], self.rooms[number][1 - side]
        self.sent_at[receiver.speech.name] = time.perf_counter()
        sender.say()
        return True

    def arrived(self, page: Page) -> None:
        sent = self.sent_at.pop(page.speech.name, None)
        if sent is None:
            return
        self.count += 1
        self.times.append(time.perf_counter() - sent)
        self.free.append(self.room_of[page.speech.name])
        if self.refill:
            self.send_next()

    async def saturate(self, seconds: float, window: int) -> dict[str, Any]:
        """Keep `window` messages on their way."""
        self._begin()
        self.refill = True
        for _ in range(window):
            self.send_next()
        await asyncio.sleep(seconds)
        self.refill = False
        return await self._end()

    async def pace(self, seconds: float, rate: int) -> dict[str, Any]:
        """Send so many a second, whatever comes of them."""
        self._begin()
        due = time.perf_counter()
        until = due + seconds
        while due < until:
            now = time.perf_counter()
            while due <= now:
                self.send_next()
                due += 1 / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
        return await self._end()

    def _begin(self) -> None:
        self.times, self.count = [], 0
        self.began = time.perf_counter()

    async def _end(self) -> dict[str, Any]:
        seconds = time.perf_counter() - self.began
        count = self.count
        async with asyncio.timeout(20):
            while self.sent_at:  # noqa: ASYNC110 - the hot path sets no event
                await asyncio.sleep(0.01)
        times = sorted(self.times)
        return {
            "messages": count,
            "delivered": self.count,
            "seconds": seconds,
            "p50": times[len(times) // 2] * 1000,
            "p99": times[int(len(times) * 0.99)] * 1000,
            "closed": self.closed,
        }


async def main(program: str, port: int, key_file: str) -> None:
    OurSpeech.key_file = Path(key_file)
    load = Load(program, port)
    orders = {
        "connect": load.connect,
        "saturate": load.saturate,
        "pace": load.pace,
        "come_back": load.come_back,
    }
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    while line := await reader.readline():
        order = orjson.loads(line)
        answer = await orders[order.pop("do")](**order)
        print(orjson.dumps(answer).decode(), flush=True)  # noqa: T201


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
