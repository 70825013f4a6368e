"""Listens for rooms of three and more, and serves each of them as long as it lasts."""

import asyncio

import aiohttp
import orjson
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg

from signaling.media.call import Call, Invitation
from signaling.media.config import Settings
from signaling.media.janus import JanusError

# The server asks again every other second, so an invitation that is lost is only a delay.
SUBJECT = "media.enter"
RETRY_SECONDS = 1

log = structlog.get_logger()


class Bridge:
    """Every room that goes through the media server now."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._calls: dict[str, Call] = {}
        self._running: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Serve until cancelled."""
        client = Client()
        nats = self._settings.nats
        await client.connect(
            nats.url,
            user=nats.user,
            password=nats.password,
            name="media",
            max_reconnect_attempts=-1,
            reconnect_time_wait=RETRY_SECONDS,
        )
        timeout = aiohttp.ClientTimeout(total=None, connect=10)
        try:
            async with aiohttp.ClientSession(timeout=timeout) as http:

                async def invited(message: Msg) -> None:
                    self._invited(Invitation(**orjson.loads(message.data)), http)

                await client.subscribe(SUBJECT, cb=invited)
                log.info("ready")
                try:
                    await asyncio.Event().wait()
                finally:
                    await self._leave_all()
        finally:
            await client.close()

    def _invited(self, invitation: Invitation, http: aiohttp.ClientSession) -> None:
        call = self._calls.get(invitation.room)
        if call is not None:
            call.enter(invitation)
            return
        call = self._calls[invitation.room] = Call(self._settings, http)
        task = asyncio.create_task(self._serve(call, invitation))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _serve(self, call: Call, invitation: Invitation) -> None:
        try:
            await call.run(invitation)
        except* (JanusError, aiohttp.ClientError, OSError) as errors:
            why = sorted({type(error).__name__ for error in errors.exceptions})
            log.warning("media_server_lost", why=why)
        finally:
            del self._calls[invitation.room]

    async def _leave_all(self) -> None:
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
