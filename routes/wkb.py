"""What the head of a WKB geometry says (OGC 06-103r4, 8.2): without decoding the rest of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

WKB_HEAD = 5
_NAMES = {
    1: "Point",
    2: "LineString",
    3: "Polygon",
    4: "MultiPoint",
    5: "MultiLineString",
    6: "MultiPolygon",
    7: "GeometryCollection",
}


def types_of(heads: NDArray[np.uint8]) -> frozenset[str | None]:
    """Give the types of geometry of some heads, shape (n, 5), None for zeros: no geometry."""
    is_little = heads[:, 0] == 1
    digits = np.where(is_little[:, None], heads[:, 1:], heads[:, :0:-1])
    # Flags of dimensions stand in the highest bits (extended WKB) or in thousands (ISO).
    codes = (digits[:, :3].astype(np.uint32) * (1, 256, 65536)).sum(axis=1) % 1000
    return frozenset(_NAMES.get(code) for code in np.unique(codes).tolist())
