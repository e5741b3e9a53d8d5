"""Which of too many features are shown: the same ones in every tile and at every call.

A feature's place in the order comes from its id alone, by a hash. So neighbouring tiles mostly
agree, what a tile shows is still there in the four that divide it, and nothing is left out for
being small, old or late in a file.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo.times import Mask

Shares = NDArray[np.float64]
LAST_RANK = 60


class Chosen(NamedTuple):
    """Which features are shown, bool of shape (n,), and the least rank that all of them have."""

    shown: Mask
    rank: int


def chosen(ids: pa.Array, sizes: NDArray[np.number], most: float) -> Chosen:
    """Tell which features to show, so that their sizes add up to no more than `most`.

    All, where they fit. Else one version of each route and as many others as fit; where not even
    that fits, all versions of the routes from some rank on. A single feature is shown however
    large it is.
    """
    if len(sizes) == 0 or sizes.sum() <= most:
        return Chosen(np.ones(len(sizes), dtype=bool), 0)
    routes, versions = _shares(_routes(ids)), _shares(ids)
    first = _firsts(routes, versions)
    if (needed := sizes[first].sum()) <= most:
        others = _level(versions, np.where(first, 0, sizes), most - needed).shown
        return Chosen(first | others, 0)
    found = _level(routes, sizes, most)
    if not found.shown.any():
        kept, rank = _level(routes, np.where(first, sizes, 0), most)
        found = Chosen(first & kept, rank)
    if not found.shown.any():
        found.shown[np.argmin(routes)] = True
    return found


def ranks(ids: pa.Array) -> NDArray[np.intp]:
    """Give the rank of each feature, the same for all versions of a route; shape (n,).

    Half of all routes have rank 1 or more, a quarter 2 or more, and so on: what is shown from some
    rank on is as thin everywhere.
    """
    shares = np.maximum(_shares(_routes(ids)), 2.0**-LAST_RANK)
    return np.floor(-np.log2(shares)).astype(np.intp)


def _level(shares: Shares, sizes: NDArray[np.number], most: float) -> Chosen:
    """Keep all, or the half, quarter, eighth ... of them that fits.

    By halves and not one by one: tiles that are about as full then show the same, and no line
    breaks off at the edge between them.
    """
    for rank in range(LAST_RANK):
        kept: Mask = shares <= 2.0**-rank
        if sizes[kept].sum() <= most:
            return Chosen(kept, rank)
    return Chosen(np.zeros(len(shares), dtype=bool), LAST_RANK)


def _firsts(routes: Shares, versions: Shares) -> Mask:
    """Tell which version stands first of each route."""
    order = np.lexsort((versions, routes))
    begins = np.diff(routes[order], prepend=-1.0) != 0
    first = np.zeros(len(routes), dtype=bool)
    first[order[begins]] = True
    return first


def _routes(ids: pa.Array) -> pa.Array:
    """Give the route of each version: `vlora-italy` of `vlora-italy.v1`; else the id itself."""
    return pc.replace_substring_regex(ids, r"\.v\d+$", "")


def _shares(names: pa.Array) -> Shares:
    """Give each name a number in [0, 1), always the same one."""
    hashed = pd.util.hash_array(names.to_numpy(zero_copy_only=False), categorize=False)
    return np.asarray(hashed, dtype=np.float64) / 2.0**64
