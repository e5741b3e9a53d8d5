"""What a request selects of a collection: which features, in what order, and what of each."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from anyio import CapacityLimiter
from starlette.requests import Request

from geo.crs import CRS84_URI, Crs
from geo.times import Mask
from routes import Edition
from routes.ordering import SortKey, orderable
from routes.query import Certainty, Query, Shape
from routes.schema import COLLECTIONS
from routes.tree import Rows
from service.ogc import properties
from service.ogc.filtering import FILTER, FILTER_CRS, FILTER_LANG, parse_filter
from service.ogc.parameters import (
    BBOX,
    BBOX_CRS,
    CERTAINTY,
    CRS,
    DATETIME,
    Parameter,
    parse_crs,
    parse_query,
)
from service.ogc.properties import parse_properties
from service.problems import BadParameter
from service.settings import Settings
from service.turns import Turns, in_thread

MOST_TERMS = 20

Q = Parameter(
    "q",
    "Only features that say this in any of their texts, without regard to case or accents: "
    "`durres` finds Dürres. Of several terms with commas between them one is enough; the words "
    "of a term stand side by side.",
    {"type": "string"},
    "speedboats",
)
SORTBY = Parameter(
    "sortby",
    "Properties to sort by, the first first; `-` before one turns its order round. Without it, "
    "features come as they lie on the map. What has no value comes last.",
    {"type": "array", "items": {"type": "string", "pattern": "^[+-]?[a-z_]+$"}},
    "mode,-start_earliest",
)
PROPERTIES = Parameter(
    "properties",
    "Only these properties of each feature.",
    {"type": "array", "items": {"type": "string"}},
    "name,when",
)
SKIP_GEOMETRY = Parameter(
    "skipGeometry",
    "Leave the geometries out.",
    {"type": "boolean", "default": False},
    "true",
)
WHICH = (BBOX, BBOX_CRS, DATETIME, CERTAINTY, FILTER, FILTER_LANG, FILTER_CRS, Q)
"""Parameters that say which features answer."""
HOW = (SORTBY, CRS, PROPERTIES, SKIP_GEOMETRY)
"""Parameters that say in what order they come, and what of each."""


@dataclass(frozen=True)
class Selection:
    """A query of one collection of one edition, and the shape of its features."""

    query: Query
    shape: Shape
    crs: Crs

    @property
    def content_crs(self) -> dict[str, str]:
        """The header that says in which CRS an answer is (OGC 18-058r1 /req/crs/ogc-crs-header)."""
        return {"Content-Crs": f"<{self.crs.uri}>"}

    @classmethod
    def of(cls, request: Request, edition: Edition, collection: str) -> Selection:
        """Read what a request selects. Raises BadParameter, NotFound."""
        edition.index(collection)
        configured: Settings = request.app.state.settings
        values = request.query_params
        query = parse_query(request, configured.systems)
        crs = parse_crs(values.get("crs"), CRS.name, configured.systems)
        query = replace(query, mask=_mask(request, edition, collection, query.certainty))
        if SORTBY.name in values:
            query = replace(query, order=_order(values[SORTBY.name], edition, collection))
        shape = Shape(
            None if crs.uri == CRS84_URI else crs,
            parse_columns(values[PROPERTIES.name], COLLECTIONS[collection].columns)
            if PROPERTIES.name in values
            else None,
            not parse_flag(values.get(SKIP_GEOMETRY.name), SKIP_GEOMETRY),
        )
        return cls(query, shape, crs)

    def counted(self, is_counted: bool) -> Selection:
        """Give the same, with whether all that it finds is to be counted whatever that costs."""
        return replace(self, query=replace(self.query, is_counted=is_counted))


async def selected(request: Request, edition: Edition, collection: str) -> Selection:
    """Read what a request selects, in a thread where that takes a pass over the collection."""
    passing = {FILTER.name, Q.name, SORTBY.name, *properties.names(collection)}
    if passing.isdisjoint(request.query_params):
        turns: Turns = request.app.state.turns
        return await turns.take(Selection.of, request, edition, collection)
    limiter: CapacityLimiter = request.app.state.passing
    return await in_thread(Selection.of, request, edition, collection, limiter=limiter)


def parse_flag(text: str | None, parameter: Parameter) -> bool:
    """Read `true` or `false`; false where nothing is said."""
    if text not in (None, "true", "false"):
        raise BadParameter(f"{text!r} is neither true nor false", parameter.name, parameter.example)
    return text == "true"


def _mask(request: Request, edition: Edition, collection: str, certainty: Certainty) -> Mask | None:
    """Tell which rows the filters, the properties and the words of a request let through."""
    configured: Settings = request.app.state.settings
    declared = COLLECTIONS[collection]
    masks = []
    for one in (
        parse_filter(request, collection, configured.systems),
        parse_properties(request, declared),
    ):
        if one is not None:
            bounds = edition.index(collection).bounds
            masks.append(one.mask(edition.columns(collection), bounds, certainty))
    if Q.name in request.query_params:
        masks.append(_saying(request.query_params[Q.name], edition, collection))
    return np.logical_and.reduce(masks) if masks else None


def _saying(text: str, edition: Edition, collection: str) -> Mask:
    terms = [term.strip() for term in text.split(",") if term.strip()]
    if not terms:
        raise BadParameter("says no word to look for", Q.name, Q.example)
    if len(terms) > MOST_TERMS:
        fault = f"has {len(terms)} terms; {MOST_TERMS} are the most"
        raise BadParameter(fault, Q.name, Q.example)
    return edition.saying(collection, terms)


def _order(text: str, edition: Edition, collection: str) -> Rows:
    keys = [SortKey(part.lstrip("+-"), part.startswith("-")) for part in _names(text, SORTBY)]
    _refuse_others([key.column for key in keys], orderable(COLLECTIONS[collection]), SORTBY)
    return edition.ordered(collection, keys)


def parse_columns(text: str, known: list[str]) -> tuple[str, ...]:
    """Read `properties`, in the order of the `known` ones. Raises BadParameter."""
    asked = _names(text, PROPERTIES)
    _refuse_others(asked, known, PROPERTIES)
    return tuple(name for name in known if name in asked)


def _names(text: str, parameter: Parameter) -> list[str]:
    # A plus sign in an address is a space.
    names = [part.strip() for part in text.split(",")]
    if not all(names):
        raise BadParameter(f"{text!r} has an empty name", parameter.name, parameter.example)
    return names


def _refuse_others(names: list[str], known: list[str], parameter: Parameter) -> None:
    """Refuse names that are not known, and ones given twice."""
    for name in names:
        if name not in known:
            fault = f"{name!r} is none of the properties here: {', '.join(known)}"
            raise BadParameter(fault, parameter.name, parameter.example)
        if names.count(name) > 1:
            raise BadParameter(f"{name!r} is named twice", parameter.name, parameter.example)
