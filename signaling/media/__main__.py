"""`python -m signaling.media`: run the bridge to the media server until SIGTERM or SIGINT."""

import asyncio
import signal
import sys

from signaling.__main__ import configure_log, new_event_loop
from signaling.config import BadSetting
from signaling.media.bridge import Bridge
from signaling.media.config import Settings, from_environment


def main() -> int:
    """Read the settings and serve; a bad one ends in a sentence, not a trace."""
    configure_log()
    try:
        settings = from_environment()
    except BadSetting as bad:
        sys.stderr.write(f"media: {bad}\n")
        return 2
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(serve(settings))
    return 0


async def serve(settings: Settings) -> None:
    """Run the bridge until told to stop, then let every room go in good order."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    bridge = asyncio.create_task(Bridge(settings).run())
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait({bridge, stopped}, return_when=asyncio.FIRST_COMPLETED)
    if bridge.done():
        await bridge
    bridge.cancel()
    await asyncio.wait({bridge})


if __name__ == "__main__":
    sys.exit(main())
