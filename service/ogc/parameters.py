"""Query parameters: declared once for reading, refusing and the API's description."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry
from starlette.requests import Request

from geo.crs import CRS84_URI, EPSG_URI, Crs, UnknownCrsError
from geo.dates import EdtfError
from geo.times import Window
from routes.query import Certainty, Query
from routes.tree import Box
from service.problems import BadParameter, UnknownParameter

Systems = Mapping[str, Crs]
IN_DEGREES = (CRS84_URI, f"{EPSG_URI}4326")
# Years to days of the calendar, but for the lengths of months, and moments in them (RFC 3339).
_DAY = r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?"
_TIME = r"T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)"
_WHEN = rf"({_DAY}|\d{{4}}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]){_TIME})"
DAY: dict[str, Any] = {"type": "string", "pattern": f"^{_WHEN}$"}
WHEN: dict[str, Any] = {
    "type": "string",
    "pattern": rf"^({_WHEN}|({_WHEN}|\.\.)?/({_WHEN}|\.\.)?)$",
}
WORLD = Box(-180.0, -90.0, 180.0, 90.0)


@dataclass(frozen=True)
class Parameter:
    """A query parameter: its words, its JSON Schema and a right value."""

    name: str
    description: str
    schema: dict[str, Any]
    example: str


F = Parameter("f", "Form of the answer; else by the Accept header.",
              {"type": "string", "enum": ["json", "html"]}, "json")  # fmt: skip
BBOX = Parameter(
    "bbox",
    "Only features whose geometry meets this box: west,south,east,north in degrees (CRS84; of "
    "another CRS by `bbox-crs`), or "
    "six numbers with heights, which are not used. A west greater than the east crosses the "
    "antimeridian.",
    # The suite of OGC 17-069r4 /req/core/fc-bbox-definition looks for the plain bounds.
    {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"},
     "oneOf": [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}]},
    "18,39,21,43",
)  # fmt: skip
BBOX_CRS = Parameter(
    "bbox-crs",
    "The CRS of `bbox`, one of those that the collection lists; its axes in their order.",
    {"type": "string", "format": "uri", "default": CRS84_URI},
    f"{EPSG_URI}3857",
)
CRS = Parameter(
    "crs",
    "The CRS of the answer, one of those that the collection lists.",
    {"type": "string", "format": "uri", "default": CRS84_URI},
    f"{EPSG_URI}3857",
)
DATETIME = Parameter(
    "datetime",
    "Only features that hold at some time of this instant, day or interval (RFC 3339; `..` or "
    "nothing is open). Features without a time always match.",
    WHEN,
    "2003-12-01",
)
CERTAINTY = Parameter(
    "certainty",
    "With `datetime`: `possible` (what may hold then) or `certain` (what surely does).",
    {"type": "string", "enum": ["possible", "certain"], "default": "possible"},
    "certain",
)
CURSOR = Parameter("cursor", "Where a page begins: taken from a `next` link.",
                   {"type": "string"}, "from the link `next`")  # fmt: skip
COUNT = Parameter(
    "count",
    "With `exact`, `numberMatched` is told whatever it costs; without, where counting is cheap.",
    {"type": "string", "enum": ["exact"]},
    "exact",
)
FROM = Parameter("from", "The earlier day.", DAY, "2001-06-01")
TO = Parameter("to", "The later day.", DAY, "2003-12-01")


def limit_parameter(default: int, most: int) -> Parameter:
    """Declare `limit` with the operator's bounds."""
    schema = {"type": "integer", "minimum": 1, "maximum": most, "default": default}
    return Parameter("limit", f"Items on a page, 1 to {most}.", schema, "100")


def refuse_unknown(request: Request, *known: str) -> None:
    """Refuse parameters that a path does not have, and ones given twice.

    OGC 17-069r4 /req/core/query-param-unknown.
    """
    seen: set[str] = set()
    for name, _ in request.query_params.multi_items():
        if name not in known:
            raise UnknownParameter(name, sorted(known))
        if name in seen:
            raise BadParameter("is given twice", name, f"one {name}=")
        seen.add(name)


def parse_query(request: Request, systems: Systems) -> Query:
    """Read `bbox` with its `bbox-crs`, `datetime` and `certainty`."""
    values = request.query_params
    bbox_crs = parse_crs(values.get("bbox-crs"), "bbox-crs", systems)
    boxes, shape = parse_area(values["bbox"], bbox_crs) if "bbox" in values else ((), None)
    return Query(
        boxes=boxes,
        window=parse_datetime(values["datetime"]) if "datetime" in values else None,
        certainty=parse_certainty(values.get("certainty", "possible")),
        shape=shape,
    )


def parse_crs(text: str | None, name: str, systems: Systems) -> Crs:
    """Read a CRS among those that answers can be in (OGC 18-058r1 /req/crs/fc-crs-valid-value)."""
    if text is None:
        return systems[CRS84_URI]
    try:
        return systems[Crs.parse(text).uri]
    except (UnknownCrsError, KeyError):
        fault = f"{text!r} is none of the systems here: {', '.join(systems)}"
        raise BadParameter(fault, name, CRS.example) from None


def parse_bbox(text: str) -> tuple[Box, ...]:
    """Read a box in degrees, longitudes first; one that crosses the antimeridian gives two.

    OGC 17-069r4 /req/core/fc-bbox-definition.
    """
    return _in_degrees(text, _sides(text))


def parse_area(text: str, crs: Crs) -> tuple[tuple[Box, ...], BaseGeometry | None]:
    """Read a box of a CRS, axes in its order, as boxes in EPSG:4326 and, if bent, its shape there.

    OGC 18-058r1 /req/crs/fc-bbox-crs-definition.
    """
    sides = _sides(text)
    west, south, east, north = sides[[1, 0, 3, 2]] if crs.flipped else sides
    if crs.uri in IN_DEGREES:
        return _in_degrees(text, np.array([west, south, east, north])), None
    if west > east or south > north:
        raise _bad_bbox(f"{text!r} has its corners not in order")
    try:
        area = crs.area(west, south, east, north)
    except ValueError as error:
        raise _bad_bbox(f"{text!r} is no box of {crs.uri}: {error}") from None
    return tuple(Box(*box) for box in area.boxes), area.shape


def _sides(text: str) -> NDArray[np.float64]:
    """Read the two corners of a box, without heights; shape (4,)."""
    numbers = [_number(part) for part in text.split(",")]
    if len(numbers) not in (4, 6):
        raise _bad_bbox(f"{text!r} has {len(numbers)} numbers, not 4 or 6")
    half = len(numbers) // 2
    return np.array([*numbers[:2], *numbers[half : half + 2]])


def _in_degrees(text: str, sides: NDArray[np.float64]) -> tuple[Box, ...]:
    west, south, east, north = sides.tolist()
    if not (WORLD.west <= west <= WORLD.east and WORLD.west <= east <= WORLD.east):
        raise _bad_bbox(f"{text!r} has a longitude outside -180 to 180")
    if not (WORLD.south <= south <= WORLD.north and WORLD.south <= north <= WORLD.north):
        raise _bad_bbox(f"{text!r} has a latitude outside -90 to 90")
    if south > north:
        raise _bad_bbox(f"{text!r} has its south north of its north")
    if west > east:
        return Box(west, south, WORLD.east, north), Box(WORLD.west, south, east, north)
    return (Box(west, south, east, north),)


def parse_datetime(text: str, name: str = "datetime") -> Window:
    """Read an instant, a day or an interval."""
    try:
        return Window.parse(text)
    except EdtfError as error:
        raise BadParameter(f"{text!r} {error.fault}", name, error.example) from None


def parse_certainty(text: str) -> Certainty:
    """Read `possible` or `certain`."""
    if text == "possible":
        return "possible"
    if text == "certain":
        return "certain"
    raise BadParameter(f"{text!r} is neither possible nor certain", "certainty", "certain")


def parse_count(text: str | None) -> bool:
    """Read whether an exact count is asked for."""
    if text not in (None, "exact"):
        fault = f"{text!r} is not exact; without it, counts are told where they are cheap"
        raise BadParameter(fault, COUNT.name, COUNT.example)
    return text == "exact"


def parse_limit(text: str | None, default: int, most: int) -> int:
    """Read a limit; more than the most is answered with the most.

    OGC 17-069r4 /req/core/fc-limit-response-1 leaves a server its own maximum.
    """
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or int(text[:18]) < 1:
        raise BadParameter(f"{text!r} is not a whole number from 1 on", "limit", "100")
    return min(int(text[:18]), most)


class Cursor(NamedTuple):
    """Where a page begins. It belongs to its edition, whatever is published meanwhile."""

    edition: int
    place: int

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """Read a cursor from a `next` link."""
        try:
            plain = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii")
            edition, place = (int(part) for part in plain.split("."))
        except (binascii.Error, UnicodeError, ValueError):
            fault = f"{text!r} is not a cursor of this service"
            raise BadParameter(fault, "cursor", CURSOR.example) from None
        if edition < 1 or place < 0:
            raise BadParameter(f"{text!r} points nowhere", "cursor", CURSOR.example)
        return cls(edition, place)

    def __str__(self) -> str:
        return (
            base64.urlsafe_b64encode(f"{self.edition}.{self.place}".encode()).decode().rstrip("=")
        )


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise _bad_bbox(f"{text!r} is not a number") from None
    if number != number or number in (float("inf"), float("-inf")):
        raise _bad_bbox(f"{text!r} is not a number")
    return number


def _bad_bbox(fault: str) -> BadParameter:
    return BadParameter(fault, "bbox", BBOX.example)
