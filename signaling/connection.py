"""One socket: hello in time, heartbeat, and never more waiting for it than is kept."""

import asyncio
import time
from typing import cast

from aiohttp import WSMsgType, web

from signaling.config import Limits
from signaling.deflate import DEFLATE_OVER, Unreadable, deflate, inflate
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
from signaling.replay import KEPT_BYTES
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
        # Frames go straight to it: a task that writes would cost more than the writing.
        self._transport = cast("asyncio.Transport", request.transport)
        self._written = self._taken = 0
        self._close_code: CloseCode | None = None
        self._heard = self._pinged = self._refilled = self._moved = time.monotonic()
        self._allowance = limits.burst
        self._seat: Seat | None = None
        self._deflates = False
        self._reading: asyncio.Timeout | None = None

    async def run(self) -> web.WebSocketResponse:
        """Serve the socket until either side ends it."""
        await self._socket.prepare(self._request)
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
        await self._socket.close(code=self._close_code or CloseCode.LEFT)
        return self._socket

    def send(self, frame: bytes) -> None:
        """Write one frame, or cut the socket off when too much is waiting already."""
        if self._close_code is not None or self._transport.is_closing():
            return
        if self._deflates and len(frame) > DEFLATE_OVER:
            written = framed(deflate(frame), WSMsgType.BINARY)
        else:
            written = framed(frame, WSMsgType.TEXT)
        if self._transport.get_write_buffer_size() + len(written) > KEPT_BYTES:
            self._cut_off()
            return
        self._written += len(written)
        self._transport.write(written)

    def close(self, code: CloseCode) -> None:
        """End the socket after what is queued; the first reason counts."""
        if self._close_code is None:
            self._close_code = code
            self._hub.metrics.closes.labels(code.value).inc()
            if self._reading is not None:
                self._reading.reschedule(asyncio.get_running_loop().time())

    def check(self, now: float) -> None:
        """Ping when it is time, and cut off what is stuck or silent."""
        if self._transport.is_closing():
            return
        waiting = self._transport.get_write_buffer_size()
        if waiting == 0 or self._written - waiting > self._taken:
            self._taken, self._moved = self._written - waiting, now
        stuck = now - self._moved > self._limits.write
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
            self._heard = time.monotonic()
            try:
                return inflate(message.data)
            except Unreadable as unreadable:
                self.close(unreadable.code)
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
        self._deflates = message.deflate
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

    def _cut_off(self) -> None:
        self._close_code = self._close_code or CloseCode.LEFT
        # A close frame would wait behind what the reader does not read.
        self._transport.abort()


def framed(payload: bytes, kind: WSMsgType) -> bytes:
    """Put a server's frame header (RFC 6455, 5.2) before one whole message."""
    length = len(payload)
    if length < 126:  # noqa: PLR2004
        return b"%c%c%b" % (0x80 | kind, length, payload)
    if length < 1 << 16:
        return b"%c\x7e%b%b" % (0x80 | kind, length.to_bytes(2, "big"), payload)
    return b"%c\x7f%b%b" % (0x80 | kind, length.to_bytes(8, "big"), payload)
