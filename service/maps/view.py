"""What an address asks the map to show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Mode = Literal["map", "embed", "compare", "story"]
Scheme = Literal["auto", "light", "dark"]


@dataclass(frozen=True)
class Look:
    """How a map is to look on another site.

    `scheme` "auto" is as the reader's device has it. `accent` is a colour of six hexadecimal
    digits, None for the map's own. `strip` and `legend`: whether they are there. `since` is the
    edition that was the newest when the map was placed, None if that is not known.
    """

    scheme: Scheme = "auto"
    accent: str | None = None
    strip: bool = True
    legend: bool = True
    since: int | None = None


@dataclass(frozen=True)
class Correction:
    """An edition that corrected a map: its number, its ISO day, and where that is told."""

    edition: int
    day: str
    href: str


@dataclass(frozen=True)
class MapView:
    """What an address asks the map to show; read and checked by the HTTP layer.

    `date` is an ISO day, None for the atlas's opening date; with `to`, an ISO day not before it, it
    is the first day of a range and `to` the last. `bbox` is (west, south, east, north)
    in degrees; `lat`, `lon`, `zoom` come together and win over it. `layers` are names of `LAYERS`,
    None for all. `edition` is the number of a pinned edition, None to follow the newest.
    `root_path` is the path that the service is mounted at, "" or "/atlas"; `root` the full address
    of that, for what is read elsewhere: "" where it is not known.
    """

    date: str | None = None
    to: str | None = None
    bbox: tuple[float, float, float, float] | None = None
    lat: float | None = None
    lon: float | None = None
    zoom: float | None = None
    layers: tuple[str, ...] | None = None
    edition: int | None = None
    lang: str = "en"
    look: Look = Look()
    root_path: str = ""
    root: str = ""

    @property
    def base(self) -> str:
        """The path before `/collections`, `/routes` and `/map`: pinned or not."""
        return self.root_path + self.pinned_path

    @property
    def pinned_path(self) -> str:
        """The part of the path that names a pinned edition, "" if none is."""
        return "" if self.edition is None else f"/editions/{self.edition}"
