"""The relay refuses to reach its own machine, so this call has a network of its own."""

import asyncio
import os
import shutil
import sys
from pathlib import Path

import pytest

# Public as far as the relay's rules go, and known to no network but the one made here.
RELAY_ADDRESS = "9.9.9.9"
APART = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "-r", "--net"]
NETWORK = f"""set -e
ip link set lo up
ip link add near type veth peer name far
ip link set near up
ip link set far up
ip address add {RELAY_ADDRESS}/24 dev near
"""


async def apart(script: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        *(*APART, "sh", "-c", NETWORK + script),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    return process.returncode or 0, output.decode()


async def test_a_call_through_the_relay_alone_over_udp_and_tcp():
    for program in ("unshare", "ip"):
        if not shutil.which(program):
            pytest.skip(f"{program} is missing; run: sudo apt-get install iproute2")
    status, why = await apart("")
    if status:
        pytest.skip(
            f"needs leave to make a network namespace with a veth pair ({' '.join(APART)}"
            f" as root, or unprivileged user namespaces): {why.strip()}"
        )
    inner = Path(__file__).with_name("relayed_call.py")
    status, output = await apart(
        f"{sys.executable} -m pytest -q -p no:cacheprovider {inner}"
    )
    assert status == 0, output
    assert "2 passed" in output
