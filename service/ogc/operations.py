"""The API's operations: what can be asked at which path, with which parameters, and what comes.

To describe a new resource, add an `Operation` to `operations`; its answer's schema goes to
`service.ogc.schemas`, its parameters to `service.ogc.parameters`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from geo.formats import FORMATS
from service import formats
from service.formats import Form
from service.history.corrections import FROM_EDITION, TO_EDITION
from service.history.feed import ATOM
from service.maps import builder, looks, oembed
from service.maps import parameters as maps
from service.ogc import parameters, properties, selection
from service.ogc.operation import Operation
from service.ogc.parameters import Parameter
from service.pictures import parameters as pictures
from service.settings import settings
from service.site import Site
from service.tiles import described as tiles

CSV, FGB = FORMATS["csv"].media_type, FORMATS["fgb"].media_type
ITEMS = "/collections/{collectionId}/items"


def operations(site: Site) -> list[Operation]:
    """Give the operations that stand under the address of this site's edition."""
    every = [
        *_catalogue(site),
        *_features(site),
        *tiles.operations(_collection(site)),
        *_history(site),
        *_maps(),
        *_stories(site),
        *_service(site),
    ]
    return [one for one in every if one.pinned or not site.pinned]


def _catalogue(site: Site) -> list[Operation]:
    return [
        Operation("landing", "/", "Front page", "landing"),
        Operation("conformance", "/conformance", "What this service conforms to", "conformance"),
        Operation("api", "/api", "This document", "openapi", formats.OPENAPI),
        Operation("apiForPeople", "/api.html", "This document, for people", None, has_form=False),
        Operation("collections", "/collections", "The collections", "collections"),
        Operation("collection", "/collections/{collectionId}", "One collection", "collection",
                  paths=(_collection(site),)),
        Operation("schema", "/collections/{collectionId}/schema", "The schema of its features",
                  "json-schema", formats.SCHEMA, paths=(_collection(site),)),
    ]  # fmt: skip


def _features(site: Site) -> list[Operation]:
    collection = _collection(site)
    limit = parameters.limit_parameter(settings().default_limit, settings().max_limit)
    which = _systems(*selection.WHICH)
    how = _systems(*selection.HOW)
    of_one = _systems(parameters.CRS, selection.PROPERTIES, selection.SKIP_GEOMETRY)
    return [
        Operation("items", ITEMS, "Features", "feature-page", formats.GEOJSON,
                  paths=(collection,),
                  queries=(*which, *how, limit, parameters.CURSOR, parameters.COUNT,
                           *properties.every()),
                  more=dict.fromkeys((CSV, FGB), "binary") | {formats.JSONFG: "jsonfg-page"},
                  form=_form(formats.FEATURES)),
        Operation("item", f"{ITEMS}/{{featureId}}", "One feature", "feature", formats.GEOJSON,
                  paths=(collection, _item(site)), queries=of_one,
                  more={formats.JSONFG: "jsonfg-feature"}, form=_form(formats.FEATURE)),
        Operation("queryables", "/collections/{collectionId}/queryables",
                  "What a filter can name", "json-schema", formats.SCHEMA, paths=(collection,)),
        *(_download(collection, ending) for ending in FORMATS),
        Operation("archive", "/downloads/routeshift.pmtiles", "All tiles as one PMTiles archive",
                  "binary", formats.PMTILES, has_form=False, in_ranges=True),
        Operation("qgis", "/downloads/routeshift.qlr", "Styled and dated layers for QGIS", "text",
                  formats.QLR, has_form=False),
    ]  # fmt: skip


def _download(collection: Parameter, ending: str) -> Operation:
    form = FORMATS[ending]
    how = [one for one in selection.HOW if form.any_crs or one is not parameters.CRS]
    return Operation(
        f"download.{ending}", f"/downloads/{{collectionId}}.{ending}",
        f"A collection, or what a query finds of it, as {form.title}",
        "download" if ending == "geojson" else "binary", form.media_type,
        paths=(collection,), queries=_systems(*selection.WHICH, *how), has_form=False,
        in_ranges=True,
    )  # fmt: skip


def _form(forms: tuple[Form, ...]) -> Parameter:
    names = [*(form.name for form in forms), *formats.ALIASES]
    return replace(parameters.F, schema={"type": "string", "enum": names})


def _history(site: Site) -> list[Operation]:
    days = (parameters.FROM, parameters.TO)
    return [
        Operation("route", "/routes/{route}", "The history of one route", "route-history",
                  paths=(_route(site),)),
        Operation("changes", "/changes",
                  "What changed in the world between two days, or in the atlas by an edition",
                  "changes", queries=(*days, FROM_EDITION, TO_EDITION, maps.LANG)),
        Operation("feed", "/editions.atom", "The editions and their corrections, as a feed",
                  "text", ATOM, has_form=False, pinned=False),
    ]  # fmt: skip


def _maps() -> list[Operation]:
    return [
        Operation("map", "/map", "The map of a day", None,
                  queries=(*maps.EVERY, *looks.OF_A_MAP), has_form=False),
        Operation("mapTable", "/map/table", "Everything on the map of a day, as tables", None,
                  queries=maps.OF_A_DAY, has_form=False),
        Operation("compare", "/compare",
                  "Two days, or one day in two editions, on maps beside each other", None,
                  queries=(parameters.FROM, parameters.TO, FROM_EDITION, TO_EDITION, maps.MAPS,
                           *maps.EVERY), has_form=False),
        Operation("embed", "/embed", "The map for a frame on another site", None,
                  queries=(*maps.EVERY, *looks.OF_A_MAP, *looks.OF_AN_EMBED), has_form=False),
        Operation("embedBuilder", "/embed/builder", "The code of a map for another site",
                  "embed-code", queries=builder.EVERY, pinned=False),
        Operation("embedScript", "/embed.js", "The script that gives frames their height", "text",
                  builder.JAVASCRIPT, has_form=False, pinned=False),
        Operation("picture.svg", "/picture.svg", "A still of the map, in layers", "text",
                  "image/svg+xml", queries=pictures.EVERY, has_form=False),
        Operation("picture.png", "/picture.png", "A still of the map", "binary", "image/png",
                  queries=pictures.EVERY, has_form=False),
        Operation("picture.pdf", "/picture.pdf", "A still of the map, for print", "binary",
                  "application/pdf", queries=pictures.EVERY, has_form=False),
        Operation("oembed", "/oembed", "How another site shows a map of this one (oEmbed 1.0)",
                  "oembed", more={oembed.XML: "text"}, queries=oembed.EVERY, required=("url",),
                  has_form=False, pinned=False),
    ]  # fmt: skip


def _stories(site: Site) -> list[Operation]:
    named = (_story(site),)
    return [
        Operation("stories", "/stories", "Stories told beside the map", "stories"),
        Operation("story", "/stories/{story}", "One story: its sections, each with its map",
                  "story", paths=named),
        Operation("storyEmbed", "/stories/{story}/embed", "A story for a frame on another site",
                  None, paths=named, has_form=False),
    ]  # fmt: skip


def _service(site: Site) -> list[Operation]:
    return [
        Operation("editions", "/editions", "The editions, newest first", "editions", pinned=False),
        Operation("edition", "/editions/{edition}",
                  "One edition; all of this stands under it too, as it was then", "edition",
                  paths=(_edition(site),), pinned=False),
        Operation("live", "/health/live", "Whether the process runs", "health", has_form=False,
                  pinned=False),
        Operation("ready", "/health/ready", "Whether an edition can be asked", "health",
                  has_form=False, pinned=False),
    ]  # fmt: skip


def _collection(site: Site) -> Parameter:
    names = list(site.edition.collections)
    schema: dict[str, Any] = {"type": "string", "enum": names}
    return Parameter("collectionId", "Name of the collection.", schema, _shown(site))


def _systems(*named: Parameter) -> tuple[Parameter, ...]:
    """Say which systems there are; each is known by its safe CURIE too, such as [EPSG:3035]."""
    known = list(settings().systems)
    return tuple(
        replace(one, schema={**one.schema, "enum": known}) if one.name.endswith("crs") else one
        for one in named
    )


def _item(site: Site) -> Parameter:
    return Parameter("featureId", "Identifier of the feature.", _NAME, _first(site))


def _route(site: Site) -> Parameter:
    return Parameter("route", "Name of the route.", _NAME, _first(site).rpartition(".v")[0])


def _story(site: Site) -> Parameter:
    names = list(site.edition.stories)
    schema = {"type": "string", "enum": names} if names else _NAME
    return Parameter("story", "Name of the story.", schema, names[0] if names else "")


def _edition(site: Site) -> Parameter:
    schema = {"type": "integer", "minimum": 1}
    return Parameter("edition", "Number of the edition.", schema, str(site.edition.number))


_NAME: dict[str, Any] = {"type": "string", "minLength": 1}


def _shown(site: Site) -> str:
    names = site.edition.collections
    return "routes" if "routes" in names else next(iter(names))


def _first(site: Site) -> str:
    index = site.edition.index(_shown(site))
    return index.id_of(0) if len(index) else ""
