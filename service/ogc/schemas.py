"""What answers look like: the JSON Schemas of the API's description, in the dialect of OpenAPI 3.0.

Each is written once, under the name by which operations refer to it. Those of features come from
the columns that `routes.schema` declares.
"""

from __future__ import annotations

from typing import get_args

from routes.history import STATES, ChangeKind
from routes.schema import COLLECTIONS, JSON_TYPES, Collection, Field
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


def every() -> dict[str, Schema]:
    """Give all schemas by name."""
    properties = {f"properties-{name}": _properties(one) for name, one in COLLECTIONS.items()}
    return {
        **_SHARED,
        **_CATALOGUE,
        **_TILES,
        **_features(),
        **properties,
        **_history(),
        **_STORIES,
    }


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
    "oembed": obj(
        {"version": choice("1.0"), "type": choice("rich"), "title": TEXT, "html": TEXT,
         "width": COUNT, "height": COUNT, "provider_name": TEXT, "provider_url": ADDRESS},
        {"author_name": TEXT, "cache_age": COUNT, "thumbnail_url": ADDRESS,
         "thumbnail_width": COUNT, "thumbnail_height": COUNT},
    ),
    "embed-code": obj(
        {"title": TEXT, "code": TEXT, "frame": TEXT, "picture": TEXT, "embed": ADDRESS,
         "map": ADDRESS, "oembed": ADDRESS, "png": ADDRESS, "svg": ADDRESS},
        {"edition": NUMBER_OF_EDITION},
    ),
    "text": TEXT,
    "binary": {"type": "string", "format": "binary"},
    "health": obj({"status": choice("live", "ready")}, {"edition": NUMBER_OF_EDITION}),
}  # fmt: skip

_LIMITS = {"tileMatrix": TEXT, "minTileRow": COUNT, "maxTileRow": COUNT, "minTileCol": COUNT,
           "maxTileCol": COUNT}  # fmt: skip
_TILES: dict[str, Schema] = {
    "tile-matrix-sets": obj(
        {"links": _LINKS,
         "tileMatrixSets": listed(
             obj({"id": TEXT, "title": TEXT, "uri": ADDRESS, "crs": ADDRESS, "links": _LINKS}))},
    ),
    "tile-matrix-set": obj(
        {"id": TEXT, "crs": ADDRESS, "tileMatrices": listed(obj({"id": TEXT, "tileWidth": COUNT,
                                                              "tileHeight": COUNT}))},
    ),
    "tilesets": obj({"links": _LINKS, "tilesets": listed(ref("tileset"))}),
    "tileset": obj(
        {"title": TEXT, "dataType": choice("vector"), "crs": ADDRESS, "tileMatrixSetId": TEXT,
         "tileMatrixSetURI": ADDRESS, "tileMatrixSetLimits": listed(obj(_LIMITS)),
         "layers": listed(obj({"id": TEXT})), "links": _LINKS},
    ),
    "tilejson": obj(
        {"tilejson": choice("3.0.0"), "tiles": listed(TEXT), "minzoom": COUNT, "maxzoom": COUNT,
         "vector_layers": listed(obj({"id": TEXT}))},
    ),
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
         "content": TEXT, "items": COUNT, "before": {**NUMBER_OF_EDITION, "nullable": True},
         "corrections": listed(TEXT), "links": _LINKS},
    ),
    "edition": obj(
        {"links": _LINKS, "number": NUMBER_OF_EDITION, "published": MOMENT, "author": TEXT,
         "note": TEXT, "tool": TEXT, "content": TEXT, "parent": {**TEXT, "nullable": True},
         "atlas": ANYTHING, "sources": ref("sources"),
         "collections": by_name(ref("collection-record")), "stories": by_name(ANYTHING)},
    ),
    "collection-record": obj(
        {"sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"}, "count": COUNT,
         "bbox": {**BOX, "nullable": True}, "interval": INTERVAL},
    ),
    "sources": by_name(obj({"title": TEXT})),
}  # fmt: skip

_STORY = {"id": TEXT, "title": TEXT, "byline": TEXT, "language": TEXT, "summary": TEXT}
_DAYS = listed({"type": "string", "format": "date"})
_STORIES: dict[str, Schema] = {
    "stories": obj({"edition": NUMBER_OF_EDITION, "links": _LINKS,
                    "stories": listed(obj({**_STORY, "sections": COUNT, "days": _DAYS,
                                           "links": _LINKS}))}),
    "story": obj(
        {**_STORY, "edition": NUMBER_OF_EDITION, "introduction": ref("prose"),
         "sections": listed(ref("story-section")), "sources": ref("sources"), "links": _LINKS},
    ),
    "story-section": obj(
        {"id": TEXT, "heading": TEXT, "days": _DAYS, "layers": listed(TEXT),
         "highlight": listed(TEXT), "text": ref("prose"), "links": _LINKS},
        {"view": {"nullable": True, "anyOf": [BOX, ref("place-of-map")]}},
    ),
    "place-of-map": obj({key: {"type": "number"} for key in ("lat", "lon", "zoom")}),
    "prose": obj({"markdown": TEXT, "html": TEXT}),
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
    root = {"conformsTo": listed(ADDRESS), "featureType": TEXT, "featureSchema": ADDRESS,
            "coordRefSys": ADDRESS}  # fmt: skip
    place = {"type": "object", "nullable": True}
    dated = obj({**feature, "time": ref("jsonfg-time"), "place": place})
    known = {"edition": NUMBER_OF_EDITION, "numberReturned": COUNT, "links": _LINKS}
    return {
        "feature": obj(feature, {"links": _LINKS}),
        "jsonfg-time": {"type": "object", "nullable": True},
        "jsonfg-feature": {"allOf": [dated, obj({**root, "links": _LINKS})]},
        "jsonfg-page": obj(
            {**page, **root, **known, "features": listed(dated)}, {"numberMatched": COUNT}
        ),
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
    written: Schema = {"description": field.description, **JSON_TYPES[field.kind]}
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
        "changes": {"anyOf": [ref("changes-in-the-world"), ref("corrections")]},
        "corrections": obj(
            {"from_edition": NUMBER_OF_EDITION, "to_edition": NUMBER_OF_EDITION,
             "published": MOMENT, "note": TEXT, "sentences": listed(TEXT),
             "atlas": listed(ref("field-change")), "sources": listed(ref("field-change")),
             "stories": listed(ref("field-change")),
             "features": listed(ref("correction")), "links": _LINKS},
        ),
        "field-change": obj({"field": TEXT}, {"before": {}, "after": {}}),
        "correction": obj(
            {"collection": TEXT, "id": TEXT, "name": TEXT, "sentence": TEXT,
             "kind": choice("added", "removed", "changed"),
             "fields": listed(ref("field-change")),
             "geometry": choice("same", "moved", "given", "taken")},
            {"moved_m": {"type": "number", "nullable": True},
             "before": {**TEXT, "nullable": True}, "after": {**TEXT, "nullable": True}},
        ),
        "changes-in-the-world": obj(
            {"from": TEXT, "to": TEXT, "changes": listed(ref("change")),
             "shifts": listed(ref("shift")), **shared},
        ),
    }  # fmt: skip
