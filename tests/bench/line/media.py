"""The bridge to a media server, which may run or not."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.bench.line.beds import Bed
from tests.bench.line.namespaces import ROOT
from tests.janus import Janus


@asynccontextmanager
async def bridge(bed: Bed, janus: Janus, nats_url: str) -> AsyncIterator[None]:
    """Run the bridge; without a Janus it waits, and calls of three go directly."""
    settings = {
        "JANUS_URL": janus.url,
        "JANUS_API_SECRET_FILE": str(janus.secret_file),
        "SIGNALING_ORIGINS": bed.url("pages"),
        "NATS_URL": nats_url,
        "SSL_CERT_FILE": str(bed.folder / "certificate.pem"),
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "signaling.media"),
        cwd=ROOT,
        env=os.environ | settings,
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        process.terminate()
        await process.wait()
