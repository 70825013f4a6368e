"""What was measured, as a table that can be pasted into docs/benchmarks.md."""

from dataclasses import dataclass

from tests.bench.replay import Plan

_GOAL_MS = 30.0
_HEAD = (
    "| rows | page | p10 ms | p50 ms | p95 ms | SQL alone p10 / p50 / p95 | page ÷ SQL"
    " | empty page p50 / p95 | page − empty | server's CPU | queries | kB | big tables read whole |"
)


@dataclass(frozen=True)
class Measured:
    """Milliseconds of a page, of its statements alone and of an empty page."""

    rows: int
    page: str
    p10: float
    p50: float
    p95: float
    sql_p10: float
    sql_p50: float
    sql_p95: float
    empty_p50: float
    empty_p95: float
    cpu_p50: float
    queries: int
    kilobytes: float
    plans: list[Plan]


def table(found: list[Measured]) -> str:
    """Return the numbers, how flat they are, and every read of a table."""
    lines = [_HEAD, "|--:|---|" + "--:|" * 10 + "---|", *(_line(one) for one in found)]
    return "\n".join([*lines, "", *_flatness(found), "", *_reads(found)])


def _line(one: Measured) -> str:
    bad = [read for plan in one.plans for read in plan.whole_reads_of_big_tables]
    slow = " (over 30)" if one.p95 > _GOAL_MS else ""
    return (
        f"| {one.rows:,} | {one.page} | {one.p10:.1f} | {one.p50:.1f} | {one.p95:.1f}{slow}"
        f" | {one.sql_p10:.1f} / {one.sql_p50:.1f} / {one.sql_p95:.1f}"
        f" | {one.p50 / one.sql_p50:.1f}× | {one.empty_p50:.1f} / {one.empty_p95:.1f}"
        f" | {one.p50 - one.empty_p50:.1f} | {one.cpu_p50:.1f} | {one.queries}"
        f" | {one.kilobytes:.0f} | {', '.join(bad) or 'none'} |"
    )


def _flatness(found: list[Measured]) -> list[str]:
    sizes = sorted({one.rows for one in found})
    if len(sizes) == 1:
        return []
    first, last = (
        {one.page: one for one in found if one.rows == rows}
        for rows in (sizes[0], sizes[-1])
    )
    return [
        f"| growth from {sizes[0]:,} to {sizes[-1]:,} rows | page p10 | SQL p10 |",
        "|---|--:|--:|",
        *(
            f"| {name} | {last[name].p10 / one.p10:.2f}×"
            f" | {last[name].sql_p10 / one.sql_p10:.2f}× |"
            for name, one in first.items()
        ),
    ]


def _reads(found: list[Measured]) -> list[str]:
    most = max(one.rows for one in found)
    lines = [f"How each statement reads its tables, at {most:,} rows:"]
    for one in found:
        if one.rows == most:
            lines += ["", f"{one.page}:"]
            lines += [f"- {plan.sql}… → {'; '.join(plan.reads)}" for plan in one.plans]
    return lines
