# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, freethreading_compatible=True
"""The search of `routes.index` for a page, compiled: run by run and row by row, without arrays.

`Scan` gives what the index gives without it, at a tenth of the cost; tests hold both to the same.
It decides what numbers surely decide and leaves the rest to GEOS: geometries that are neither
points nor lines, boxes without width or height, and what lies on a corner as near as rounding lets
see. `RoughScan` knows of rows only what fits into memory, and leaves what that does not decide to
the database that has them.
"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from libc.math cimport ceil, fabs, floor
from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t
from libc.stdlib cimport free, realloc
from libc.string cimport memcpy, memset

import numpy as np

cdef enum:
    RUN = 32
    MOST_LEVELS = 8
    POINT_BYTES = 21
    LINE_HEAD = 9
    POINT_STEP = 16
    SIDE = 16

cdef enum Answer:
    NO, YES, UNDECIDED

cdef double CELLS = 65535.0
cdef int64_t DAY = 86400
cdef int64_t FARTHEST_DAY = 2**31 - 1
# How far rounding can carry the sign of an orientation: Shewchuk 1997, "Adaptive Precision
# Floating-Point Arithmetic and Fast Robust Geometric Predicates", ccwerrboundA.
cdef double ROUNDING = 3.3306690738754716e-16
# How much farther than computed a line reaches into the squares of a raster: more than rounding can
# carry it, for a slope over no less than STEEP. What is this far within a box surely meets it.
cdef double NEAR = 1e-6
cdef double STEEP = 1e-6
cdef double WITHIN = 4e-6


cdef struct Box:
    double west
    double south
    double east
    double north


cdef struct Cell:
    uint16_t west
    uint16_t south
    uint16_t east
    uint16_t north


cdef struct Asked:
    Box boxes[2]
    Cell cells[2]
    int32_t first_day
    int32_t last_day
    int box_count
    bint is_timed
    bint is_certain
    int64_t first
    int64_t last
    int64_t sure_start
    const uint8_t* mask
    Py_ssize_t begin
    Py_ssize_t wanted
    int likely
    bint is_counted
    bint is_around


cdef struct Found:
    Py_ssize_t* rows
    uint8_t* undecided
    Py_ssize_t length
    Py_ssize_t room
    Py_ssize_t sure
    Py_ssize_t counted
    Py_ssize_t compared
    Py_ssize_t looked_at
    bint failed
    bint damaged


cdef class Search:
    """The tree over the n rows of a collection, and what is known of each, open to be searched.

    `sizes`: how many runs each level of the tree has, that of the shortest first; `sides`, shape
    (4, r), and `times`, (2, r), are those of all levels. `cells` and `days` hold the rows of each
    shortest run as `routes.tree` packs them.
    """

    cdef const double[:, ::1] sides
    cdef const int64_t[:, ::1] times
    cdef const uint16_t[:, :, ::1] cells
    cdef const int32_t[:, :, ::1] days
    cdef Py_ssize_t count
    cdef int level_count
    cdef Py_ssize_t begins[MOST_LEVELS]
    cdef Py_ssize_t sizes[MOST_LEVELS]

    def __init__(self, count, sizes, sides, times, cells, days):
        self.count, self.level_count = count, len(sizes)
        begin = 0
        for level, size in enumerate(sizes):
            self.begins[level], self.sizes[level] = begin, size
            begin += size
        self.sides, self.times, self.cells, self.days = sides, times, cells, days
        if not (self.sides.shape[1] == self.times.shape[1] == begin and self.sides.shape[0] == 4
                and cells.shape == (sizes[0] if sizes else 0, 4, RUN)
                and days.shape == (sizes[0] if sizes else 0, 2, RUN)):
            raise ValueError("the serving files are not of one collection")

    def first(self, boxes, window, is_certain, const uint8_t[::1] mask, begin, wanted, is_counted,
              *, likely=0, is_around=False):
        """Find the first `wanted` rows from `begin` on that match, and those that stay undecided.

        Gives rows, ascending; whether each is undecided; how many of all surely match, where they
        are counted; how many rows were compared, and geometries looked at. Of rows that surely
        match, no more than wanted are among them. `window`: first, last and sure start, in seconds.
        `likely`: how many of four undecided rows count as found. `is_around`: the boxes are not
        what is asked for but surround it. Raises ValueError where the files are damaged.
        """
        cdef Asked asked
        cdef Found found = Found(NULL, NULL, 0, 0, 0, 0, 0, 0, False, False)
        _ask(&asked, boxes, window, is_certain)
        if mask is not None and mask.shape[0] != self.count:
            raise ValueError("a mask has as many rows as the collection")
        asked.mask = &mask[0] if mask is not None and self.count else NULL
        asked.begin, asked.wanted, asked.is_counted = begin, wanted, is_counted
        asked.likely, asked.is_around = likely, is_around
        try:
            with nogil:
                if self.level_count:
                    self._descend(self.level_count - 1, 0, self.sizes[self.level_count - 1],
                                  &asked, &found)
            if found.failed:
                raise MemoryError
            if found.damaged:
                raise ValueError("the offsets of geometries are damaged")
            rows = np.empty(found.length, np.intp)
            undecided = np.empty(found.length, np.bool_)
            if found.length:
                _copy(rows, undecided.view(np.uint8), &found)
            return rows, undecided, found.counted, found.compared, found.looked_at
        finally:
            free(found.rows)
            free(found.undecided)

    def runs(self, boxes, window, most):
        """Count the shortest runs that may hold a row that matches, up to one more than `most`."""
        cdef Asked asked
        cdef Py_ssize_t counted = 0
        _ask(&asked, boxes, window, False)
        asked.wanted = most
        if self.level_count:
            self._count(self.level_count - 1, 0, self.sizes[self.level_count - 1], &asked, &counted)
        return counted

    cdef bint _descend(
        self, int level, Py_ssize_t begin, Py_ssize_t end, const Asked* asked, Found* found
    ) noexcept nogil:
        """Search some runs of a level; tell whether enough was found."""
        cdef Py_ssize_t here, first, last, below, at
        cdef Py_ssize_t span = RUN
        for at in range(level):
            span *= RUN
        below = self.sizes[level - 1] if level else self.count
        for here in range(begin, end):
            if not asked.is_counted and (here + 1) * span <= asked.begin:
                continue
            if not self._may_hold(self.begins[level] + here, asked):
                continue
            first = here * RUN
            last = min(first + RUN, below)
            if level:
                if self._descend(level - 1, first, last, asked, found):
                    return True
            elif self._search(first, last, asked, found):
                return True
        return False

    cdef void _count(
        self, int level, Py_ssize_t begin, Py_ssize_t end, const Asked* asked, Py_ssize_t* counted
    ) noexcept nogil:
        cdef Py_ssize_t here
        for here in range(begin, end):
            if counted[0] > asked.wanted:
                return
            if not self._may_hold(self.begins[level] + here, asked):
                continue
            if level:
                self._count(level - 1, here * RUN,
                            min((here + 1) * RUN, self.sizes[level - 1]), asked, counted)
            else:
                counted[0] += 1

    cdef bint _may_hold(self, Py_ssize_t at, const Asked* asked) noexcept nogil:
        """Tell whether a run, counted through all levels, may hold a row that matches."""
        cdef Box box
        cdef int number
        if asked.is_timed and not (
            self.times[0, at] < asked.last and self.times[1, at] > asked.first
        ):
            return False
        if not asked.box_count:
            return True
        box = Box(self.sides[0, at], self.sides[1, at], self.sides[2, at], self.sides[3, at])
        for number in range(asked.box_count):
            if _meet(&box, &asked.boxes[number]):
                return True
        return False

    cdef bint _search(
        self, Py_ssize_t begin, Py_ssize_t end, const Asked* asked, Found* found
    ) noexcept nogil:
        """Search some rows; tell whether enough was found."""
        cdef Py_ssize_t row
        cdef Answer answer
        cdef uint8_t may[RUN]
        self._sieve(begin // RUN, asked, may)
        found.compared += end - begin
        for row in range(begin, end):
            if not may[row - begin] or (row < asked.begin and not asked.is_counted):
                continue
            if asked.mask != NULL and not asked.mask[row]:
                continue
            answer = self._answers(row, asked, found)
            if answer == NO:
                continue
            if answer == UNDECIDED:
                _keep(found, row, True)
            else:
                found.counted += 1
                if row >= asked.begin and found.sure < asked.wanted:
                    found.sure += 1
                    _keep(found, row, False)
            if found.failed or found.damaged:
                return True
            if not asked.is_counted and 4 * asked.wanted <= (
                4 * found.sure + asked.likely * (found.length - found.sure)
            ):
                return True
        return False

    cdef Answer _answers(self, Py_ssize_t row, const Asked* asked, Found* found) noexcept nogil:
        """Tell whether a row matches that may."""
        return UNDECIDED

    cdef void _sieve(self, Py_ssize_t run, const Asked* asked, uint8_t* may) noexcept nogil:
        """Tell which rows of a run may match: in a few instructions for all of them at once."""
        cdef const uint16_t* cells = &self.cells[run, 0, 0]
        cdef const int32_t* days = &self.days[run, 0, 0]
        cdef int32_t first = asked.first_day, last = asked.last_day
        cdef uint8_t there[RUN]
        cdef Cell cell
        cdef int at, number
        if asked.is_timed:
            for at in range(RUN):
                may[at] = (days[at] <= last) & (days[RUN + at] >= first)
        else:
            for at in range(RUN):
                may[at] = 1
        if not asked.box_count:
            return
        memset(there, 0, RUN)
        for number in range(asked.box_count):
            cell = asked.cells[number]
            for at in range(RUN):
                there[at] |= ((cells[at] <= cell.east) & (cells[RUN + at] <= cell.north)
                              & (cells[2 * RUN + at] >= cell.west)
                              & (cells[3 * RUN + at] >= cell.south))
        for at in range(RUN):
            may[at] &= there[at]


cdef class Scan(Search):
    """The mapped files of one collection of n rows: `boxes` (n, 4), `bounds` (6, n), and WKB."""

    cdef const double[:, ::1] boxes
    cdef const int64_t[:, ::1] bounds
    cdef const int64_t[::1] offsets
    cdef const uint8_t[::1] wkb

    def __init__(self, sizes, sides, times, cells, days, boxes, bounds, offsets, wkb):
        super().__init__(len(boxes), sizes, sides, times, cells, days)
        self.boxes, self.bounds, self.offsets, self.wkb = boxes, bounds, offsets, wkb
        if not (self.boxes.shape[1] == 4 and self.bounds.shape[0] == 6
                and self.bounds.shape[1] == self.count and len(offsets) == self.count + 1):
            raise ValueError("the serving files are not of one collection")

    cdef Answer _answers(self, Py_ssize_t row, const Asked* asked, Found* found) noexcept nogil:
        if asked.is_timed and not self._holds(row, asked):
            return NO
        return self._is_there(row, asked, found) if asked.box_count else YES

    cdef bint _holds(self, Py_ssize_t row, const Asked* asked) noexcept nogil:
        """Tell whether a row holds in the window, as `geo.times.Bounds.holds` does."""
        cdef int64_t start_earliest = self.bounds[0, row]
        if not (start_earliest < asked.last and self.bounds[3, row] > asked.first):
            return False
        if not asked.is_certain:
            return True
        if (self.bounds[1, row] <= asked.sure_start
                and max(self.bounds[2, row], start_earliest + 1) > asked.first):
            return True
        return self.bounds[4, row] < asked.last and self.bounds[5, row] > asked.first

    cdef Answer _is_there(self, Py_ssize_t row, const Asked* asked, Found* found) noexcept nogil:
        """Tell whether a geometry meets a box (OGC 17-069r4 /req/core/fc-bbox-response)."""
        cdef Box box = Box(self.boxes[row, 0], self.boxes[row, 1], self.boxes[row, 2],
                           self.boxes[row, 3])
        cdef const Box* other
        cdef Answer answer = NO, one
        cdef int number
        for number in range(asked.box_count):
            other = &asked.boxes[number]
            if (box.west >= other.west and box.south >= other.south
                    and box.east <= other.east and box.north <= other.north):
                return YES
        for number in range(asked.box_count):
            if not _meet(&box, &asked.boxes[number]):
                continue
            one = self._looked_at(row, &asked.boxes[number], found)
            if one == YES:
                return YES
            if one == UNDECIDED:
                answer = UNDECIDED
        return answer

    cdef Answer _looked_at(self, Py_ssize_t row, const Box* box, Found* found) noexcept nogil:
        cdef int64_t begin = self.offsets[row], end = self.offsets[row + 1]
        cdef const uint8_t* bytes_
        if not 0 <= begin <= end <= self.wkb.shape[0]:
            found.damaged = True
            return UNDECIDED
        if end - begin < POINT_BYTES or not (box.west < box.east and box.south < box.north):
            return UNDECIDED
        bytes_ = &self.wkb[begin]
        # Little-endian, in x and y (OGC 06-103r4, 8.2).
        if bytes_[0] != 1 or bytes_[2] or bytes_[3] or bytes_[4]:
            return UNDECIDED
        if bytes_[1] == 1:
            return YES
        if bytes_[1] != 2 or (end - begin - LINE_HEAD) % POINT_STEP:
            return UNDECIDED
        found.looked_at += 1
        return _line_meets(bytes_ + LINE_HEAD, (end - begin - LINE_HEAD) // POINT_STEP, box)


cdef class RoughScan(Search):
    """What fits into memory of n rows: the cells of their boxes, their days, and their rasters.

    `rasters` holds those of each run, as `rasters` makes them.
    """

    cdef const uint16_t[:, :, ::1] rasters

    def __init__(self, count, sizes, sides, times, cells, days, rasters):
        super().__init__(count, sizes, sides, times, cells, days)
        self.rasters = rasters
        if not (rasters.shape == (sizes[0] if sizes else 0, RUN, SIDE)):
            raise ValueError("the rasters are not of one collection with the tree")

    cdef Answer _answers(self, Py_ssize_t row, const Asked* asked, Found* found) noexcept nogil:
        cdef Py_ssize_t run = row // RUN, at = row % RUN
        cdef bint is_sure = True
        cdef Answer drawn
        if asked.is_timed:
            # Between whole days, whatever the hour; see `geo.times.Bounds.possible`.
            is_sure = (not asked.is_certain and self.days[run, 0, at] < asked.last_day
                       and self.days[run, 1, at] > asked.first_day)
        if asked.box_count:
            drawn = self._drawn(run, at, asked)
            if drawn == NO:
                return NO
            is_sure = is_sure and drawn == YES and not asked.is_around
        return YES if is_sure else UNDECIDED

    cdef Answer _drawn(self, Py_ssize_t run, Py_ssize_t at, const Asked* asked) noexcept nogil:
        """Tell from its raster whether a geometry meets a box."""
        cdef const uint16_t* raster = &self.rasters[run, at, 0]
        cdef double west, south, across, up
        cdef double low[2]
        cdef double high[2]
        cdef const Box* box
        cdef int number
        cdef Answer answer = NO
        if not _meets(raster, 0, 0, SIDE, SIDE):
            return UNDECIDED
        west, south = self.cells[run, 0, at], self.cells[run, 1, at]
        across = SIDE / (self.cells[run, 2, at] + 1 - west)
        up = SIDE / (self.cells[run, 3, at] + 1 - south)
        for number in range(asked.box_count):
            box = &asked.boxes[number]
            low[0] = (_in_cells(box.west, 180) - west) * across
            low[1] = (_in_cells(box.south, 90) - south) * up
            high[0] = (_in_cells(box.east, 180) - west) * across
            high[1] = (_in_cells(box.north, 90) - south) * up
            if _meets(raster, ceil(low[0] + WITHIN), ceil(low[1] + WITHIN),
                      floor(high[0] - WITHIN) - 1, floor(high[1] - WITHIN) - 1):
                return YES
            if _meets(raster, floor(low[0] - NEAR), floor(low[1] - NEAR),
                      floor(high[0] + NEAR), floor(high[1] + NEAR)):
                answer = UNDECIDED
        return answer


cdef bint _meets(
    const uint16_t* raster, double west, double south, double east, double north
) noexcept nogil:
    """Tell whether a raster has a square from one column and row to others, both included."""
    cdef int column
    cdef uint16_t rows = _rows(south, north)
    for column in range(_first(west), _last(east) + 1):
        if raster[column] & rows:
            return True
    return False


cdef inline uint16_t _rows(double south, double north) noexcept nogil:
    """Give the squares of a column from one row to another; 0 if there are none."""
    cdef int first = _first(south), last = _last(north)
    return <uint16_t>((<uint32_t>2 << last) - (<uint32_t>1 << first)) if first <= last else 0


cdef inline int _first(double square) noexcept nogil:
    return <int>min(max(square, 0.0), SIDE)


cdef inline int _last(double square) noexcept nogil:
    return <int>max(min(square, SIDE - 1.0), -1.0)


def rasters(const uint16_t[:, ::1] cells, wkb):
    """Give the raster of each of n geometries, uint16 of shape (n, 16): where a line goes.

    That is through which of sixteen by sixteen squares over the cells of its box; `cells`: shape
    (4, n). Each number is a column, from the west, and the lowest bit of it in the south. Zeros for
    what is neither a point nor a line, or lies beyond the cells: nothing is known of it. (Zimbrao
    and de Souza 1998, "A Raster Approximation for Processing of Spatial Joins".)
    """
    made = np.zeros((len(wkb), SIDE), np.uint16)
    cdef uint16_t[:, ::1] drawn = made
    cdef Py_ssize_t row
    cdef bytes one
    if cells.shape[0] != 4 or cells.shape[1] != len(wkb):
        raise ValueError("there are as many cells as geometries")
    for row in range(len(wkb)):
        one = wkb[row]
        if one is not None:
            _draw(<const uint8_t*>PyBytes_AS_STRING(one), len(one),
                  cells[0, row], cells[1, row], cells[2, row], cells[3, row], &drawn[row, 0])
    return made


cdef void _draw(
    const uint8_t* bytes_, Py_ssize_t length, double west, double south, double east, double north,
    uint16_t* raster,
) noexcept nogil:
    cdef double across = SIDE / (east + 1 - west), up = SIDE / (north + 1 - south)
    cdef double x, y, before_x, before_y
    cdef Py_ssize_t at, count = 1, head = POINT_BYTES - POINT_STEP
    # As in `Scan`.
    if length < POINT_BYTES or bytes_[0] != 1 or bytes_[2] or bytes_[3] or bytes_[4]:
        return
    if bytes_[1] == 2:
        head = LINE_HEAD
        count = (length - head) // POINT_STEP
    elif bytes_[1] != 1:
        return
    if length != head + count * POINT_STEP:
        return
    for at in range(count):
        memcpy(&x, bytes_ + head + at * POINT_STEP, 8)
        memcpy(&y, bytes_ + head + at * POINT_STEP + 8, 8)
        x, y = (_in_cells(x, 180) - west) * across, (_in_cells(y, 90) - south) * up
        if not (-NEAR <= x <= SIDE + NEAR and -NEAR <= y <= SIDE + NEAR):
            memset(raster, 0, SIDE * sizeof(uint16_t))
            return
        if at == 0:
            before_x, before_y = x, y
        _draw_segment(before_x, before_y, x, y, raster)
        before_x, before_y = x, y


cdef void _draw_segment(
    double ax, double ay, double bx, double by, uint16_t* raster
) noexcept nogil:
    """Add the squares along a segment, and those beside it that are as near as NEAR."""
    cdef double low, high, begin, end
    cdef int column
    if bx < ax:
        ax, bx, ay, by = bx, ax, by, ay
    begin, end = ay, by
    for column in range(_first(floor(ax - NEAR)), _last(floor(bx + NEAR)) + 1):
        if bx - ax >= STEEP:
            low, high = max(ax, column - NEAR), min(bx, column + 1 + NEAR)
            begin = ay + (by - ay) * ((low - ax) / (bx - ax))
            end = ay + (by - ay) * ((high - ax) / (bx - ax))
        raster[column] |= _rows(floor(min(begin, end) - NEAR), floor(max(begin, end) + NEAR))


cdef inline double _in_cells(double degrees, double half) noexcept nogil:
    """Give where an ordinate lies among the cells of `routes.tree.cells_of`."""
    return (degrees + half) * (CELLS / (2 * half))


cdef void _ask(Asked* asked, boxes, window, bint is_certain) except *:
    asked.box_count, asked.is_timed, asked.is_certain = len(boxes), window is not None, is_certain
    if asked.box_count > 2:
        raise ValueError("a query has two boxes at most")
    for number, (west, south, east, north) in enumerate(boxes):
        asked.boxes[<int>number] = Box(west, south, east, north)
        # One more on each side: here and where cells were packed, numbers may be rounded otherwise.
        asked.cells[<int>number] = Cell(_cell(west, 180, -1), _cell(south, 90, -1),
                                        _cell(east, 180, 1), _cell(north, 90, 1))
    asked.first = asked.last = asked.sure_start = 0
    asked.first_day = asked.last_day = 0
    if window is not None:
        asked.first, asked.last, asked.sure_start = window
        asked.first_day, asked.last_day = _day(asked.first), _day(asked.last)
    asked.mask, asked.begin, asked.wanted, asked.likely = NULL, 0, 0, 0
    asked.is_counted = asked.is_around = False


cdef uint16_t _cell(double degrees, double half, int more) noexcept:
    """Give the cell of `routes.tree.cells_of` in which an ordinate lies, or one beside it."""
    return <uint16_t>min(max(floor(_in_cells(degrees, half)) + more, 0.0), CELLS)


cdef int32_t _day(int64_t seconds) noexcept:
    """Give the day since 1970, or the first or last that is known, as `routes.tree.days` does."""
    cdef int64_t day = seconds // DAY
    if seconds < day * DAY:
        day -= 1
    return <int32_t>min(max(day, -FARTHEST_DAY), FARTHEST_DAY)


cdef void _keep(Found* found, Py_ssize_t row, bint is_undecided) noexcept nogil:
    cdef Py_ssize_t room
    cdef void* rows
    cdef void* undecided
    if found.length == found.room:
        room = max(256, 2 * found.room)
        rows = realloc(found.rows, room * sizeof(Py_ssize_t))
        if rows != NULL:
            found.rows = <Py_ssize_t*>rows
        undecided = realloc(found.undecided, room)
        if undecided != NULL:
            found.undecided = <uint8_t*>undecided
        if rows == NULL or undecided == NULL:
            found.failed = True
            return
        found.room = room
    found.rows[found.length], found.undecided[found.length] = row, is_undecided
    found.length += 1


cdef void _copy(Py_ssize_t[::1] rows, uint8_t[::1] undecided, const Found* found) noexcept:
    memcpy(&rows[0], found.rows, found.length * sizeof(Py_ssize_t))
    memcpy(&undecided[0], found.undecided, found.length)


cdef inline bint _meet(const Box* one, const Box* other) noexcept nogil:
    """Tell whether two boxes meet; one of NaN meets none."""
    return (one.west <= other.east and one.east >= other.west
            and one.south <= other.north and one.north >= other.south)


cdef Answer _line_meets(const uint8_t* points, Py_ssize_t count, const Box* box) noexcept nogil:
    """Tell whether a line meets a box: a point of it lies in the box, or a segment crosses it."""
    cdef double x, y, before_x, before_y
    cdef Py_ssize_t at
    cdef Answer answer = NO, one
    for at in range(count):
        memcpy(&x, points + at * POINT_STEP, 8)
        memcpy(&y, points + at * POINT_STEP + 8, 8)
        if box.west <= x <= box.east and box.south <= y <= box.north:
            return YES
    for at in range(count):
        memcpy(&x, points + at * POINT_STEP, 8)
        memcpy(&y, points + at * POINT_STEP + 8, 8)
        if at:
            one = _segment_meets(before_x, before_y, x, y, box)
            if one == YES:
                return YES
            if one == UNDECIDED:
                answer = UNDECIDED
        before_x, before_y = x, y
    return answer


cdef Answer _segment_meets(
    double ax, double ay, double bx, double by, const Box* box
) noexcept nogil:
    """Tell whether a segment without an end in a box crosses it.

    Two convex sets are apart if one of their sides parts them: those of the box, or the segment.
    """
    cdef int corner, side, left = 0, right = 0
    if not (min(ax, bx) <= box.east and max(ax, bx) >= box.west
            and min(ay, by) <= box.north and max(ay, by) >= box.south):
        return NO
    for corner in range(4):
        side = _side(ax, ay, bx, by, box.east if corner & 1 else box.west,
                     box.north if corner & 2 else box.south)
        left += side > 0
        right += side < 0
    if left and right:
        return YES
    return NO if left == 4 or right == 4 else UNDECIDED


cdef inline int _side(
    double ax, double ay, double bx, double by, double x, double y
) noexcept nogil:
    """Give the sign of the side of a segment on which a point lies; 0 where rounding decides."""
    cdef double one = (ax - x) * (by - y)
    cdef double other = (ay - y) * (bx - x)
    cdef double sign = one - other
    if fabs(sign) <= ROUNDING * (fabs(one) + fabs(other)):
        return 0
    return 1 if sign > 0 else -1


def joined(
    const int64_t[::1] offsets, const uint8_t[::1] data, const Py_ssize_t[::1] rows,
    bytes head, bytes tail,
):
    """Give the values of some rows of a column with commas between, behind `head`, before `tail`.

    Raises ValueError where the column is damaged.
    """
    cdef Py_ssize_t at, count = rows.shape[0], most = offsets.shape[0] - 1
    cdef Py_ssize_t length = len(head) + len(tail) + max(count - 1, 0)
    cdef int64_t begin, end
    for at in range(count):
        if not 0 <= rows[at] < most:
            raise ValueError(f"the column has no row {rows[at]}")
        begin, end = offsets[rows[at]], offsets[rows[at] + 1]
        if not 0 <= begin <= end <= data.shape[0]:
            raise ValueError("the offsets of a column are damaged")
        length += end - begin
    written = PyBytes_FromStringAndSize(NULL, length)
    cdef char* here = PyBytes_AS_STRING(written)
    memcpy(here, PyBytes_AS_STRING(head), len(head))
    here += len(head)
    for at in range(count):
        if at:
            here[0] = b","
            here += 1
        begin, end = offsets[rows[at]], offsets[rows[at] + 1]
        if end > begin:
            memcpy(here, &data[begin], end - begin)
            here += end - begin
    memcpy(here, PyBytes_AS_STRING(tail), len(tail))
    return written
