"""Items: a page of features, or one. Features are slices of a mapped file, joined."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import orjson
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from routes.errors import NotFound
from routes.query import Page, Shape
from routes.tree import Rows
from service import answers, formats, pages
from service.library import Library
from service.ogc import encodings, properties, tabular
from service.ogc.encodings import Found
from service.ogc.parameters import (
    COUNT,
    CRS,
    CURSOR,
    Cursor,
    parse_count,
    parse_limit,
    refuse_unknown,
)
from service.ogc.selection import HOW, PROPERTIES, SKIP_GEOMETRY, WHICH, Selection, selected
from service.problems import BadParameter, Missing
from service.settings import Settings
from service.site import Site

router = APIRouter()

PARAMETERS = ("f", "limit", CURSOR.name, COUNT.name, *(one.name for one in (*WHICH, *HOW)))
OF_ONE = ("f", CRS.name, PROPERTIES.name, SKIP_GEOMETRY.name)


@router.get("/collections/{collection}/items")
@router.get("/editions/{edition:int}/collections/{collection}/items")
async def items(request: Request, collection: str) -> Response:
    """Give a page of features (OGC 17-069r4 /req/core/fc-op)."""
    refuse_unknown(request, *PARAMETERS, *properties.names(collection))
    site = Site.of(request, formats.FEATURES)
    blank = {name: None for name, value in site.query if value == ""}
    if blank and site.format == "html":
        # A form without script sends its empty fields too.
        return RedirectResponse(site.this(**blank), 303)
    settings: Settings = request.app.state.settings
    asked = request.query_params.get("limit")
    limit = parse_limit(asked, settings.default_limit, settings.max_limit)
    first_place = 0
    if CURSOR.name in request.query_params:
        cursor = Cursor.parse(request.query_params[CURSOR.name])
        first_place = cursor.place
        site = at_edition_of(cursor, site, request.app.state.library)
    index = site.edition.index(collection)
    is_counted = parse_count(request.query_params.get(COUNT.name))
    selection = (await selected(request, site.edition, collection)).counted(is_counted)

    def for_people() -> str:
        found = index.page(selection.query, first_place, limit)
        features = [orjson.loads(fragment) for fragment in index.fragments(found.rows)]
        return pages.items(site, collection, _head(site, collection, found), features)

    if site.format == "html":
        return answers.html(request, site, for_people)
    if site.format in tabular.FORMS:
        found = index.page(selection.query, first_place, limit)
        chosen = _found(site, collection, selection, found.rows)
        return await tabular.answer(request, site, chosen, _head(site, collection, found))

    def body() -> bytes:
        return page(site, collection, selection, first_place, limit)

    return answers.answer(request, site, body, site.media_type, selection.content_crs)


@router.get("/collections/{collection}/items/{item:path}")
@router.get("/editions/{edition:int}/collections/{collection}/items/{item:path}")
async def item(request: Request, collection: str, item: str) -> Response:
    """Give one feature (OGC 17-069r4 /req/core/f-op)."""
    refuse_unknown(request, *OF_ONE)
    site = Site.of(request, formats.FEATURE)
    index = site.edition.index(collection)
    selection = await selected(request, site.edition, collection)
    row = index.row_of(item)
    if row is None:
        raise Missing(f"the collection {collection!r} has no item {item!r}")
    if site.format == "html":
        told = orjson.loads(index.fragment(row))
        return answers.html(request, site, lambda: pages.item(site, collection, told))

    def body() -> bytes:
        return feature(site, collection, selection, np.array([row]))

    return answers.answer(request, site, body, site.media_type, selection.content_crs)


def at_edition_of(cursor: Cursor, site: Site, library: Library) -> Site:
    """Go on in the edition in which the pages began, whatever has been published meanwhile."""
    if site.pinned and cursor.edition != site.edition.number:
        fault = f"is of edition {cursor.edition}, and this address of edition {site.edition.number}"
        raise BadParameter(fault, CURSOR.name, CURSOR.example)
    try:
        return replace(site, edition=library.edition(cursor.edition))
    except NotFound as error:
        fault = f"is of an edition that is not here: {error}"
        raise BadParameter(fault, CURSOR.name, CURSOR.example) from None


def page(site: Site, collection: str, selection: Selection, first_place: int, limit: int) -> bytes:
    """Give a page of features: joined, behind its head."""
    rows = site.edition.index(collection).page(selection.query, first_place, limit)
    found = _found(site, collection, selection, rows.rows)
    told = _head(site, collection, rows) | encodings.HEADS[site.format](found)
    head = orjson.dumps(told)[:-1] + b',"features":['
    if site.format == "json" and selection.shape == Shape():
        return found.index.joined(found.rows, head, b"]}")
    return b"%b%b]}" % (head, b",".join(encodings.FEATURES[site.format](found)))


def feature(site: Site, collection: str, selection: Selection, row: Rows) -> bytes:
    """Give one feature with its links."""
    found = _found(site, collection, selection, row)
    (fragment,) = encodings.FEATURES[site.format](found)
    tail = encodings.HEADS[site.format](found)
    tail["links"] = [*site.self_links(), _collection_link(site, collection)]
    return b"%b,%b" % (bytes(fragment[:-1]), orjson.dumps(tail)[1:])


def _found(site: Site, collection: str, selection: Selection, rows: Rows) -> Found:
    schema = site.url(f"/collections/{collection}/schema")
    return Found(collection, site.edition.index(collection), rows, selection, schema)


def _head(site: Site, collection: str, page: Page) -> dict[str, Any]:
    head: dict[str, Any] = {"type": "FeatureCollection", "edition": site.edition.number}
    if page.matched is not None:
        head["numberMatched"] = page.matched
    head["numberReturned"] = len(page.rows)
    head["links"] = [*site.self_links(), _collection_link(site, collection)]
    if page.next_place is not None:
        cursor = str(Cursor(site.edition.number, page.next_place))
        following = site.this(cursor=cursor)
        head["links"].append(site.link("next", following, site.media_type, "Next page"))
    return head


def _collection_link(site: Site, collection: str) -> dict[str, str]:
    return site.link(
        "collection", site.url(f"/collections/{collection}"), formats.JSON, "The collection"
    )
