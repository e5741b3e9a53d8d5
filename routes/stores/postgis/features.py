"""Features of rows, as GeoJSON: read where the rows lie in their table, many in one go.

To go to where a row lies costs half of what it costs to look for its place in an index. So it is
remembered where rows were seen, and told again where they have moved; what comes is held to the
places that were asked for.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.times import Mask
from routes.mapped import Column
from routes.stores.postgis.asking import Row, Tids
from routes.stores.postgis.conditions import Condition
from routes.stores.postgis.standing import IN_REVISION, Standing
from routes.tree import Rows

AT_ONCE = 2_000
"""How many are read by one question."""
JOINED = 64
"""How many come as one: many small ones take long to send and to receive, and one very large one
takes memory that has to be got and given back each time. PostgreSQL's limit is 1 GB."""


class Read(NamedTuple):
    """Features that were read: which of the rows match, and where in a column each of those is."""

    matches: Mask
    column: Column
    at: Rows


def read(standing: Standing, rows: Rows, asked: Mask, condition: Condition) -> Read:
    """Read the features of ascending rows, of those `asked` about where they meet a condition.

    Raises StoreDamaged where a row is not there.
    """
    parts = [slice(begin, begin + AT_ONCE) for begin in range(0, len(rows), AT_ONCE)]
    return stacked([_read(standing, rows[part], asked[part], condition) for part in parts])


def stacked(parts: list[Read]) -> Read:
    """Give what was read in parts as one."""
    if len(parts) == 1:
        return parts[0]
    befores = np.cumsum([0, *(len(part.column) for part in parts)])[:-1]
    lengths = [np.empty(0, np.int64), *(np.diff(part.column.offsets) for part in parts)]
    at = [part.at + before for part, before in zip(parts, befores, strict=True)]
    return Read(
        np.concatenate([np.empty(0, bool), *(part.matches for part in parts)]),
        _column(np.concatenate(lengths), [part.column.data for part in parts]),
        np.concatenate([np.empty(0, np.intp), *at]),
    )


def _read(standing: Standing, rows: Rows, asked: Mask, condition: Condition) -> Read:
    found = _asked_for(standing, rows, asked, condition)
    if found is None:
        # Rows move where others end, and where a table is written anew.
        standing.seen[rows] = 0
        found = _asked_for(standing, rows, asked, condition)
    if found is None:
        raise standing.missing()
    return found


def _asked_for(standing: Standing, rows: Rows, asked: Mask, condition: Condition) -> Read | None:
    """Ask for some rows; None where not all are there, or not where they were seen."""
    places, lies = standing.places[rows], standing.seen[rows]
    is_new = lies == 0
    values, questions = standing.said, list[str]()
    for name, some, feature in (
        ("sure", ~asked, "fragment"),
        ("asked", asked, f"CASE WHEN {condition.sql} THEN fragment END"),
    ):
        seen, new = lies[some & ~is_new], places[some & is_new]
        if len(seen):
            values[f"{name}_seen"] = Tids(seen)
            questions.append(_where_seen(f"{name}_seen", feature))
        if len(new):
            values[f"{name}_places"] = new
            questions.append(_by_place(f"{name}_places", feature))
        if name == "asked" and (len(seen) or len(new)):
            values |= condition.values
    answer = standing.ask(" UNION ALL ".join(questions), values)
    found = _numbers(answer, 0, ">i8")
    order = found.argsort(kind="stable")
    if not np.array_equal(found[order], places):
        return None
    for there, _, _, seen in answer:
        if seen:
            standing.seen[standing.rows(np.frombuffer(there, ">i8"))] = Tids.read(seen).numbers
    lengths = _numbers(answer, 1, ">i4")
    matches = (lengths >= 0)[order]
    features = [part for _, _, part, _ in answer if part]
    return Read(matches, _column(np.maximum(lengths, 0), features), order[matches])


def _where_seen(name: str, feature: str) -> str:
    rows = f"FROM routeshift.rows WHERE ctid = ANY ({_some(name, 'tid')})"
    return _question(name, "tid", feature, "NULL::bytea", rows)


def _by_place(name: str, feature: str) -> str:
    rows = (
        f"FROM unnest({_some(name, 'int8')}) AS sought (at)"
        " JOIN routeshift.rows ON place = at WHERE true"
    )
    return _question(name, "int8", feature, "tidsend(rows.ctid)", rows)


def _some(name: str, kind: str) -> str:
    return f"(%({name})s::{kind}[])[first : first + {JOINED - 1}]"


def _question(name: str, kind: str, feature: str, lies: str, rows: str) -> str:
    """Ask for the places, lengths and features of some rows, and where they lie, joined."""
    return (
        f"SELECT found.* FROM generate_series(1, cardinality(%({name})s::{kind}[]), {JOINED})"
        " AS first, LATERAL (SELECT string_agg(int8send(place), ''),"
        " string_agg(int4send(coalesce(length(feature), -1)), ''),"
        " string_agg(feature, ''), string_agg(lies, '')"
        # With an offset, what is said of a feature is worked out once.
        f" FROM (SELECT place, {feature} AS feature, {lies} AS lies {rows} AND {IN_REVISION}"
        " OFFSET 0) AS each) AS found"
    )


def _numbers(answer: list[Row], nth: int, kind: str) -> NDArray[np.int64]:
    sent = b"".join(row[nth] or b"" for row in answer)
    return np.frombuffer(sent, kind).astype(np.int64)


def _column(lengths: NDArray[np.int64], data: list[bytes | memoryview]) -> Column:
    offsets = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=offsets[1:])
    return Column(offsets, memoryview(data[0] if len(data) == 1 else b"".join(data)))
