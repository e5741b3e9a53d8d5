"""Files to download: their addresses and names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from geo.formats import FORMATS, Format
from service.ogc import properties
from service.ogc.parameters import CRS, DATETIME
from service.ogc.selection import HOW, PROPERTIES, SKIP_GEOMETRY, WHICH
from service.site import Site

PARAMETERS = tuple(one.name for one in (*WHICH, *HOW))
NARROWING = frozenset(one.name for one in (*WHICH, PROPERTIES, SKIP_GEOMETRY, *properties.every()))

_DATE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")


class File(NamedTuple):
    """A file to download: its format, and where it stands."""

    form: Format
    href: str


def of_collection(
    site: Site, collection: str, asked: Mapping[str, str] | None = None
) -> list[File]:
    """Give a collection in every format: what is `asked` of it, or all.

    Files that know one system only leave `crs` out.
    """
    known = (*PARAMETERS, *properties.names(collection))
    query = {name: text for name, text in (asked or {}).items() if name in known}
    plain = {name: text for name, text in query.items() if name != CRS.name}
    return [
        File(
            form,
            site.url(f"/downloads/{collection}.{ending}", **(query if form.any_crs else plain)),
        )
        for ending, form in FORMATS.items()
    ]


def is_part(site: Site) -> bool:
    """Tell whether an address asks for some rows or columns only, not for another order or CRS."""
    return any(name in NARROWING for name, _ in site.query)


def name_of(site: Site, collection: str, form: Format) -> str:
    """Give the name under which a file is kept: it tells day, edition, and a part from a whole."""
    asked = dict(site.query).get(DATETIME.name, "")
    day = f"-{asked}" if _DATE.fullmatch(asked) else ""
    part = "-part" if is_part(site) else ""
    edition = site.edition
    named = f"{edition.atlas['id']}-{collection}{day}-edition-{edition.number}{part}"
    return f"{named}.{form.extension}"
