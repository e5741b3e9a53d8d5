"""Which form of an answer is asked for: by `f`, or by the Accept header."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import JSONResponse

from geo.formats import FORMATS
from service.problems import BadParameter


class Form(NamedTuple):
    """One form that an answer can have: its name in `f`, and its title for links."""

    name: str
    media_type: str
    title: str


JSON = "application/json"
GEOJSON = "application/geo+json"
HTML = "text/html; charset=utf-8"
SCHEMA = "application/schema+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
PROBLEM = "application/problem+json"
QLR = "application/x-qgis-layer-definition"
PMTILES = "application/vnd.pmtiles"
JSONFG = "application/vnd.ogc.fg+json"

PAGE = Form("html", "text/html", "This page for people")
DOCUMENT = (Form("json", JSON, "This document"), PAGE)
FEATURE = (
    Form("json", GEOJSON, "As GeoJSON"),
    Form("jsonfg", JSONFG, "As JSON-FG"),
    PAGE,
)
FILES = tuple(
    Form(name, FORMATS[name].media_type, f"As {FORMATS[name].title}") for name in ("csv", "fgb")
)
FEATURES = (*FEATURE, *FILES)
ALSO_COMPRESSED = (JSONFG, *(FORMATS[name].media_type for name in ("csv", "geojsons", "kml")))
"""Texts that the compression does not know for such."""
ALIASES = {"geojson": "json"}

_JSON_TYPES = ("application/json", "application/geo+json", "application/*")


def asked(request: Request, forms: Sequence[Form]) -> str:
    """Give the name of the form that a request asks for; programs that do not say get JSON."""
    named = request.query_params.get("f")
    if named is None:
        return preferred(request.headers.get("accept", ""), forms)
    named = ALIASES.get(named, named)
    names = [form.name for form in forms]
    if named not in names:
        fault = f"{named!r} is not a format of this resource"
        raise BadParameter(fault, "f", " or ".join(names))
    return named


def preferred(accept: str, forms: Sequence[Form] = DOCUMENT) -> str:
    """Weigh an Accept header (RFC 9110, 12.5.1): not JSON only what is named and preferred."""
    weights: dict[str, float] = {}
    for part in accept.split(","):
        media_type, *parameters = (piece.strip() for piece in part.split(";"))
        weights[media_type.lower()] = weight_of(parameters)
    best = "json"
    most = max(weights.get(name, 0.0) for name in _JSON_TYPES)
    for form in forms:
        wide = weights.get("text/*", 0.0) if form.name == "html" else 0.0
        weight = weights.get(form.media_type, wide)
        if form.media_type not in _JSON_TYPES and weight > most:
            best, most = form.name, weight
    return best if most >= weights.get("*/*", 0.0) else "json"


def weight_of(parameters: list[str]) -> float:
    """Give the weight among the parameters of an Accept header (RFC 9110, 12.4.2), else 1."""
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return float(parameter[2:])
            except ValueError:
                return 0.0
    return 1.0


class ProblemResponse(JSONResponse):
    """Problem details (RFC 9457)."""

    media_type = PROBLEM
