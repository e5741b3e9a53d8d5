"""Pages of tile matrix sets and tilesets: what is there, and the address to paste."""

from __future__ import annotations

from typing import Any

from service.pages.render import Crumb, crumbs, render
from service.site import Site
from service.tiles.asked import Asked

Document = dict[str, Any]

_SETS = "Tile matrix sets"


def matrix_sets(site: Site, document: Document) -> str:
    """Give the list of the tile matrix sets."""
    return render(
        site, "matrix_sets.html", _SETS, crumbs(site), sets=document["tileMatrixSets"]
    )  # fmt: skip


def matrix_set(site: Site, document: Document) -> str:
    """Give a tile matrix set: its system and its matrices."""
    trail = [*crumbs(site), Crumb(_SETS, site.url("/tileMatrixSets"))]
    return render(site, "matrix_set.html", document["id"], trail, set=document)


def tilesets(site: Site, asked: Asked, document: Document) -> str:
    """Give the list of the tilesets of a collection, or of the whole."""
    rows = [
        {
            "name": one["tileMatrixSetId"],
            "crs": one["crs"],
            "href": _link(one, "alternate", "text/html"),
            "template": _link(one, "item"),
        }
        for one in document["tilesets"]
    ]
    title = f"Vector tiles: {asked.title(site)}"
    return render(site, "tilesets.html", title, _trail(site, asked), here="Tiles", tilesets=rows)


def tileset(site: Site, asked: Asked, document: Document) -> str:
    """Give one tileset: the address of its tiles, its layers, its matrices."""
    limits = document["tileMatrixSetLimits"]
    return render(
        site,
        "tileset.html",
        document["title"],
        [*_trail(site, asked), Crumb("Tiles", site.url(asked.path))],
        here=document["tileMatrixSetId"],
        tileset=document,
        address=_link(document, "item"),
        tilejson=_link(document, "alternate", "application/vnd.mapbox.tilejson+json"),
        matrices=f"{limits[0]['tileMatrix']} to {limits[-1]['tileMatrix']}",
        definition=site.url(f"/tileMatrixSets/{document['tileMatrixSetId']}"),
    )


def _trail(site: Site, asked: Asked) -> list[Crumb]:
    if asked.collection is None:
        return crumbs(site)
    return crumbs(site, "/collections", f"/collections/{asked.collection}")


def _link(document: Document, rel: str, media_type: str | None = None) -> str | None:
    """Find the address of a link; None where there is none."""
    for link in document["links"]:
        if link["rel"] == rel and media_type in (None, link["type"]):
            return str(link["href"])
    return None
