"""Every moment at which something visible changes, and the sentences that say what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from service.maps.words import Words, counted, in_order, listing

Row = dict[str, Any]
Told = tuple[int, str, str, str]
"""When (seconds since 1970), kind, sentence, and a short form for the strip (or "")."""

KINDS = ("shift", "route", "knowledge", "boundary", "eu")


def changes(state: Row, seen: set[str], said: Words) -> list[Row]:
    """Give the moments in order, each with its sentences: `{at, kinds, words, short}`.

    `seen` holds the ids of the boundaries whose changes can be seen. Moments after the source's
    knowledge are kept: the boundaries go on changing.
    """
    told: list[Told] = [
        *_of_shifts(state["shifts"]),
        *_of_routes(state["routes"], said),
        *_of_knowledge(state, said),
        *_of_boundaries([row for row in state["boundaries"] if _is_told(row, seen)], said),
        *_of_union(state["borders"], said),
    ]
    moments: dict[int, list[Told]] = defaultdict(list)
    for item in told:
        if abs(item[0]) < 2**52:
            moments[item[0]].append(item)
    return [_moment(at, moments[at]) for at in sorted(moments)]


def _moment(at: int, told: list[Told]) -> Row:
    told = sorted(told, key=lambda item: KINDS.index(item[1]))
    short = ", ".join(dict.fromkeys(item[3] for item in told if item[3]))
    kinds = list(dict.fromkeys(item[1] for item in told))
    return {"at": at, "kinds": kinds, "words": [item[2] for item in told], "short": short}


def _of_shifts(shifts: Sequence[Row]) -> Iterator[Told]:
    for shift in shifts:
        # Serbian dates end with a full stop of their own.
        when = shift["when"].removesuffix(".")
        yield shift["bounds"][0], "shift", f"{shift['name']}: {when}.", ""


def _of_routes(routes: Sequence[Row], said: Words) -> Iterator[Told]:
    """Tell the bounds of routes, those of one moment and kind in one sentence."""
    groups: dict[tuple[int, str], list[str]] = defaultdict(list)
    for route in routes:
        for at, key in _route_moments(route):
            groups[at, key].append(route["name"])
    for (at, key), names in groups.items():
        yield at, "route", said["change"][key].format(names=listing(names, said)), ""


def _route_moments(route: Row) -> Iterator[tuple[int, str]]:
    start_earliest, start_latest, end_earliest, end_latest = route["bounds"][:4]
    if start_earliest == start_latest:
        yield start_earliest, "routes_begin"
    else:
        yield start_earliest, "routes_may_begin"
        if start_latest < end_earliest:
            yield start_latest, "routes_certain"
    if route.get("end") == "source-ends":
        return
    if end_earliest != end_latest:
        yield end_earliest, "routes_may_end"
    yield end_latest, "routes_end"


def _of_knowledge(state: Row, said: Words) -> Iterator[Told]:
    ends = [row["bounds"] for row in state["routes"] if row.get("end") == "source-ends"]
    year = state["atlas"]["knowledge_ends"]["year"]
    for at in {bounds[2] for bounds in ends}:
        yield at, "knowledge", said["change"]["knowledge_ending"].format(year=year), ""
    for at in {bounds[3] for bounds in ends}:
        yield at, "knowledge", said["change"]["knowledge_ended"].format(year=year), ""


def _of_boundaries(boundaries: Sequence[Row], said: Words) -> Iterator[Told]:
    """Tell what appears, what leaves, and what becomes another on the same ground."""
    starts: dict[int, list[Row]] = defaultdict(list)
    ends: dict[int, list[Row]] = defaultdict(list)
    for row in boundaries:
        starts[row["bounds"][0]].append(row)
        ends[row["bounds"][3]].append(row)
    for at in sorted(starts.keys() | ends.keys()):
        yield from _moment_of_boundaries(at, ends[at], starts[at], said)


def _moment_of_boundaries(
    at: int, ended: list[Row], started: list[Row], said: Words
) -> Iterator[Told]:
    """Tell one moment: what becomes another, what is divided, then what is left."""
    pairs = [(old, new) for old in ended for new in started if _succeeds(old, new)]
    for old, new in pairs:
        if old["name"] != new["name"]:
            sentence = said["change"]["becomes"].format(old=old["name"], new=new["name"])
            yield at, "boundary", sentence, new["name"]
    paired = {id(row) for pair in pairs for row in pair}
    left = [row for row in ended if id(row) not in paired]
    come = sorted((row for row in started if id(row) not in paired), key=lambda row: row["name"])
    for old in left:
        heirs = [new for new in come if set(new["members"]) <= set(old["members"])]
        if heirs:
            names = _names(heirs, said)
            sentence = said["change"]["replaces"].format(old=old["name"], names=names)
            yield at, "boundary", sentence, ", ".join(row["name"] for row in heirs)
            paired |= {id(row) for row in (old, *heirs)}
    yield from _come_and_left(
        at,
        [row for row in left if id(row) not in paired],
        [row for row in come if id(row) not in paired],
        said,
    )


def _come_and_left(at: int, left: list[Row], come: list[Row], said: Words) -> Iterator[Told]:
    if left:
        sentence = said["change"]["leaves"].format(names=_names(left, said))
        yield at, "boundary", sentence, ""
    if come:
        sentence = said["change"]["appears"].format(names=_names(come, said))
        yield at, "boundary", sentence, ", ".join(row["name"] for row in come)


def _names(rows: Sequence[Row], said: Words) -> str:
    return listing([row["name"] for row in rows], said)


def _is_told(row: Row, seen: set[str]) -> bool:
    """Leave out what cannot be seen, and backdrops, of which nothing is claimed."""
    return row["id"] in seen and row["kind"] != "backdrop"


def _succeeds(old: Row, new: Row) -> bool:
    """Tell whether one entity follows another: the same one, or the same kind and ground."""
    same_ground = old["outline"] == new["outline"] and old["kind"] == new["kind"]
    return bool(same_ground or old["entity"] == new["entity"])


def _of_union(borders: Sequence[Row], said: Words) -> Iterator[Told]:
    before: set[str] = set()
    for row in sorted(borders, key=lambda row: row["bounds"][0]):
        members, at = set(row["names"]), row["bounds"][0]
        short = said["change"]["eu_short"].format(count=len(members))
        come, left = in_order(members - before), in_order(before - members)
        if not before:
            yield at, "eu", counted(said, "change", "eu_begins", len(members)), short
        elif come:
            yield at, "eu", counted(said, "change", "eu_grows", len(members)), short
            yield at, "eu", said["change"]["eu_joins"].format(names=listing(come, said)), short
        if left:
            yield at, "eu", said["change"]["eu_leaves"].format(names=listing(left, said)), short
        before = members
