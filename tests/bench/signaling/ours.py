"""Our node as it is, except that one socket may send more than thirty messages a second."""

import asyncio
import os
import sys
from dataclasses import replace

import uvloop

from signaling.__main__ import serve
from signaling.config import Limits, from_environment

if __name__ == "__main__":
    settings = from_environment({**os.environ, "SIGNALING_PORT": sys.argv[1]})
    # Counting goes on; only the measure is out of reach.
    limits = Limits(messages_a_second=1e9, burst=1e9)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        sys.exit(runner.run(serve(replace(settings, limits=limits))))
