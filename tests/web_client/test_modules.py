"""The pure modules of the browser, tested by Node's own runner as tables."""

import asyncio
import os
import shutil
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
# Where there is no Node on the machine, the set-up puts one beside Python.
PATH = os.pathsep.join([os.environ["PATH"], f"{sys.prefix}/node"])


@pytest.mark.parametrize("file", sorted(one.name for one in HERE.glob("*.test.mjs")))
async def test_module_keeps_its_table(file):
    node = shutil.which("node", path=PATH)
    assert node, "Node is missing; run bin/setup test"
    run = await asyncio.create_subprocess_exec(
        node,
        "--test",
        file,
        cwd=HERE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await run.communicate()
    assert run.returncode == 0, said.decode()
