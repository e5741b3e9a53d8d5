"""Where a store is: in a folder, or in a database that has an address."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

SCHEMES = ("postgresql://", "postgres://")
"""What the address of a database begins with (PostgreSQL, "Connection URIs")."""


def is_address(place: str | Path) -> bool:
    """Tell whether a place is the address of a database, not a folder."""
    return isinstance(place, str) and place.startswith(SCHEMES)


def shown(place: str | Path) -> str:
    """Give a place as it may be shown to anybody: an address without user and password."""
    if not is_address(place):
        return str(place)
    parts = urlsplit(str(place))
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
