"""Which form of an answer is asked for: by `f`, or by the Accept header."""

from __future__ import annotations

from typing import Literal

from starlette.requests import Request
from starlette.responses import JSONResponse

from service.problems import BadParameter

Format = Literal["json", "html"]

JSON = "application/json"
GEOJSON = "application/geo+json"
HTML = "text/html; charset=utf-8"
SCHEMA = "application/schema+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
PROBLEM = "application/problem+json"
QLR = "application/x-qgis-layer-definition"

_JSON_TYPES = ("application/json", "application/geo+json", "application/*")


def asked(request: Request) -> Format:
    """Give the form that a request asks for; programs that do not say get JSON."""
    named = request.query_params.get("f")
    if named is not None:
        if named not in ("json", "html"):
            raise BadParameter(f"{named!r} is not a format of this resource", "f", "json or html")
        return "html" if named == "html" else "json"
    return preferred(request.headers.get("accept", ""))


def preferred(accept: str) -> Format:
    """Weigh an Accept header (RFC 9110, 12.5.1): HTML only where it is named and preferred."""
    weights: dict[str, float] = {}
    for part in accept.split(","):
        media_type, *parameters = (piece.strip() for piece in part.split(";"))
        weights[media_type.lower()] = _weight(parameters)
    html = weights.get("text/html", weights.get("text/*", 0.0))
    json = max(weights.get(name, 0.0) for name in _JSON_TYPES)
    return "html" if html > json and html >= weights.get("*/*", 0.0) else "json"


def _weight(parameters: list[str]) -> float:
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
