"""What an edition keeps of a story."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

LAYERS = ("routes", "crossings", "roles", "events", "eu")
"""What a reader of the map can switch, by the names that `layers` has in an address."""

ZOOMS = (3, 11)
"""How far and how close the map goes, as Leaflet counts."""

Stories = Mapping[str, dict[str, Any]]
"""Stories by id, as plain data: what a manifest holds and its hash covers."""

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Place:
    """A middle in degrees (EPSG:4326) and how close, as Leaflet counts."""

    lat: float
    lon: float
    zoom: float


@dataclass(frozen=True)
class Section:
    """A part of a story with the state of the map that belongs to it.

    `days` are one ISO day, or two, the earlier first. `view` is (west, south, east, north) in
    degrees or a place, None for the atlas's. `layers` are names of `LAYERS`. `highlight` names
    routes or versions of them. `text` is Markdown, see `routes.stories.prose`.
    """

    id: str
    heading: str
    days: tuple[str, ...]
    view: Box | Place | None
    layers: tuple[str, ...]
    highlight: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Story:
    """A story. `language` is a BCP 47 tag; `introduction`, Markdown, stands before all sections."""

    id: str
    title: str
    byline: str
    language: str
    summary: str
    introduction: str
    sections: tuple[Section, ...]

    def said(self) -> dict[str, Any]:
        """Give it as plain data without its id, as a manifest holds it."""
        said = asdict(self)
        del said["id"]
        said["sections"] = [_plain(section) for section in said["sections"]]
        return said

    @classmethod
    def of(cls, name: str, said: Mapping[str, Any]) -> Story:
        """Read what a manifest holds."""
        own = {key: value for key, value in said.items() if key != "sections"}
        return cls(id=name, sections=tuple(map(_section, said["sections"])), **own)


def _plain(section: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: list(value) if isinstance(value, tuple) else value for key, value in section.items()
    }


def _section(said: Mapping[str, Any]) -> Section:
    view = said["view"]
    return Section(
        id=said["id"],
        heading=said["heading"],
        days=tuple(said["days"]),
        view=Place(**view) if isinstance(view, Mapping) else tuple(view) if view else None,
        layers=tuple(said["layers"]),
        highlight=tuple(said["highlight"]),
        text=said["text"],
    )
