"""What was measured, as a table that can be pasted into docs/benchmarks.md."""

from tests.bench.line.errands import Done
from tests.bench.line.lines import LINES
from tests.bench.line.pair import Call
from tests.bench.line.readings import Side


def _late(call: Call) -> str:
    return f"{max(one['late_ms_p99'] for one in call.shaped.values()):.0f}"


def _voice(side: Side) -> str:
    unheard = side.voice is None and side.arrived is not None
    return "unheard" if unheard else _seconds(side.voice)


_COLUMNS = (
    ("line", lambda call: call.line),
    ("call", lambda call: call.kind),
    ("page s", lambda call: _seconds(call.page_load.get("first"))),
    ("voice s", lambda call: _both(call, _voice)),
    ("picture s", lambda call: _both(call, lambda side: _seconds(side.picture))),
    ("speech lost %", lambda call: _both(call, lambda side: _share(side.lost))),
    ("first 15 s %", lambda call: _both(call, lambda side: _share(side.lost_start))),
    ("after 10 s %", lambda call: _both(call, lambda side: _share(side.lost_settled))),
    ("concealed %", lambda call: _both(call, lambda side: _share(side.concealed))),
    ("packets lost %", lambda call: _both(call, lambda side: _share(side.packet_loss))),
    ("freezes", lambda call: _both(call, lambda side: str(side.freezes))),
    ("frozen s", lambda call: _both(call, lambda side: f"{side.frozen:.0f}")),
    ("frames/s", lambda call: _both(call, lambda side: f"{side.frames:.0f}")),
    ("kbit/s in", lambda call: _both(call, lambda side: f"{side.received:.0f}")),
    ("kbit/s out", lambda call: _both(call, lambda side: f"{side.sent:.0f}")),
    ("trip ms", lambda call: _both(call, lambda side: _whole(side.rtt))),
    ("MOS", lambda call: _both(call, lambda side: _tenth(side.mos))),
    ("limited by", lambda call: _both(call, lambda side: side.limited or "–")),
    ("level", lambda call: _both(call, lambda side: "→".join(side.levels) or "–")),
    ("load", lambda call: f"{call.load:.1f}"),
    ("CPU %", lambda call: f"{100 * call.busy:.0f}"),
    ("line late ms", _late),
)


_ERRANDS = (
    ("line", lambda call, _: call.line),
    ("call", lambda call, _: call.kind),
    ("what", lambda _, done: done.name),
    ("over after s", lambda _, done: _pair(done, _seconds)),
    ("speech lost %", lambda _, done: " / ".join(_share(one) for one in done.lost)),
)


def table(found: list[Call]) -> str:
    """Return one row a call, and one an errand; two values are those of station and hospital."""
    used = [LINES[name] for name in dict.fromkeys(call.line for call in found)]
    errands = [(call, done) for call in found for done in call.errands]
    calls = [[value(call) for _, value in _COLUMNS] for call in found]
    rows = [[value(*one) for _, value in _ERRANDS] for one in errands]
    return "\n".join(
        [
            *(f"- {line.name}: {line.title}" for line in used),
            *_rows([title for title, _ in _COLUMNS], calls),
            *_rows([title for title, _ in _ERRANDS], rows),
        ]
    )


def _rows(titles: list[str], rows: list[list[str]]) -> list[str]:
    if not rows:
        return []
    return ["", _row(titles), "|" + "---|" * len(titles), *(_row(one) for one in rows)]


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _pair(done: Done, value) -> str:
    return f"{value(done.station)} / {value(done.hospital)}"


def _both(call: Call, value) -> str:
    station, hospital = value(call.station), value(call.hospital)
    return f"{station} / {hospital}"


def _seconds(value: float | None) -> str:
    return "never" if value is None else f"{value:.2f}"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f}"


def _whole(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f}"


def _tenth(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"
