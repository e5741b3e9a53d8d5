"""What the suite aims at: what has to be reached, and what is hoped for, by measure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Aim:
    """What to reach and what to aim at; `more` where more is better."""

    said: str
    reach: float
    aim: float
    more: bool = True

    def verdict(self, value: float) -> str:
        """Say how far a value got."""
        if self._holds(value, self.aim):
            return "aim"
        return "reached" if self._holds(value, self.reach) else "missed"

    def _holds(self, value: float, limit: float) -> bool:
        return value >= limit if self.more else value <= limit


ITEMS = Aim("items, rate over bare with the same bodies", 0.15, 0.5)
REPEATED = Aim("a repeated request, rate over bare", 0.4, 0.8)
PEERS = {
    "pygeoapi": Aim("items, rate over pygeoapi and PostGIS", 50, 200),
    "tipg": Aim("items, rate over tipg and PostGIS", 20, 80),
}
DATABASE = {
    "files": Aim("items from PostGIS, rate over the same from files", 0.3, 0.6),
    "pygeoapi": Aim("items from PostGIS, rate over pygeoapi on the same server", 20, 60),
}
PUBLICATION = Aim("publication from GeoPackage, time over ogr2ogr's to GeoJSON", 1.0, 0.4, False)
START = Aim("start-up until ready, seconds", 3, 1, False)
MEMORY = Aim("own memory of a worker, MB", 150, 80, False)
GROWN = 10_000, 1_000_000
GROWTH = Aim("median latency at 1,000,000 versions over that at 10,000", 3, 1.5, False)
