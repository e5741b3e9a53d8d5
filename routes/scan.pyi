from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_Sides = tuple[float, float, float, float]
_Window = tuple[int, int, int]

class Search:
    def first(
        self,
        boxes: Sequence[_Sides],
        window: _Window | None,
        is_certain: bool,
        mask: NDArray[np.uint8] | None,
        begin: int,
        wanted: int,
        is_counted: bool,
        *,
        likely: int = 0,
        is_around: bool = False,
    ) -> tuple[NDArray[np.intp], NDArray[np.bool_], int, int, int]: ...
    def runs(self, boxes: Sequence[_Sides], window: _Window | None, most: int) -> int: ...

class Scan(Search):
    def __init__(
        self,
        sizes: Sequence[int],
        sides: NDArray[np.float64],
        times: NDArray[np.int64],
        cells: NDArray[np.uint16],
        days: NDArray[np.int32],
        boxes: NDArray[np.float64],
        bounds: NDArray[np.int64],
        offsets: NDArray[np.int64],
        wkb: memoryview,
    ) -> None: ...

class RoughScan(Search):
    def __init__(
        self,
        count: int,
        sizes: Sequence[int],
        sides: NDArray[np.float64],
        times: NDArray[np.int64],
        cells: NDArray[np.uint16],
        days: NDArray[np.int32],
        rasters: NDArray[np.uint16],
    ) -> None: ...

def rasters(cells: NDArray[np.uint16], wkb: Sequence[bytes | None]) -> NDArray[np.uint16]: ...
def joined(
    offsets: NDArray[np.int64],
    data: memoryview,
    rows: NDArray[np.intp],
    head: bytes,
    tail: bytes,
) -> bytes: ...
