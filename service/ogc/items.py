"""Items: a page of features, or one. Features are slices of a mapped file, joined."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import orjson
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from geo.crs import CRS84_URI, Crs
from routes.index import CollectionIndex, Page, Rows
from service import answers, formats, pages
from service.library import Library
from service.ogc.parameters import (
    CURSOR,
    Cursor,
    parse_crs,
    parse_limit,
    parse_query,
    refuse_unknown,
)
from service.problems import BadParameter, Missing
from service.settings import Settings
from service.site import Site

router = APIRouter()

PARAMETERS = ("bbox", "bbox-crs", "crs", "datetime", "certainty", "limit", "cursor", "f")


@router.get("/collections/{collection}/items")
@router.get("/editions/{edition:int}/collections/{collection}/items")
async def items(request: Request, collection: str) -> Response:
    """Give a page of features (OGC 17-069r4 /req/core/fc-op)."""
    refuse_unknown(request, *PARAMETERS)
    site = Site.of(request)
    blank = {name: None for name, value in site.query if value == ""}
    if blank and site.format == "html":
        # A form without script sends its empty fields too.
        return RedirectResponse(site.this(**blank), 303)
    settings: Settings = request.app.state.settings
    query = parse_query(request, settings.systems)
    crs = parse_crs(request.query_params.get("crs"), "crs", settings.systems)
    asked = request.query_params.get("limit")
    limit = parse_limit(asked, settings.default_limit, settings.max_limit)
    first_row = 0
    if "cursor" in request.query_params:
        cursor = Cursor.parse(request.query_params["cursor"])
        first_row = cursor.row
        site = _at_edition_of(cursor, site, request.app.state.library)
    index = site.edition.index(collection)

    if site.format == "html":

        def page() -> str:
            found = index.page(query, first_row, limit)
            document = _head(site, collection, found)
            features = [orjson.loads(fragment) for fragment in index.fragments(found.rows)]
            return pages.items(site, collection, document, features)

        return answers.html(request, site, page)

    def body() -> bytes:
        found = index.page(query, first_row, limit)
        return feature_collection(_head(site, collection, found), index, found, crs)

    return answers.answer(request, site, body, formats.GEOJSON, content_crs(crs))


@router.get("/collections/{collection}/items/{item:path}")
@router.get("/editions/{edition:int}/collections/{collection}/items/{item:path}")
async def item(request: Request, collection: str, item: str) -> Response:
    """Give one feature (OGC 17-069r4 /req/core/f-op)."""
    refuse_unknown(request, "crs", "f")
    site = Site.of(request)
    settings: Settings = request.app.state.settings
    crs = parse_crs(request.query_params.get("crs"), "crs", settings.systems)
    index = site.edition.index(collection)
    row = index.row_of(item)
    if row is None:
        raise Missing(f"the collection {collection!r} has no item {item!r}")
    if site.format == "html":
        feature = orjson.loads(index.fragment(row))
        return answers.html(request, site, lambda: pages.item(site, collection, feature))

    def body() -> bytes:
        (fragment,) = _features(index, np.array([row]), crs)
        return _with_links(fragment, _item_links(site, collection))

    return answers.answer(request, site, body, formats.GEOJSON, content_crs(crs))


def _at_edition_of(cursor: Cursor, site: Site, library: Library) -> Site:
    """Go on in the edition in which the pages began, whatever has been published meanwhile."""
    if site.pinned and cursor.edition != site.edition.number:
        fault = f"is of edition {cursor.edition}, and this address of edition {site.edition.number}"
        raise BadParameter(fault, CURSOR.name, CURSOR.example)
    return replace(site, edition=library.edition(cursor.edition))


def feature_collection(head: dict[str, Any], index: CollectionIndex, page: Page, crs: Crs) -> bytes:
    """Join a page of features behind its head."""
    features = b",".join(_features(index, page.rows, crs))
    return b'%b,"features":[%b]}' % (orjson.dumps(head)[:-1], features)


def _features(index: CollectionIndex, rows: Rows, crs: Crs) -> Iterable[bytes | memoryview]:
    if crs.uri == CRS84_URI:
        return index.fragments(rows)
    try:
        return index.projected(rows, crs)
    except ValueError as error:
        raise BadParameter(str(error), "crs", CRS84_URI) from None


def content_crs(crs: Crs) -> dict[str, str]:
    """Say in which CRS an answer is (OGC 18-058r1 /req/crs/ogc-crs-header)."""
    return {"Content-Crs": f"<{crs.uri}>"}


def _head(site: Site, collection: str, page: Page) -> dict[str, Any]:
    head: dict[str, Any] = {"type": "FeatureCollection", "edition": site.edition.number}
    if page.matched is not None:
        head["numberMatched"] = page.matched
    head["numberReturned"] = len(page.rows)
    head["links"] = [*site.self_links(formats.GEOJSON), _collection_link(site, collection)]
    if page.next_row is not None:
        cursor = str(Cursor(site.edition.number, page.next_row))
        media_type = "text/html" if site.format == "html" else formats.GEOJSON
        head["links"].append(site.link("next", site.this(cursor=cursor), media_type, "Next page"))
    return head


def _item_links(site: Site, collection: str) -> list[dict[str, Any]]:
    return [*site.self_links(formats.GEOJSON), _collection_link(site, collection)]


def _collection_link(site: Site, collection: str) -> dict[str, str]:
    return site.link(
        "collection", site.url(f"/collections/{collection}"), formats.JSON, "The collection"
    )


def _with_links(fragment: bytes | memoryview, links: list[dict[str, Any]]) -> bytes:
    return b'%b,"links":%b}' % (bytes(fragment[:-1]), orjson.dumps(links))
