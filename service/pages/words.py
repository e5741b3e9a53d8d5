"""Words of the pages: extents, columns and values as people say them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from geo import words
from service.maps.words import words as map_words

_LABELS = {
    "id": "Identifier",
    "valid": "Written date (EDTF)",
    "attested": "Attested (EDTF)",
    "when": "When",
    "end": "Meaning of the end",
    "mode": "How",
    "from_versions": "Displaced",
    "to_versions": "In its place",
    "cause_kind": "Kind of cause",
    "place_name": "Place",
    "also": "Also written",
    "precision": "Geometry",
    "table_title": "Table",
    "table": "Identifier of the table",
    "printed_as": "Printed as",
    "primary_source": "Primary source",
    "editor_note": "Editor’s note",
    "within": "Lies in",
}
_VALUES = {
    "ended": "It ended.",
    "source-ends": "The source’s knowledge ends; it does not say that this ended.",
    "eu": "European Union",
    "schengen": "Schengen area",
    "count": "Count",
    "share": "Share",
    "printed-total": "Total as printed",
    "estimate": "Estimate",
    "disputed": "Disputed",
    "undisputed": "Undisputed",
    "backdrop": "Backdrop, no claim",
}


def label(column: str) -> str:
    """Say a column's name."""
    return _LABELS.get(column, column.replace("_", " ").capitalize())


def value(column: str, text: str) -> str:
    """Say a value of a column with choices: "generalised-area" is "a generalised area"."""
    said = map_words()
    for section in ("mode", "role", "precision", "kind"):
        if section == column.removeprefix("cause_") and text in said[section]:
            return sentence(said[section][text])
    return _VALUES.get(text, text.replace("-", " ").capitalize())


def number(figure: float) -> str:
    """Write a figure with thousands separators and no empty decimals."""
    return f"{figure:,.0f}" if float(figure).is_integer() else f"{figure:,g}"


def counted(count: int, one: str, many: str | None = None) -> str:
    """Say how many: "1 item", "7 items"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def listing(names: Sequence[str]) -> str:
    """Join names as a sentence does; with semicolons where a name has a comma of its own."""
    if len(names) < 2:
        return "".join(names)
    comma = "; " if any("," in name for name in names) else ", "
    last = "; and " if comma == "; " else " and "
    return comma.join(names[:-1]) + last + names[-1]


def day(moment: str) -> str:
    """Say the day of an RFC 3339 moment; years beyond four digits as they are."""
    return words.date(moment.partition("T")[0])


def extent(document: dict[str, Any]) -> dict[str, str]:
    """Say a collection's extents in space and time, as `in_space` and `in_time`."""
    spatial = document["extent"].get("spatial")
    return {
        "in_space": box(spatial["bbox"][0]) if spatial else "no geometry",
        "in_time": interval(document["extent"]["temporal"]["interval"][0]),
    }


def box(sides: Sequence[float]) -> str:
    """Say a box of degrees (west, south, east, north)."""
    west, south, east, north = sides
    if (west, south) == (east, north):
        return f"{_degrees(west, 'E', 'W')}, {_degrees(south, 'N', 'S')}"
    return (
        f"{_degrees(west, 'E', 'W')} to {_degrees(east, 'E', 'W')}, "
        f"{_degrees(south, 'N', 'S')} to {_degrees(north, 'N', 'S')}"
    )


def interval(ends: Sequence[str | None]) -> str:
    """Say the widest time that anything in a collection may hold."""
    first, last = ends
    if first is None and last is None:
        return "no first and no last day"
    start = "no first day given" if first is None else f"from {day(first)}"
    stop = "still so" if last is None else f"to {day(last)}" if first else f"up to {day(last)}"
    return f"{start}, {stop}" if first is None or last is None else f"{start} {stop}"


def _degrees(angle: float, positive: str, negative: str) -> str:
    return f"{abs(angle):.1f}° {positive if angle >= 0 else negative}"


def sentence(text: str) -> str:
    """Begin a text with a capital letter."""
    return text[:1].upper() + text[1:]
