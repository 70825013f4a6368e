"""What was measured, as tables that can be pasted into docs/benchmarks.md."""

from typing import Any

_TITLES = {
    "ours": "Trạm Xa",
    "bare": "bare aiohttp + uvloop + orjson",
    "peerserver": "PeerServer 1.0.2",
    "socketio": "socket.io 4.8.4",
    "floor": "picows + orjson",
}
_HEAD = (
    "| rooms | program | CPU µs a message (range) | ours ÷ this | messages/s"
    " | p99 ms, 100 on their way | p50 / p99 ms at 1,000/s | CPU at rest, 1 s |"
)


def of(found: dict[str, Any]) -> str:
    """Return everything that was measured."""
    parts = [_relay(found["relay"]), _layers(found["layers"])]
    if found["idle"]:
        parts.append(_idle(found["idle"]))
    if found["returning"]:
        parts.append(_returning(found["returning"]))
    loads = " → ".join(f"{found[key][0]:.1f}" for key in ("load_before", "load_after"))
    return "\n\n".join([*parts, f"Load of the machine: {loads}."])


def _relay(sizes: dict[int, dict[str, Any]]) -> str:
    lines = [_HEAD, "|--:|---|--:|--:|--:|--:|--:|--:|"]
    for rooms, programs in sizes.items():
        ours = programs["ours"]["cpu_us"]
        for name, one in programs.items():
            lines.append(
                f"| {rooms:,} | {_TITLES[name]} | {one['cpu_us']:.1f}"
                f" ({one['cpu_range']}) | {ours / one['cpu_us']:.2f}×"
                f" | {one['rate']:,.0f} | {one['full_p99']:.1f}"
                f" | {one['paced_p50']:.2f} / {one['paced_p99']:.1f}"
                f" | {one['rest_cpu'] * 1000:.0f} ms |"
            )
    return "\n".join(lines)


def _layers(steps: dict[str, float]) -> str:
    lines = ["| step | µs |", "|---|--:|"]
    return "\n".join(
        [*lines, *(f"| {name} | {us:.1f} |" for name, us in steps.items())]
    )


def _idle(programs: dict[str, Any]) -> str:
    lines = [
        "| program | sockets | kB a socket | entered a second |",
        "|---|--:|--:|--:|",
    ]
    for name, one in programs.items():
        lines.append(
            f"| {_TITLES[name]} | {one['sockets']:,} | {one['kb']:.1f}"
            f" | {one['connects_a_second']:,.0f} |"
        )
    return "\n".join(lines)


def _returning(found: dict[str, Any]) -> str:
    lines = [
        "| node ended by | sockets back | node up after s | all back after s | tries | refused |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for way in ("SIGKILL", "SIGTERM"):
        one = found[way]
        lines.append(
            f"| {way} | {one['back']:,} | {one['node_up']:.1f} | {one['all_back']:.1f}"
            f" | {one['attempts']:,} | {one['refused']} |"
        )
    return "\n".join(lines)
