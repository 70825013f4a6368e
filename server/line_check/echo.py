"""The peer that a check calls: one process for one check, with no secret and no database.

Started by `echoes.py`: an offer comes as a line on standard input, the answer goes out as a
line, and the process ends with the call, with its parent, or after `MOST_SECONDS`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import sys
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.contrib.media import MediaBlackhole
from av import AudioFrame, AudioResampler, CodecContext, Packet
from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiortc import RTCDataChannel

MOST_SECONDS = 75
# What a call of ours sends: 20 ms of mono voice at about 28 kbit/s, with FEC.
_RATE, _FRAME, _BITS = 48_000, 960, 28_000
_CHUNK = b"\0" * 1100
_PUMP_SECONDS = 5.0
# 4 Mbit/s: a picture is no trouble then, and more would only cost the station money.
_MOST_A_SECOND = 500_000
_BUFFERED = 16 * 1024
_CANDIDATE = re.compile(r"a=(?:candidate:|end-of-candidates).*\r?\n")
_ADDRESS = re.compile(r"(a=candidate:\S+ 1 udp \d+ )\S+( \d+ typ host)")


class VoiceBack(MediaStreamTrack):
    """The voice that came, encoded again as thinly as a call of ours would."""

    kind = "audio"

    def __init__(self, source: MediaStreamTrack) -> None:
        super().__init__()
        self._source = source
        self._resampler = AudioResampler("s16", "mono", _RATE, _FRAME)
        self._encoder: Any = CodecContext.create("libopus", "w")
        self._encoder.bit_rate = _BITS
        self._encoder.format = "s16"
        self._encoder.layout = "mono"
        self._encoder.sample_rate = _RATE
        self._encoder.time_base = Fraction(1, _RATE)
        self._encoder.options = {"application": "voip", "fec": "1", "packet_loss": "10"}
        self._ready: list[Packet[Any]] = []
        self._at = 0

    @override
    async def recv(self) -> Packet[Any]:
        """Return the next packet; raises MediaStreamError when the voice has ended."""
        while not self._ready:
            frame = await self._source.recv()
            if isinstance(frame, AudioFrame):
                for part in self._resampler.resample(frame):
                    self._ready += self._encoder.encode(part)
        packet = self._ready.pop(0)
        packet.pts, packet.time_base = self._at, Fraction(1, _RATE)
        self._at += _FRAME
        return packet


class Meter:
    """What came over the data channel, by the clock of this end."""

    def __init__(self) -> None:
        self._began = self._last = 0.0
        self._bytes = 0

    def take(self, size: int) -> None:
        """Count one message; the first only starts the clock."""
        moment = asyncio.get_running_loop().time()
        if not self._began:
            self._began = moment
        else:
            self._bytes += size
        self._last = moment

    def told(self) -> dict[str, float]:
        """Return what has come, and forget it."""
        told = {"bytes": self._bytes, "seconds": round(self._last - self._began, 3)}
        self._began = self._last = 0.0
        self._bytes = 0
        return told


class Echo:
    """One call: the voice goes back, messages are counted, and bytes are sent on request."""

    def __init__(self) -> None:
        self.ended = asyncio.Event()
        self._connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._sink = MediaBlackhole()
        self._meter = Meter()
        self._bulk: RTCDataChannel | None = None
        self._pump: asyncio.Task[None] | None = None
        self._connection.on("track", self._on_track)
        self._connection.on("datachannel", self._on_channel)
        self._connection.on("connectionstatechange", self._on_state)

    async def answer(self, offer: str) -> str:
        """Return the answer with every candidate in it; raises ValueError on nonsense.

        Whom the offer names is not called: this end speaks to whoever reaches it and knows
        the password, so nobody can point it at somebody else.
        """
        await self._connection.setRemoteDescription(
            RTCSessionDescription(_CANDIDATE.sub("", offer), "offer")
        )
        await self._sink.start()
        await self._connection.setLocalDescription(
            await self._connection.createAnswer()
        )
        return self._connection.localDescription.sdp

    async def close(self) -> None:
        """End the call and everything that belongs to it."""
        if self._pump is not None:
            self._pump.cancel()
        await self._sink.stop()
        await self._connection.close()

    def _on_track(self, track: MediaStreamTrack) -> None:
        if track.kind == "audio":
            self._connection.addTrack(VoiceBack(track))
        else:
            self._sink.addTrack(track)  # what nobody reads would pile up

    def _on_state(self) -> None:
        if self._connection.connectionState in {"failed", "closed"}:
            self.ended.set()

    def _on_channel(self, channel: RTCDataChannel) -> None:
        if channel.label == "bulk":
            self._bulk = channel
            channel.on("message", lambda message: self._meter.take(len(message)))
            return

        def on_message(message: str | bytes) -> None:
            self._on_order(channel, message)

        channel.on("message", on_message)

    def _on_order(self, channel: RTCDataChannel, message: str | bytes) -> None:
        if message == "count":
            channel.send(json.dumps(self._meter.told()))
        elif message == "send" and self._bulk is not None and self._pump is None:
            self._pump = asyncio.create_task(self._send_bulk(self._bulk))
        elif message == "end":
            self.ended.set()

    async def _send_bulk(self, channel: RTCDataChannel) -> None:
        clock = asyncio.get_running_loop().time
        began, sent = clock(), 0
        while (passed := clock() - began) < _PUMP_SECONDS:
            if channel.readyState != "open":
                return
            if channel.bufferedAmount > _BUFFERED or sent > passed * _MOST_A_SECOND:
                await asyncio.sleep(0.005)
                continue
            channel.send(_CHUNK)
            sent += len(_CHUNK)


class NarrowLoop(asyncio.SelectorEventLoop):
    """A loop whose UDP sockets lie between two ports, so that a firewall can know them."""

    ports: tuple[int, int] | None = None

    @override
    async def create_datagram_endpoint(  # type: ignore[override]
        self, protocol_factory: Callable[[], Any], **options: Any
    ) -> Any:
        """Open a socket on the first port that is free; raises OSError when none is."""
        address = options.pop("local_addr", None)
        if self.ports is None or address is None or address[1]:
            return await super().create_datagram_endpoint(
                protocol_factory, local_addr=address, **options
            )
        for port in range(self.ports[0], self.ports[1] + 1):
            with contextlib.suppress(OSError):
                return await super().create_datagram_endpoint(
                    protocol_factory, local_addr=(address[0], port), **options
                )
        raise OSError("No free port for a line check")


def announced(sdp: str, address: str) -> str:
    """Return the answer with this address in place of those of the machine."""
    if not address:
        return sdp
    seen: list[str] = []
    for line in sdp.splitlines(keepends=True):
        changed = _ADDRESS.sub(rf"\g<1>{address}\g<2>", line)
        if changed == line and line.startswith("a=candidate:"):
            continue
        if changed not in seen or not line.startswith("a=candidate:"):
            seen.append(changed)
    return "".join(seen)


async def main() -> None:
    """Answer the one offer, then stay until the call is over."""
    lines = asyncio.StreamReader(limit=64 * 1024)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(lines), sys.stdin.buffer
    )
    asked = json.loads(await lines.readline())
    if isinstance(loop, NarrowLoop) and asked["ports"]:
        loop.ports = (asked["ports"][0], asked["ports"][1])
    echo = Echo()
    parent_gone = asyncio.create_task(lines.read())
    over = asyncio.create_task(echo.ended.wait())
    try:
        sdp = announced(await echo.answer(asked["sdp"]), asked["address"])
        sys.stdout.write(json.dumps({"sdp": sdp}) + "\n")
        sys.stdout.flush()
        await asyncio.wait(
            {parent_gone, over},
            timeout=MOST_SECONDS,
            return_when=asyncio.FIRST_COMPLETED,
        )
    finally:
        parent_gone.cancel()
        over.cancel()
        await echo.close()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=NarrowLoop) as runner:
        runner.run(main())
