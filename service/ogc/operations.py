"""The API's operations: what can be asked at which path, with which parameters, and what comes.

To describe a new resource, add an `Operation` to `operations`; its answer's schema goes to
`service.ogc.schemas`, its parameters to `service.ogc.parameters`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from service import formats
from service.maps import parameters as maps
from service.ogc import parameters
from service.ogc.parameters import Parameter
from service.settings import settings
from service.site import Site

ITEMS = "/collections/{collection}/items"


@dataclass(frozen=True)
class Operation:
    """What GET gives at one path.

    `schema` names the schema of the answer for programs; None where there is one for people only.
    `paths` are the parameters in the path, `queries` those behind it, `required` the names of
    queries that must be given. `has_form`: there is a page for people too, chosen by `f`.
    `pinned`: it stands under /editions/{n} as well.
    """

    name: str
    path: str
    summary: str
    schema: str | None
    media_type: str = formats.JSON
    paths: tuple[Parameter, ...] = ()
    queries: tuple[Parameter, ...] = ()
    required: tuple[str, ...] = ()
    has_form: bool = True
    pinned: bool = True

    @property
    def content(self) -> dict[str, str | None]:
        """Give the media types of the answers, each with the name of its schema."""
        written: dict[str, str | None] = {self.media_type: self.schema} if self.schema else {}
        return {**written, "text/html": None} if self.has_form or not self.schema else written

    @property
    def asked(self) -> tuple[Parameter, ...]:
        """Give the parameters behind the path."""
        return (*self.queries, parameters.F) if self.has_form else self.queries


def operations(site: Site) -> list[Operation]:
    """Give the operations that stand under the address of this site's edition."""
    every = [*_catalogue(site), *_features(site), *_history(site), *_maps(), *_service(site)]
    return [one for one in every if one.pinned or not site.pinned]


def _catalogue(site: Site) -> list[Operation]:
    return [
        Operation("landing", "/", "Front page", "landing"),
        Operation("conformance", "/conformance", "What this service conforms to", "conformance"),
        Operation("api", "/api", "This document", "openapi", formats.OPENAPI),
        Operation("apiForPeople", "/api.html", "This document, for people", None, has_form=False),
        Operation("collections", "/collections", "The collections", "collections"),
        Operation("collection", "/collections/{collection}", "One collection", "collection",
                  paths=(_collection(site),)),
        Operation("schema", "/collections/{collection}/schema", "The schema of its features",
                  "json-schema", formats.SCHEMA, paths=(_collection(site),)),
    ]  # fmt: skip


def _features(site: Site) -> list[Operation]:
    collection = _collection(site)
    limit = parameters.limit_parameter(settings().default_limit, settings().max_limit)
    systems = _systems(parameters.BBOX_CRS, parameters.CRS)
    queries = (
        parameters.BBOX,
        *systems,
        parameters.DATETIME,
        parameters.CERTAINTY,
        limit,
        parameters.CURSOR,
    )
    return [
        Operation("items", ITEMS, "Features", "feature-page", formats.GEOJSON,
                  paths=(collection,), queries=queries),
        Operation("item", f"{ITEMS}/{{item}}", "One feature", "feature", formats.GEOJSON,
                  paths=(collection, _item(site)), queries=systems[1:]),
        Operation("download", "/downloads/{collection}.geojson", "A whole collection", "download",
                  formats.GEOJSON, paths=(collection,), has_form=False),
    ]  # fmt: skip


def _history(site: Site) -> list[Operation]:
    return [
        Operation("route", "/routes/{route}", "The history of one route", "route-history",
                  paths=(_route(site),)),
        Operation("changes", "/changes", "What changed in the world between two days", "changes",
                  queries=(parameters.FROM, parameters.TO), required=("from", "to")),
    ]  # fmt: skip


def _maps() -> list[Operation]:
    return [
        Operation("map", "/map", "The map of a day", None, queries=maps.EVERY, has_form=False),
        Operation("embed", "/embed", "The map for a frame on another site", None,
                  queries=maps.EVERY, has_form=False),
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
    return Parameter("collection", "Name of the collection.", schema, _shown(site))


def _systems(*named: Parameter) -> tuple[Parameter, ...]:
    """Say which systems there are; each is known by its safe CURIE too, such as [EPSG:3035]."""
    known = list(settings().systems)
    return tuple(replace(one, schema={**one.schema, "enum": known}) for one in named)


def _item(site: Site) -> Parameter:
    return Parameter("item", "Identifier of the feature.", _NAME, _first(site))


def _route(site: Site) -> Parameter:
    return Parameter("route", "Name of the route.", _NAME, _first(site).rpartition(".v")[0])


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
