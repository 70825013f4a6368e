"""One socket: hello in time, heartbeat, one bounded queue with one writer."""

import asyncio
import time
from collections import deque

from aiohttp import ClientConnectionError, WSMsgType, web

from signaling.config import Limits
from signaling.handlers import acknowledged, handle
from signaling.hub import Hub
from signaling.messages import (
    MAX_MESSAGE_BYTES,
    CloseCode,
    Error,
    Hello,
    Incoming,
    Ping,
    Refused,
    encode,
    parse,
)
from signaling.replay import KEPT_BYTES, KEPT_MESSAGES
from signaling.seats import Seat


class Connection:
    """Reads and writes one socket; everything that matters outlives it."""

    def __init__(self, request: web.Request, hub: Hub, limits: Limits) -> None:
        self._request = request
        self._hub = hub
        self._limits = limits
        self._socket = web.WebSocketResponse(
            # A peer that does not answer a close is not waited for longer.
            timeout=1.0,
            max_msg_size=MAX_MESSAGE_BYTES + 1,
            compress=False,
            decode_text=False,
        )
        self._queue: deque[bytes] = deque()
        self._queued_bytes = 0
        self._wake = asyncio.Event()
        self._close_code: CloseCode | None = None
        self._writing_since: float | None = None
        self._heard = self._pinged = self._refilled = time.monotonic()
        self._allowance = limits.burst
        self._seat: Seat | None = None
        self._reading: asyncio.Timeout | None = None

    async def run(self) -> web.WebSocketResponse:
        """Serve the socket until either side ends it."""
        await self._socket.prepare(self._request)
        writer = asyncio.create_task(self._write())
        try:
            async with asyncio.timeout(self._limits.hello) as reading:
                self._reading = reading
                try:
                    await self._read()
                finally:
                    self._reading = None
        except TimeoutError:
            # Either hello was late, or close() has its reason and ended the reading.
            self.close(CloseCode.HELLO_LATE)
        finally:
            self.close(CloseCode.LEFT)
            if self._seat is not None:
                self._hub.drop(self._seat, self, time.monotonic())
            await writer
        await self._socket.close(code=self._close_code or CloseCode.LEFT)
        return self._socket

    def send(self, frame: bytes) -> None:
        """Queue one frame, or cut the socket off when the queue is full."""
        if self._close_code is not None:
            return
        self._queue.append(frame)
        self._queued_bytes += len(frame)
        if len(self._queue) > KEPT_MESSAGES or self._queued_bytes > KEPT_BYTES:
            self._cut_off()
        self._wake.set()

    def close(self, code: CloseCode) -> None:
        """End the socket after what is queued; the first reason counts."""
        if self._close_code is None:
            self._close_code = code
            self._hub.metrics.closes.labels(code.value).inc()
            self._wake.set()
            if self._reading is not None:
                self._reading.reschedule(asyncio.get_running_loop().time())

    def check(self, now: float) -> None:
        """Ping when it is time, and cut off what is stuck or silent."""
        stuck = (
            self._writing_since is not None
            and now - self._writing_since > self._limits.write
        )
        if stuck or now - self._heard > self._limits.dead:
            self._cut_off()
        elif self._seat is not None and now - self._pinged >= self._limits.ping:
            self._pinged = now
            self.send(encode(Ping(acknowledged(self._seat))))

    async def _read(self) -> None:
        first = await self._frame()
        if first is None or not self._take(first):
            return
        if self._reading is not None:
            self._reading.reschedule(None)
        with self._hub.metrics.sockets.track_inprogress():
            while (frame := await self._frame()) is not None and self._take(frame):
                pass

    async def _frame(self) -> bytes | None:
        message = await self._socket.receive()
        if message.type is WSMsgType.TEXT:
            self._heard = time.monotonic()
            # decode_text=False leaves the bytes as they came.
            return bytes(message.data)
        if message.type is WSMsgType.BINARY:
            self.close(CloseCode.BINARY)
        return None

    def _take(self, frame: bytes) -> bool:
        """Act on one frame; False means that nothing more will be read."""
        if self._close_code is not None:
            return False
        try:
            self._spend()
            message = parse(frame)
            if self._seat is None:
                self._seat = self._admit(message)
            else:
                handle(self._hub, self._seat, message)
        except Refused as refused:
            self._answer(refused)
        return self._close_code is None

    def _admit(self, message: Incoming) -> Seat:
        if not isinstance(message, Hello):
            raise Refused("hello_expected", "The first message must be hello.")
        return self._hub.admit(message, self, time.monotonic())

    def _answer(self, refused: Refused) -> None:
        self._hub.metrics.refusals.labels(refused.code).inc()
        self.send(encode(Error.of(refused)))
        if refused.close is not None:
            self.close(refused.close)
        elif self._seat is None:
            self.close(CloseCode.HELLO_LATE)

    def _spend(self) -> None:
        elapsed = self._heard - self._refilled
        self._refilled = self._heard
        earned = elapsed * self._limits.messages_a_second
        self._allowance = min(self._limits.burst, self._allowance + earned) - 1
        if self._allowance < 0:
            raise Refused(
                "too_fast", "Too many messages a second.", close=CloseCode.TOO_FAST
            )

    async def _write(self) -> None:
        try:
            while self._queue or self._close_code is None:
                await self._wake.wait()
                self._wake.clear()
                await self._write_queued()
        except ClientConnectionError:
            # The reader sees the same end; there is nothing more to write.
            self._queue.clear()

    async def _write_queued(self) -> None:
        while self._queue:
            frame = self._queue.popleft()
            self._queued_bytes -= len(frame)
            self._writing_since = time.monotonic()
            await self._socket.send_frame(frame, WSMsgType.TEXT)
            self._writing_since = None

    def _cut_off(self) -> None:
        self._queue.clear()
        self._queued_bytes = 0
        self._close_code = self._close_code or CloseCode.LEFT
        # A close frame would wait behind what the reader does not read.
        if self._request.transport is not None:
            self._request.transport.abort()
        self._wake.set()
