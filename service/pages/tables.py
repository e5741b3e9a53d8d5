"""Tables of features: few columns, chosen for each collection; all of them are in the item's page.

A cell holds pieces (text with an address where it names something) and a quiet second line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from geo.times import Bounds, Mask, Window
from routes.schema import COLLECTIONS
from service.pages import words
from service.pages.values import Piece, pieces
from service.site import Site

Feature = dict[str, Any]

CHOSEN = {
    "routes": ("mode", "stages", "when", "precision", "source"),
    "crossings": ("kind", "between", "when", "precision", "source"),
    "shifts": ("from_versions", "to_versions", "cause", "when", "source"),
    "events": ("kind", "place_name", "when", "source"),
    "roles": ("role", "when", "source"),
    "statistics": ("table_title", "value", "unit", "source"),
    "boundaries": ("kind", "status", "when", "source"),
    "borders": ("members", "when", "source"),
}
OTHERS = ("when", "source")
MARKS = {"caveat": "caveat", "editor_note": "editor’s note", "discrepancy": "discrepancy"}


@dataclass(frozen=True)
class Cell:
    """One cell of a table, with its column's label for narrow pages."""

    label: str
    pieces: Sequence[Piece]
    column: str


@dataclass(frozen=True)
class Row:
    """One feature: its name and address, marks such as "caveat", and its cells."""

    name: str
    href: str
    marks: Sequence[str]
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Table:
    """A table of features; `labels` head the columns after the name."""

    caption: str
    labels: Sequence[str]
    rows: Sequence[Row]


def record_table(
    site: Site,
    name: str,
    features: Sequence[Feature],
    caption: str,
    asked: dict[str, str] | None = None,
) -> Table:
    """Make the table of some features of a collection.

    Where a time is `asked` for, a column says of each whether it holds then surely or possibly.
    """
    collection = COLLECTIONS[name]
    chosen = [collection.field(one) for one in CHOSEN.get(name, OTHERS)]
    labels = [_label(one.name) for one in chosen]
    said = [one["properties"] for one in features]
    sure = _sure(name, said, (asked or {}).get("datetime"))
    rows = []
    for position, properties in enumerate(said):
        cells = [
            Cell(label, _shown(site, one, properties), one.name)
            for label, one in zip(labels, chosen, strict=True)
        ]
        if sure is not None:
            cells.insert(0, Cell("How sure", [Piece("certain" if sure[position] else "possible")],
                                 "sure"))  # fmt: skip
        rows.append(_row(site, name, features[position], cells))
    if sure is not None:
        labels.insert(0, "How sure")
    return Table(caption, labels, rows)


def in_order(features: Sequence[Feature]) -> list[Feature]:
    """Order the features of a page that holds all that was asked for, by name; backdrops last."""
    return sorted(features, key=_place_in_order)


def _place_in_order(feature: Feature) -> tuple[bool, str, str, str]:
    said = feature["properties"]
    is_backdrop = said.get("kind") == "backdrop"
    return is_backdrop, str(said.get("table") or ""), str(said.get("name")), str(feature["id"])


def _row(site: Site, name: str, feature: Feature, cells: Sequence[Cell]) -> Row:
    properties = feature["properties"]
    return Row(
        name=str(properties.get("name") or feature["id"]),
        href=site.url(f"/collections/{name}/items/{feature['id']}"),
        marks=[said for column, said in MARKS.items() if properties.get(column)],
        cells=cells,
    )


def _shown(site: Site, column: Any, properties: dict[str, Any]) -> list[Piece]:  # noqa: ANN401
    said = pieces(site, column, properties)
    if column.name == "value":
        printed = properties.get("printed_as")
        said = said or [Piece(f"printed as “{printed}”" if printed else "")]
        qualifier = properties.get("qualifier")
        return [Piece(f"{qualifier} {said[0].text}")] if qualifier else said
    return said


def _label(column: str) -> str:
    return {"value": "Figure", "stages": "Passing", "members": "Members"}.get(
        column, words.label(column)
    )


def _sure(name: str, said: Sequence[dict[str, Any]], asked: str | None) -> Mask | None:
    """Tell which features surely hold at the time asked for; None where none is."""
    if not asked or not said:
        return None
    bounds = Bounds.parse(
        [one.get("valid") for one in said],
        COLLECTIONS[name].reading,
        [one.get("attested") for one in said],
    )
    return bounds.certain(Window.parse(asked))
