"""One value of a feature as people read it: in words, with links to what it names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any, NamedTuple

import orjson

from geo import boundaries
from routes import Edition
from routes.schema import Field
from service.pages import words
from service.site import Site

Properties = dict[str, Any]


class Piece(NamedTuple):
    """Some text, with the address of what it names."""

    text: str
    href: str | None = None


def pieces(site: Site, column: Field, properties: Properties) -> list[Piece]:
    """Say one value; an empty list where there is none."""
    held = properties.get(column.name)
    if held in (None, "", []):
        return []
    own = _OWN.get(column.name)
    if own:
        return own(site, held, properties)
    if column.kind == "datetime":
        return [Piece(words.day(held))]
    if column.kind in ("integer", "number"):
        return [Piece(str(held) if column.kind == "integer" else words.number(held))]
    if column.kind == "list":
        return [Piece(str(one)) for one in held]
    if column.kind == "json" and isinstance(held, dict):
        return [Piece(f"{_spaced(key)}: {_figure(one)}") for key, one in held.items()]
    if column.choices or column.name in ("kind", "cause_kind"):
        return [Piece(words.value(column.name, str(held)))]
    return [Piece(str(held))]


def citation(site: Site, source: str) -> str:
    """Give a source in brief: author and year."""
    said = site.edition.sources.get(source, {})
    author = str(said.get("author") or said.get("publisher") or source)
    year = said.get("year")
    # A person is cited by the last name; an institution by its whole one.
    brief = author.rsplit(" ", 1)[-1] if said.get("kind") in ("article", "book") else author
    return f"{brief} {year}" if year else brief


def place(site: Site, name: str) -> str:
    """Give the name for people of a place that an id stands for: crossing, country or region."""
    known = _name(site, "crossings", name) or _countries().get(name) or _entity(site, name)
    return known or (name.replace("-", " ").title() if name.islower() else name)


def source_address(site: Site, source: str) -> str:
    """Give the address of what is known of a source."""
    return f"{site.url('/')}#source-{source}"


def _source(site: Site, source: str, properties: Properties) -> list[Piece]:
    cited = Piece(citation(site, source), source_address(site, source))
    locator = properties.get("locator")
    return [cited, Piece(str(locator))] if locator else [cited]


def _stages(site: Site, stages: Any, _: Properties) -> list[Piece]:  # noqa: ANN401
    said = [" / ".join(place(site, str(one)) for one in stage) for stage in stages]
    return [Piece(" → ".join(said))]


def _places(site: Site, names: Sequence[str], _: Properties) -> list[Piece]:
    return [Piece(place(site, name)) for name in names]


def _place(site: Site, name: str, _: Properties) -> list[Piece]:
    is_crossing = _name(site, "crossings", name) is not None
    href = site.url(f"/collections/crossings/items/{name}") if is_crossing else None
    return [Piece(place(site, name), href)]


def _versions(site: Site, ids: Sequence[str], _: Properties) -> list[Piece]:
    return [
        Piece(_name(site, "routes", one) or one, site.url(f"/collections/routes/items/{one}"))
        for one in ids
    ]


def _route(site: Site, route: str, _: Properties) -> list[Piece]:
    return [Piece(route, site.url(f"/routes/{route}"))]


def _figure(value: object) -> str:
    return words.number(value) if isinstance(value, int | float) else str(value)


def _spaced(key: str) -> str:
    return key.replace("_", " ").replace(" percent", " (percent)").capitalize()


def _name(site: Site, collection: str, feature: str) -> str | None:
    """Look up one feature's name in the mapped index: the collection may be large."""
    if collection not in site.edition.collections:
        return None
    index = site.edition.index(collection)
    row = index.row_of(feature)
    if row is None:
        return None
    name = orjson.loads(index.fragment(row))["properties"].get("name")
    return name if isinstance(name, str) else feature


@dataclass(frozen=True)
class _Boundaries:
    """The boundaries of an edition, equal to those of another if their content is."""

    sha256: str
    edition: Edition = field(compare=False)


def _entity(site: Site, name: str) -> str | None:
    record = site.edition.manifest.collections.get("boundaries")
    held = _entities(_Boundaries(record.sha256, site.edition)) if record else {}
    return held.get(name)


@lru_cache(maxsize=4)
def _entities(held: _Boundaries) -> dict[str, str]:
    frame = held.edition.frame("boundaries")
    return dict(zip(frame["entity"], frame["name"], strict=True))


@cache
def _countries() -> dict[str, str]:
    return {name: str(said["name"]) for name, said in boundaries.load().table["countries"].items()}


_OWN: dict[str, Callable[[Site, Any, Properties], list[Piece]]] = {
    "source": _source,
    "stages": _stages,
    "between": _places,
    "within": _places,
    "members": _places,
    "country": _place,
    "place": _place,
    "from_versions": _versions,
    "to_versions": _versions,
    "route": _route,
}
