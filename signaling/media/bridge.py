"""Listens for rooms of three and more, and serves each of them as long as it lasts."""

import asyncio

import aiohttp
import orjson
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg

from signaling.media.call import Call, Invitation
from signaling.media.config import Settings

# The server asks again every other second, so an invitation that is lost is only a delay.
SUBJECT = "media.enter"
RETRY_SECONDS = 1
# The server may believe for minutes that three are there, and another bridge may be there for ever.
AVOID_SECONDS = 30

log = structlog.get_logger()


class Bridge:
    """Every room that goes through the media server now."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._calls: dict[str, Call] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._avoided: set[str] = set()

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
        async with aiohttp.ClientSession(timeout=timeout) as http:

            async def invited(message: Msg) -> None:
                self.invited(Invitation(**orjson.loads(message.data)), http)

            try:
                await client.subscribe(SUBJECT, cb=invited)
                log.info("ready")
                await asyncio.Event().wait()
            finally:
                # In this order, so that nothing begins while all ends.
                await client.close()
                await self.leave_all()

    def invited(self, invitation: Invitation, http: aiohttp.ClientSession) -> None:
        """Enter a room, or return to a seat in it; one that we have just left is let be."""
        call = self._calls.get(invitation.room)
        if call is not None:
            call.enter(invitation)
        elif invitation.room not in self._avoided:
            call = self._calls[invitation.room] = Call(self._settings, http)
            task = asyncio.create_task(self._serve(call, invitation))
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def leave_all(self) -> None:
        """Let every room go in good order."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _serve(self, call: Call, invitation: Invitation) -> None:
        room = invitation.room
        try:
            await call.run(invitation)
        except* Exception as errors:  # noqa: BLE001 - of one room, and the others go on
            why = sorted({type(error).__name__ for error in errors.exceptions})
            log.warning("media_server_lost", why=why)
        finally:
            del self._calls[room]
            if call.is_to_be_avoided:
                self._avoided.add(room)
                loop = asyncio.get_running_loop()
                loop.call_later(AVOID_SECONDS, self._avoided.discard, room)
