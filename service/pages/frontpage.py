"""What the front page says."""

from __future__ import annotations

from typing import Any

from routes.schema import COLLECTIONS
from service.maps import sharing
from service.maps.view import MapView
from service.pages import records, words
from service.site import Site

NOTES = {
    "roles": "Roles of countries",
    "unnamed": "What the source does not name",
    "order": "In which order",
    "counts": "Counts of people",
}


def said(site: Site) -> dict[str, Any]:
    """Give what the front page's template fills in."""
    atlas, manifest = site.edition.atlas, site.edition.manifest
    day = str(atlas.get("opening_date") or "")
    query = {"date": day} if day else {}
    return {
        "summary": str(atlas.get("summary", "")).strip(),
        "map": site.url("/map", **query),
        "embed": site.url("/embed", **query),
        "builder": f"{site.root}/embed/builder",
        "code": embed_code(site, day),
        "service": f"{site.base}/",
        "day": day,
        "example": example(site, day),
        "collections": [_collection(site, name) for name in site.edition.collections],
        "items": sum(record.count for record in manifest.collections.values()),
        "notes": [
            {"title": NOTES.get(name, words.label(name)), "text": text}
            for name, text in atlas.get("notes", {}).items()
        ],
        "sources": records.sources(site),
        "knowledge_ends": str(atlas["knowledge_ends"]),
        "changes": {"from": _year_before(day), "to": day},
    }


def embed_code(site: Site, day: str) -> str:
    """Give the code to paste: the map of a day, or of the atlas's own where that is ""."""
    view = MapView(date=day or None, edition=site.edition.number if site.pinned else None,
                   root=site.root)  # fmt: skip
    return sharing.figure(view, sharing.title_of(view, site.edition.atlas), sharing.HEIGHT)


def example(site: Site, day: str) -> dict[str, str]:
    """Give lines to paste for GDAL and Python."""
    name = "routes" if "routes" in site.edition.collections else site.edition.collections[0]
    query = {"datetime": day} if day else {}
    address = site.url(f"/collections/{name}/items", **query)
    file = f"{site.edition.atlas.get('id', 'atlas')}.gpkg"
    return {
        "gdal": f'ogr2ogr -f GPKG {file} "OAPIF:{site.base}" -mapFieldType StringList=String',
        "python": f'import geopandas\n\nrows = geopandas.read_file("{address}")\n'
        'print(rows[["name", "when", "locator"]])',
    }


def _collection(site: Site, name: str) -> dict[str, Any]:
    record, declared = site.edition.manifest.collections[name], COLLECTIONS[name]
    return {
        "title": declared.title,
        "href": site.url(f"/collections/{name}"),
        "items": site.url(f"/collections/{name}/items"),
        "description": declared.description,
        "count": record.count,
        "in_time": words.interval(record.interval),
    }


def _year_before(day: str) -> str:
    """Give the same day two years earlier: a span in which something happens in most atlases."""
    return f"{int(day[:4]) - 2:04d}{day[4:]}" if day and not day.endswith("02-29") else ""
