"""The laboratory in short: on a weak line the voice survives where plain WebRTC's does not."""

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PATIENCE = 400  # seconds; a run takes two and a half minutes on two free processors


@pytest.fixture(scope="module")
async def calls(tmp_path_factory) -> dict[tuple[str, str], dict]:
    """Two lines, both kinds of call, in a process and, as root, in a network of its own."""
    found = tmp_path_factory.mktemp("line") / "calls.json"
    wanted = {
        "LINES": "edge lastmile",
        "SECONDS": "15",
        "PAGES": "good",
        "BENCH_JSON": str(found),
    }
    laboratory = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.line.call"),
        cwd=ROOT,
        env=os.environ | wanted,
    )
    try:
        async with asyncio.timeout(PATIENCE):
            assert await laboratory.wait() == 0
    finally:
        if laboratory.returncode is None:
            laboratory.terminate()
            await laboratory.wait()
    return {(one["line"], one["kind"]): one for one in json.loads(found.read_text())}


@pytest.mark.parametrize("end", ["station", "hospital"])
async def test_the_last_mile_carries_our_voice_and_not_the_plain_one(calls, end):
    ours, plain = calls["lastmile", "ours"][end], calls["lastmile", "plain"][end]
    assert ours["voice"] is not None
    # Above a fifth nobody can follow; a call that was never heard lost everything.
    assert ours["lost_settled"] < 0.2
    assert ours["lost"] < (1.0 if plain["lost"] is None else plain["lost"]) / 2


@pytest.mark.parametrize("end", ["station", "hospital"])
async def test_on_the_edge_our_voice_comes_sooner_and_loses_less(calls, end):
    ours, plain = calls["edge", "ours"][end], calls["edge", "plain"][end]
    assert ours["voice"] < plain["voice"]
    assert ours["lost"] <= plain["lost"]
