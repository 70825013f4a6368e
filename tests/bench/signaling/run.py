"""`make bench-signaling`: our node beside four others, in turns, in one run."""

import asyncio
import os
import sys
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from statistics import median
from typing import Any

import orjson

from server.embedded.nats import EmbeddedNats
from signaling.tickets import new_key_pair_pem
from tests.bench.signaling import layers, returning, table
from tests.bench.signaling.programs import NAMES, Bed, Program, running

SIZES = [int(one) for one in os.environ.get("BENCH_ROOMS", "100 1000 8000").split()]
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "3"))
IDLE = int(os.environ.get("BENCH_IDLE", "19800"))
RETURNING = int(os.environ.get("BENCH_RETURNING", "10000"))
WINDOW = 100
RATE = 1000


async def relayed(bed: Bed, rooms: int) -> dict[str, Any]:
    """Every program at this size, in turns; medians over the rounds."""
    async with AsyncExitStack() as stack:
        programs = [await stack.enter_async_context(running(n, bed)) for n in NAMES]
        for one in programs:
            await one.ask("connect", rooms=rooms)
            await one.ask("saturate", seconds=1, window=WINDOW)
        rounds = []
        for number in range(ROUNDS):
            # Another one begins each time: what the first leaves warm is no gift.
            turn = programs[number % len(programs) :] + programs[: number % len(NAMES)]
            rounds.append({one.name: await measure(one) for one in turn})
            say(f"{rooms} rooms, round {number + 1}: {brief(rounds[-1])}")
        return {
            name: {
                key: median(one[name][key] for one in rounds) for key in rounds[0][name]
            }
            | {"cpu_range": spread(one[name]["cpu_us"] for one in rounds)}
            for name in NAMES
        }


async def measure(program: Program) -> dict[str, float]:
    """One turn: as fast as it goes, then a thousand a second, then at rest."""
    before = program.cpu()
    full = await program.ask("saturate", seconds=SECONDS, window=WINDOW)
    cpu = program.cpu() - before
    paced = await program.ask("pace", seconds=SECONDS, rate=RATE)
    before = program.cpu()
    await asyncio.sleep(1)
    return {
        "cpu_us": cpu / full["delivered"] * 1e6,
        "wall_us": full["seconds"] / full["messages"] * 1e6,
        "rate": full["messages"] / full["seconds"],
        "full_p99": full["p99"],
        "paced_p50": paced["p50"],
        "paced_p99": paced["p99"],
        "rest_cpu": program.cpu() - before,
        "closed": full["closed"] + paced["closed"],
    }


async def idle(bed: Bed) -> dict[str, Any]:
    """Resident memory for each socket of many that do nothing."""
    found = {}
    for name in NAMES:
        async with running(name, bed) as program:
            before = program.memory()
            opened = await program.ask("connect", rooms=IDLE // 2)
            await asyncio.sleep(1)
            grown = program.memory() - before
            found[name] = {
                "sockets": IDLE // 2 * 2,
                "kb": grown / (IDLE // 2 * 2) / 1000,
                "connects_a_second": IDLE // 2 * 2 / opened["seconds"],
            }
            say(f"idle {name}: {found[name]}")
    return found


def spread(values: Any) -> str:
    ordered = sorted(values)
    return f"{ordered[0]:.0f}–{ordered[-1]:.0f}"


def brief(one: dict[str, dict[str, float]]) -> str:
    return ", ".join(f"{name} {found['cpu_us']:.0f} µs" for name, found in one.items())


def say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)  # noqa: T201


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        private, public = new_key_pair_pem()
        (base / "private.pem").write_bytes(private)
        (base / "public.pem").write_bytes(public)
        nats = EmbeddedNats(
            data_dir=base / "nats", secrets_dir=base / "secrets", log_dir=base / "log"
        )
        async with nats as bus:
            bed = Bed(bus.url, base / "public.pem", base / "private.pem")
            found: dict[str, Any] = {"load_before": os.getloadavg()}
            found["relay"] = {rooms: await relayed(bed, rooms) for rooms in SIZES}
            found["layers"] = layers.measured()
            found["idle"] = await idle(bed) if IDLE else {}
            found["returning"] = (
                await returning.measured(bed, RETURNING) if RETURNING else {}
            )
            found["load_after"] = os.getloadavg()
    print(table.of(found))  # noqa: T201
    if path := os.environ.get("BENCH_JSON"):
        text = orjson.dumps(found, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS)
        await asyncio.to_thread(Path(path).write_bytes, text)


if __name__ == "__main__":
    asyncio.run(main())
