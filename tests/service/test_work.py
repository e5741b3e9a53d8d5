"""What a request costs is counted, not timed: it grows with what is asked for, not with the atlas.

The budgets are what the index needs, with some room. Who needs more has a reason, or a fault.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pyarrow as pa
import pytest
from starlette.testclient import TestClient

import routes
from benchmarks import synthetic
from routes.index import CollectionIndex
from routes.query import Work
from routes.tree import Box, meeting
from service.app import create_app
from service.settings import Settings

SIZES = (10_000, 40_000)
ITEMS = "/collections/routes/items"
ONE_DEGREE = "bbox=20,42,21,43&datetime=2003-06-15&limit=100"
EIGHT_DEGREES = "bbox=14,39,22,47&datetime=2003-06-15&limit=1000"


class Atlas:
    """The service over a made-up atlas of many versions, and what it counts."""

    def __init__(self, folder: Path, size: int) -> None:
        routes.open_store(folder).publish(synthetic.content(size), "made up", "tests")
        app = create_app(Settings(store=folder))
        self.client = TestClient(app)
        self.index: CollectionIndex = app.state.library.current().index("routes")

    def ask(self, query: str) -> tuple[dict[str, Any], Work, int]:
        """The answer, what it cost, and how long its body is."""
        before = replace(self.index.work)
        answer = self.client.get(f"{ITEMS}?{query}", headers={"Accept-Encoding": "identity"})
        assert answer.status_code == 200, answer.text
        after = self.index.work
        spent = {name: value - vars(before)[name] for name, value in vars(after).items()}
        return answer.json(), Work(**spent), len(answer.content)


@pytest.fixture(scope="module", params=SIZES)
def atlas(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    return Atlas(tmp_path_factory.mktemp("atlas") / "store", request.param)


@pytest.mark.parametrize(
    ("query", "returned", "most"),
    [
        (ONE_DEGREE, 100, Work(compared=8_000, looked_at=600, decoded=0)),
        (EIGHT_DEGREES, 1_000, Work(compared=16_000, looked_at=2_000, decoded=0)),
        (f"{ONE_DEGREE}&certainty=certain", 100, Work(compared=10_000, looked_at=700, decoded=0)),
        ("datetime=2003-06-15&limit=100", 100, Work(compared=2_000, looked_at=0, decoded=0)),
        ("limit=1000", 1_000, Work(compared=0, looked_at=0, decoded=0)),
    ],
)
def test_a_page_costs_no_more_in_an_atlas_four_times_as_large(
    atlas: Atlas, query: str, returned: int, most: Work
) -> None:
    page, spent, length = atlas.ask(query)
    assert 0 < page["numberReturned"] <= returned
    assert spent.compared <= most.compared
    assert spent.looked_at <= most.looked_at
    assert spent.decoded <= most.decoded
    # Each feature is copied once: into the body.
    assert spent.copied == length


def test_the_following_page_costs_no_more_than_the_first(atlas: Atlas) -> None:
    query = EIGHT_DEGREES.replace("limit=1000", "limit=100")
    page, first, _ = atlas.ask(query)
    for _ in range(5):
        following = next(link["href"] for link in page["links"] if link["rel"] == "next")
        page, spent, _ = atlas.ask(following.partition("?")[2])
        assert spent.compared <= 2 * first.compared + 1_000
        assert spent.looked_at <= 2 * first.looked_at + 100


def test_a_count_is_left_out_where_it_costs_and_exact_where_it_is_asked_for(atlas: Atlas) -> None:
    query = EIGHT_DEGREES.replace("limit=1000", "limit=200")
    plain, spent, _ = atlas.ask(query)
    counted, more, _ = atlas.ask(f"{query}&count=exact")
    assert "numberMatched" not in plain
    assert counted["features"] == plain["features"]
    assert more.compared > spent.compared
    matched, following = 0, f"{query}&count=exact"
    while following:
        page, _, _ = atlas.ask(following)
        assert page["numberMatched"] == counted["numberMatched"]
        matched += page["numberReturned"]
        nexts = [link["href"] for link in page["links"] if link["rel"] == "next"]
        following = nexts[0].partition("?")[2] if nexts else ""
    assert matched == counted["numberMatched"] > 900


def test_a_count_of_something_else_is_refused_with_what_is_right(atlas: Atlas) -> None:
    answer = atlas.client.get(f"{ITEMS}?count=yes&f=json")
    assert answer.status_code == 400
    assert answer.json()["parameter"] == "count"
    assert "exact" in answer.json()["example"]


def test_one_feature_is_found_without_a_look_at_others(atlas: Atlas) -> None:
    before = replace(atlas.index.work)
    answer = atlas.client.get(f"{ITEMS}/route-77.v1?f=json")
    assert answer.json()["id"] == "route-77.v1"
    assert atlas.index.work == before


def test_a_filter_leaves_no_column_in_memory_of_the_process(atlas: Atlas) -> None:
    atlas.ask("limit=1&filter=" + quote("caveat = 'x'"))
    before = pa.total_allocated_bytes()
    for text in ("name = 'Made-up route 7'", "mode = 'sea' AND version = 2", "locator LIKE 'n%'"):
        atlas.ask(f"limit=1&filter={quote(text)}")
    names = pa.array(atlas.index.every_id()).nbytes
    assert pa.total_allocated_bytes() - before < names / 4


def test_a_filter_decodes_geometries_whose_boxes_meet_its_own(
    atlas: Atlas, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded: list[int] = []
    wkb = CollectionIndex.wkb
    monkeypatch.setattr(
        CollectionIndex, "wkb", lambda self, rows: (decoded.append(len(rows)), wkb(self, rows))[1]
    )
    box = Box(20, 42, 20.5, 42.5)
    atlas.ask("limit=1&filter=" + quote(f"S_INTERSECTS(geometry, BBOX{tuple(box)})"))
    assert sum(decoded) == np.count_nonzero(meeting(atlas.index.boxes.T, [box])) > 0


def test_what_is_free_between_what_is_not_goes_back_to_the_system() -> None:
    freed = """
from pathlib import Path
from routes import memory
def own_kb():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon"))
memory.share_between_threads()
held = [bytearray(100_000) for _ in range(400)]
del held[::2]
before = own_kb()
memory.give_back()
print(before - own_kb())
"""
    command = [sys.executable, "-c", freed]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    assert int(said.stdout) > 200 * 100_000 / 1024 / 2


def test_a_service_has_nothing_in_memory_that_only_publishers_and_pictures_need() -> None:
    loaded = (
        "import service.cli, service.app, sys; print(*{one.split('.')[0] for one in sys.modules})"
    )
    said = subprocess.run(
        [sys.executable, "-c", loaded], capture_output=True, text=True, check=True
    )
    names = set(said.stdout.split())
    assert {"service", "routes", "numpy"} <= names
    assert not {"openpyxl", "fontTools", "typst", "edtf"} & names


def test_what_arrow_frees_goes_back_to_the_system() -> None:
    pool = "import service.cli, pyarrow; print(pyarrow.default_memory_pool().backend_name)"
    command = [sys.executable, "-c", pool]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "system\n"
