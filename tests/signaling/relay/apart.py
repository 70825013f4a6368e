"""The relay refuses to reach its own machine, so what goes through it has a network of its own."""

import asyncio
import os
import shutil
import sys
from pathlib import Path

import pytest

# Public as far as the relay's rules go, and known to no network but the one made here.
PUBLIC_ADDRESSES = ("9.9.9.9", "9.9.9.10")
APART = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "-r", "--net"]
NETWORK = """set -e
ip link set lo up
ip link add near type veth peer name far
ip link set near up
ip link set far up
""" + "".join(f"ip address add {one}/24 dev near\n" for one in PUBLIC_ADDRESSES)


async def run_apart(inner: Path) -> str:
    """Run a file of tests there; return what it printed, or skip where that cannot be."""
    for program in ("unshare", "ip"):
        if not shutil.which(program):
            pytest.skip(f"{program} is missing; run: sudo apt-get install iproute2")
    status, why = await _run("")
    if status:
        pytest.skip(
            f"needs leave to make a network namespace with a veth pair ({' '.join(APART)}"
            f" as root, or unprivileged user namespaces): {why.strip()}"
        )
    status, output = await _run(
        f"{sys.executable} -m pytest -q -rP -p no:cacheprovider {inner}"
    )
    assert status == 0, output
    return output


async def _run(script: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        *(*APART, "sh", "-c", NETWORK + script),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    return process.returncode or 0, output.decode()
