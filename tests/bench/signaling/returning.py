"""How long ten thousand pages need to come back after their node was killed and started again."""

import asyncio
import signal
import time
from typing import Any

from tests.bench.signaling.programs import Bed, running, start


async def measured(bed: Bed, sockets: int) -> dict[str, Any]:
    """Kill and restart, then restart in good order; seconds from the end of the old node."""
    found: dict[str, Any] = {"sockets": sockets // 2 * 2}
    async with running("ours", bed) as program:
        await program.ask("connect", rooms=sockets // 2)
        for way in (signal.SIGKILL, signal.SIGTERM):
            program.process.send_signal(way)
            await program.process.wait()
            began = time.perf_counter()
            program.process = await start("ours", bed, program.port)
            started = time.perf_counter() - began
            back = await program.ask("come_back", patience=60)
            seconds = time.perf_counter() - began
            found[way.name] = back | {"node_up": started, "all_back": seconds}
            await asyncio.sleep(1)
    return found
