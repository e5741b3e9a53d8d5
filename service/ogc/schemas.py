"""What answers look like: the JSON Schemas of the API's description, in the dialect of OpenAPI 3.0.

Each is written once, under the name by which operations refer to it. Those of features come from
the columns that `routes.schema` declares.
"""

from __future__ import annotations

from typing import get_args

from routes.history import STATES, ChangeKind
from routes.schema import COLLECTIONS, Collection, Field
from service.ogc.schema_parts import (
    ADDRESS,
    ANYTHING,
    BOX,
    COUNT,
    INTERVAL,
    MOMENT,
    NUMBER_OF_EDITION,
    TEXT,
    Schema,
    by_name,
    choice,
    listed,
    obj,
    ref,
)

TYPES: dict[str, Schema] = {
    "text": {"type": "string"},
    "edtf": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "datetime": {"type": "string", "format": "date-time"},
    "list": {"type": "array", "items": {"type": "string"}},
    "json": {},
}


def every() -> dict[str, Schema]:
    """Give all schemas by name."""
    properties = {f"properties-{name}": _properties(one) for name, one in COLLECTIONS.items()}
    return {**_SHARED, **_CATALOGUE, **_features(), **properties, **_history()}


_LINKS = listed(ref("link"))
_SHARED: dict[str, Schema] = {
    "link": obj(
        {"href": TEXT, "rel": TEXT, "type": TEXT, "title": TEXT},
        {"templated": {"type": "boolean"}},
    ),
    "problem": {
        "description": "Problem details (RFC 9457)",
        **obj(
            {"type": TEXT, "title": TEXT, "status": {"type": "integer"}, "detail": TEXT},
            {"instance": TEXT, "parameter": TEXT, "fault": TEXT, "example": TEXT},
        ),
    },
    "openapi": obj({"openapi": TEXT, "info": ANYTHING, "paths": by_name(ANYTHING)}),
    "json-schema": obj(
        {"$schema": ADDRESS, "$id": ADDRESS, "type": choice("object"), "title": TEXT,
         "properties": by_name(ANYTHING)},
    ),
    "health": obj({"status": choice("live", "ready")}, {"edition": NUMBER_OF_EDITION}),
}  # fmt: skip

_CATALOGUE: dict[str, Schema] = {
    "landing": obj(
        {"title": TEXT, "description": TEXT, "attribution": TEXT, "edition": NUMBER_OF_EDITION,
         "links": _LINKS},
    ),
    "conformance": obj({"conformsTo": listed(ADDRESS), "links": _LINKS}),
    "collections": obj(
        {"links": _LINKS, "crs": listed(ADDRESS), "collections": listed(ref("collection"))}
    ),
    "collection": obj(
        {"id": TEXT, "title": TEXT, "description": TEXT, "itemType": choice("feature"),
         "crs": listed(TEXT), "storageCrs": ADDRESS, "extent": ref("extent"), "itemCount": COUNT,
         "links": _LINKS},
    ),
    "extent": obj(
        {"temporal": obj({"interval": listed(INTERVAL), "trs": ADDRESS})},
        {"spatial": obj({"bbox": listed(BOX), "crs": ADDRESS})},
    ),
    "editions": obj({"links": _LINKS, "editions": listed(ref("edition-summary"))}),
    "edition-summary": obj(
        {"number": NUMBER_OF_EDITION, "published": MOMENT, "author": TEXT, "note": TEXT,
         "content": TEXT, "items": COUNT, "links": _LINKS},
    ),
    "edition": obj(
        {"links": _LINKS, "number": NUMBER_OF_EDITION, "published": MOMENT, "author": TEXT,
         "note": TEXT, "tool": TEXT, "content": TEXT, "parent": {**TEXT, "nullable": True},
         "atlas": ANYTHING, "sources": ref("sources"),
         "collections": by_name(ref("collection-record"))},
    ),
    "collection-record": obj(
        {"sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"}, "count": COUNT,
         "bbox": {**BOX, "nullable": True}, "interval": INTERVAL},
    ),
    "sources": by_name(obj({"title": TEXT})),
}  # fmt: skip

_POSITION: Schema = {
    "type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 3,
}  # fmt: skip


def _geometry(kind: str, coordinates: Schema) -> Schema:
    return obj({"type": choice(kind), "coordinates": coordinates})


def _features() -> dict[str, Schema]:
    """Give the schemas of GeoJSON (RFC 7946), with the properties that features have here."""
    line, ring = listed(_POSITION), listed({**listed(_POSITION), "minItems": 4})
    shapes = {
        "Point": _POSITION,
        "LineString": line,
        "MultiLineString": listed(line),
        "Polygon": ring,
        "MultiPolygon": listed(ring),
    }
    feature = {
        "type": choice("Feature"),
        "id": TEXT,
        "geometry": {"nullable": True, "oneOf": [_geometry(*shape) for shape in shapes.items()]},
        "properties": {"anyOf": [ref(f"properties-{name}") for name in COLLECTIONS]},
    }
    page = {"type": choice("FeatureCollection"), "features": listed(ref("feature"))}
    return {
        "feature": obj(feature, {"links": _LINKS}),
        "feature-page": obj(
            {**page, "edition": NUMBER_OF_EDITION, "numberReturned": COUNT, "links": _LINKS},
            {"numberMatched": COUNT},
        ),
        "download": obj(
            {**page, "name": TEXT, "edition": NUMBER_OF_EDITION, "content": TEXT, "title": TEXT,
             "attribution": TEXT, "licence": ADDRESS, "sources": ref("sources")},
        ),
    }  # fmt: skip


def _properties(collection: Collection) -> Schema:
    """Give the schema of a feature's properties: none of them is asked for, no other is known."""
    written = {field.name: column(field) for field in collection.fields}
    return {"type": "object", "additionalProperties": False, "properties": written}


def column(field: Field) -> Schema:
    """Give the schema of one column's values."""
    written: Schema = {"description": field.description, **TYPES[field.kind]}
    if field.choices:
        written["enum"] = [*field.choices, *([] if field.required else [None])]
    # Without a type anything is allowed, null too.
    if not field.required and "type" in written:
        written["nullable"] = True
    return written


def _history() -> dict[str, Schema]:
    """Give the schemas of what the service tells of the past."""
    joined = listed(obj({"id": TEXT, "route": TEXT, "name": TEXT, "href": ADDRESS}))
    shift = _properties(COLLECTIONS["shifts"])
    version = _properties(COLLECTIONS["routes"])
    said = {"date_in_words": TEXT, "from": joined, "to": joined}
    shared = {"edition": NUMBER_OF_EDITION, "knowledge_ends": TEXT, "links": _LINKS}
    return {
        "shift": obj({**shift["properties"], **said}) | {"additionalProperties": False},
        "version": obj({**version["properties"], "links": _LINKS})
        | {"additionalProperties": False},
        "route-history": obj(
            {"route": TEXT, "name": TEXT, "versions": listed(ref("version")),
             "shifts_in": listed(ref("shift")), "shifts_out": listed(ref("shift")),
             "sources": ref("sources"), **shared},
        ),
        "change": obj(
            {"collection": TEXT, "id": TEXT, "name": TEXT, "change": choice(*get_args(ChangeKind)),
             "before": choice(*STATES), "after": choice(*STATES), "when": TEXT},
        ),
        "changes": obj(
            {"from": TEXT, "to": TEXT, "changes": listed(ref("change")),
             "shifts": listed(ref("shift")), **shared},
        ),
    }  # fmt: skip
