"""The report of a run, as text."""

from __future__ import annotations

from tools.cluster.findings import Finding, Noticed

LEGEND = """
failed: no answer, or one that is no success; for s: from the first of them to the last
cache %: answers for which no service was asked; stale: of those, out of date as none answered"""
HEAD = ("", "s", "answers", "failed", "for s", "median ms", "slowest ms", "cache %", "stale")


def report(seen: list[Noticed], found: list[Finding]) -> str:
    """Give what readers noticed, as a table, and what has to hold."""
    rows = [HEAD, *map(_row, seen)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    table = [
        "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in rows
    ]
    claims = [f"{'yes' if one.holds else 'NO '}  {one.claim} ({one.detail})" for one in found]
    return "\n".join(["", *table, LEGEND, "", *_failures(seen), *claims])


def _row(one: Noticed) -> tuple[str, ...]:
    return (one.stage, f"{one.seconds:.1f}", str(one.answers), str(one.failed),
            f"{one.failed_for_s:.1f}" if one.failed else "-", f"{one.median_s * 1000:.0f}",
            f"{one.slowest_s * 1000:.0f}", f"{one.hits * 100:.0f}", str(one.stale))  # fmt: skip


def _failures(seen: list[Noticed]) -> list[str]:
    """Tell what failed requests got: 0 stands for no whole answer."""
    told = [f"{one.stage}: {_statuses(one)}" for one in seen if one.failed]
    return ["What failed, by status (0: no whole answer):", *told, ""] if told else []


def _statuses(one: Noticed) -> str:
    return ", ".join(f"{count} times {status}" for status, count in one.statuses.items()
                     if status not in (200, 204))  # fmt: skip
