"""A day of the map in tables: what it draws, how sure, on whose word, in the map's own words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from geo.times import Window
from routes.schema import COLLECTIONS
from service.maps import naming
from service.maps.moment import Entry, Moment, marked, moment_of
from service.maps.state import State
from service.maps.story import story_of
from service.maps.words import (
    ENGLISH,
    Words,
    counted,
    days_said,
    in_range,
    listing,
    sort_key,
    speech,
    words,
)
from service.pages.tables import Cell, Row, Table
from service.pages.values import Piece, pieces, source_address
from service.site import Site

Record = dict[str, Any]
Columns = Sequence[tuple[str, Sequence[Piece]]]
"""The cells of one row: the key of each label in the words, and what stands there."""


Days = tuple[str, str | None]
"""The day, or the first and the last of a range; ISO."""


@dataclass(frozen=True)
class PartOfRoutes:
    """Some of the routes of a day, where the state holds none of them, as rows of a state.

    `of`: how many there are; `next_`: the address of those that follow, if any do.
    """

    rows: Sequence[Record]
    of: int | None
    next_: str | None


def said_of(
    site: Site, state: State, days: Days, lang: str, part: PartOfRoutes | None = None
) -> dict[str, Any]:
    """Give what the page of a day, or of a range of days, says."""
    day, to = days
    said, moment = words(lang), moment_of(state, day, to)
    said = in_range(said) if to else said
    if part:
        window = Window.parse(f"{day}/{to or day}")
        moment = replace(moment, routes=marked(part.rows, window))
    writer = _Writer(site, state, said)
    year = str(int(day[:4]))
    own = str(state["atlas"]["lang"])
    backdrops = sum(row["kind"] == "backdrop" for row in moment.boundaries)
    return {
        "day": day,
        "to": to,
        "datetime": f"{day}/{to}" if to else day,
        "on_the_day": speech(lang).agree(
            said["table"]["on_day"].format(date=days_said(day, to, said))
        ),
        "story": story_of(state, moment, said),
        "is_beyond": moment.is_beyond,
        "say": said,
        "lang": lang,
        "asked": {
            "date": day,
            **({"to": to} if to else {}),
            **({} if lang == ENGLISH else {"lang": lang}),
        },
        # Words of the page's own chrome and of the atlas, where they are in another language.
        "chrome": "" if lang == ENGLISH else ENGLISH,
        "own": "" if lang == own else own,
        "routes": writer.routes(moment.routes),
        "part": part,
        "groups": [
            (key, title, table)
            for key, title, table in (
                ("shifts", said["table"]["shifts"], writer.shifts(moment.shifts)),
                ("crossings", said["layers"]["crossings"], writer.crossings(moment.crossings)),
                ("events", said["panel"]["events"].format(year=year), writer.events(moment.events)),
                ("roles", said["panel"]["roles"], writer.roles(moment.roles)),
                ("states", said["table"]["states"], writer.states(moment)),
            )
            if table.rows
        ],
        "members": moment.union["names"] if moment.union else [],
        "members_said": listing(moment.union["names"], said) if moment.union else "",
        "union_id": moment.union["id"] if moment.union else None,
        "backdrops": counted(said, "table", "backdrops", backdrops) if backdrops else "",
        "roles_note": state["atlas"]["notes"].get("roles") or said["legend"]["roles_note"],
    }


class _Writer:
    """Writes rows of the map's state as tables."""

    def __init__(self, site: Site, state: State, said: Words) -> None:
        self.site, self.state, self.said = site, state, said

    def routes(self, marked: Sequence[Entry]) -> Table:
        rows = []
        for row, mark, _ in marked:
            course = [Piece(self.said["mode"][row["mode"]]), *self._stages(row["id"])]
            cells: Columns = (
                ("sure", self._mark(mark)),
                ("when", _text(row.get("when"))),
                ("course", course),
                ("described", self._described(row)),
                ("precision", self._precision(row)),
                ("source", self._source(row)),
            )
            rows.append(self._row(row["name"], f"/routes/{row['route']}", cells))
        return self._table(rows)

    def crossings(self, marked: Sequence[Entry]) -> Table:
        rows = []
        for row, mark, _ in marked:
            also = (
                [f"{self.said['popup']['also']}: {', '.join(row['also'])}."] if row["also"] else []
            )
            cells: Columns = (
                ("kind", _text(self.said["kind"].get(row["kind"]))),
                ("sure", self._mark(mark)),
                ("when", _text(row.get("when"))),
                ("described", [*self._described(row), *map(Piece, also)]),
                ("precision", self._precision(row)),
                ("source", self._source(row)),
            )
            rows.append(self._row(row["name"], f"/collections/crossings/items/{row['id']}", cells))
        return self._table(rows)

    def shifts(self, shifts: Sequence[Record]) -> Table:
        rows = []
        for row in shifts:
            spread = f" ({row['spread']})" if row["spread"] else ""
            cells: Columns = (
                ("when", _text(f"{row.get('when') or ''}{spread}")),
                ("displaced", self._versions(row["from"])),
                ("in_place", self._versions(row["to"])),
                ("cause", _text(row["cause"])),
                ("described", self._described(row)),
                ("source", self._source(row)),
            )
            rows.append(self._row(row["name"], f"/collections/shifts/items/{row['id']}", cells))
        return self._table(rows)

    def events(self, marked: Sequence[Entry]) -> Table:
        rows = []
        for row, *_ in marked:
            when = self.said["legend"]["undated"] if row["undated"] else row.get("when")
            cells: Columns = (
                ("kind", _text(self.said["kind"].get(row["kind"]))),
                ("when", _text(when)),
                ("place", _text(row["place"] or self.said["panel"]["events_unplaced"])),
                ("described", self._described(row)),
                ("source", self._source(row)),
            )
            rows.append(self._row(row["name"], f"/collections/events/items/{row['id']}", cells))
        return self._table(rows)

    def roles(self, marked: Sequence[Entry]) -> Table:
        rows = []
        for row, mark, _ in sorted(marked, key=lambda one: sort_key(one[0]["country"])):
            cells: Columns = (
                ("role", _text(self.said["role"].get(row["role"]))),
                ("sure", self._mark(mark)),
                ("when", _text(row.get("when"))),
                ("described", self._described(row)),
                ("source", self._source(row)),
            )
            rows.append(self._row(row["country"], f"/collections/roles/items/{row['id']}", cells))
        return self._table(rows)

    def states(self, moment: Moment) -> Table:
        """Give the states and territories of the day; backdrops, of which nothing is claimed, not.

        The sources are those of the boundaries' own pages.
        """
        members = set(moment.union["members"]) if moment.union else set()
        named = [row for row in moment.boundaries if row["kind"] != "backdrop"]
        rows = []
        for row in sorted(named, key=lambda one: sort_key(one["name"])):
            is_disputed = row["status"] == "disputed"
            cells: Columns = (
                ("kind", _text(self.said["kind"].get(row["kind"]))),
                ("when", _text(row.get("when"))),
                ("union", _text(self.said["table"]["member"] if row["entity"] in members else "")),
                ("status", _text(self.said["popup"]["disputed"] if is_disputed else "")),
                ("described", self._described(row)),
            )
            rows.append(self._row(row["name"], f"/collections/boundaries/items/{row['id']}", cells))
        return self._table(rows)

    def _table(self, rows: list[Row]) -> Table:
        """Leave out the columns in which no row has anything."""
        count = len(rows[0].cells) if rows else 0
        kept = [at for at in range(count) if any(row.cells[at].pieces for row in rows)]
        shown = [Row(row.name, row.href, row.marks, [row.cells[at] for at in kept]) for row in rows]
        labels = [cell.label for cell in shown[0].cells] if shown else []
        return Table("", labels, shown)

    def _row(self, name: str, path: str, cells: Columns) -> Row:
        labels = self.said["table"]
        made = [Cell(labels[f"of_{key}"], said, key) for key, said in cells]
        return Row(name, self.site.url(path), (), made)

    def _mark(self, mark: str) -> list[Piece]:
        return [Piece(self.said["mark"][mark])]

    def _precision(self, row: Record) -> list[Piece]:
        return _text(self.said["precision"].get(row.get("precision", "")))

    def _described(self, row: Record) -> list[Piece]:
        """Give what the source says, what it implies, and with what care to read it."""
        care, note = self.said["popup"]["caveat"], self.said["popup"]["note"]
        parts = [row.get("description"), row.get("implied")]
        parts.append(f"{care}: {row['caveat']}" if row.get("caveat") else None)
        parts.append(f"{note}: {row['editor_note']}" if row.get("editor_note") else None)
        return [Piece(part) for part in parts if part]

    def _source(self, row: Record) -> list[Piece]:
        name = row.get("source")
        if not name:
            return []
        held = self.state["sources"].get(name)
        cited = Piece(held["short"] if held else name, source_address(self.site, name))
        return [cited, *_text(row.get("locator"))]

    def _versions(self, ids: Sequence[str]) -> list[Piece]:
        known = {row["id"]: row for row in self.state["routes"]}
        return [
            Piece(known[one]["name"], self.site.url(f"/routes/{known[one]['route']}"))
            if one in known
            else Piece(one)
            for one in ids
        ]

    def _stages(self, version: str) -> list[Piece]:
        index = self.site.edition.index("routes")
        row = index.row_of(version)
        if row is None:
            return []
        properties = orjson.loads(index.fragment(row))["properties"]
        stages = pieces(self.site, COLLECTIONS["routes"].field("stages"), properties)
        lang = self.said["page"]["lang"]
        return [one._replace(text=naming.named(one.text, lang)) for one in stages]


def _text(text: str | None) -> list[Piece]:
    return [Piece(text)] if text else []
