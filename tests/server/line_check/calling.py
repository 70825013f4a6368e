"""A browser's end of a check, without a browser."""

import asyncio
import json

from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack


class Caller:
    """One end with a voice, an order channel and one for bulk."""

    def __init__(self) -> None:
        self.connection = RTCPeerConnection()
        self.connection.addTrack(AudioStreamTrack())
        self.control = self.connection.createDataChannel("control")
        self.bulk = self.connection.createDataChannel(
            "bulk", ordered=False, maxRetransmits=0
        )
        self.opened, self.heard = asyncio.Event(), asyncio.Event()
        self.told: asyncio.Queue[str] = asyncio.Queue()
        self.received = 0
        self.control.on("open", self.opened.set)
        self.control.on("message", self.told.put_nowait)
        self.bulk.on("message", self._count)
        self.connection.on("track", self._listen)
        self._listening: list[asyncio.Task] = []

    def _count(self, message) -> None:
        self.received += len(message)

    def _listen(self, track) -> None:
        async def hear():
            await track.recv()
            self.heard.set()

        self._listening.append(asyncio.create_task(hear()))

    async def offer(self) -> str:
        await self.connection.setLocalDescription(await self.connection.createOffer())
        return self.connection.localDescription.sdp

    async def take(self, sdp: str) -> None:
        await self.connection.setRemoteDescription(RTCSessionDescription(sdp, "answer"))
        async with asyncio.timeout(15):
            await self.opened.wait()

    async def count(self) -> dict:
        self.control.send("count")
        async with asyncio.timeout(10):
            return json.loads(await self.told.get())

    async def close(self) -> None:
        for task in self._listening:
            task.cancel()
        await self.connection.close()
