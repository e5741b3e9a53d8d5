"""Whatever stands in a file is taken or is a fault, and nothing else happens."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import routes
from routes.importing import BadOption, prepare
from routes.report import AtlasRefused, as_text
from tests.importing.ferries import options

scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(), st.text(max_size=6),
    st.sampled_from(["", "..", "2003", "2001/2003", "a|b", "\x00", "null", '[["a"]]', -0.0, 1e300,
                     "03.04.2001", "9999-12-31", "sea", "albania|italy", "north"]),
)  # fmt: skip
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=4,
)
numbers = st.one_of(st.floats(-400, 400), st.sampled_from([0, 180, -180, 90, 1e9, 14.5, 43.5]))
points = st.lists(numbers, min_size=2, max_size=3)
geometries = st.one_of(
    st.none(),
    st.builds(lambda at: {"type": "Point", "coordinates": at}, points),
    st.builds(lambda at: {"type": "LineString", "coordinates": at}, st.lists(points, min_size=2)),
    st.builds(
        lambda at: {"type": "Polygon", "coordinates": [[*at, at[0]]]},
        st.lists(points, min_size=3, max_size=5),
    ),
    st.builds(lambda: {"type": "GeometryCollection", "geometries": []}),
    st.builds(lambda: {"type": "LineString", "coordinates": []}),
    values,
)
COLUMNS = ["route", "name", "begin", "end", "valid", "version", "mode", "stages", "description",
           "id", "kind", "between", "source", "precision", "figures", "also"]  # fmt: skip
KINDS = ["routes", "crossings", "events", "boundaries"]
LINE = {"type": "LineString", "coordinates": [[14.2, 43.6], [14.6, 43.4]]}
HARBOUR = {"type": "Point", "coordinates": [14.2, 43.6]}
SOUND: list[dict[str, Any]] = [
    {"route": "north", "begin": begin, "mode": "sea", "crossing": "sea", "between": "albania|italy",
     "kind": "crossing-point"}
    for begin in ("2001", "2003", "2005~", None)
]  # fmt: skip
# A failing file is small as it is; to shrink it takes minutes.
NO_SHRINK = (Phase.explicit, Phase.reuse, Phase.generate)


def swallowed(path: Path, folder: Path, collection: str, close: bool) -> None:
    """Check and publish a file; only what is meant for people may be raised."""
    store = routes.open_store(folder / "store")
    asked = options(collection=collection, sets=("mode=sea",) if collection == "routes" else (),
                    close_versions=close, mend_areas=close)  # fmt: skip
    try:
        ready = prepare(path, store, asked)
        with ready.checked() as checked:
            assert as_text(checked.faults).count("\x00") == 0
            ready.refuse_faulty(checked, leave_out_faulty=True)
            manifest = ready.publish(store, checked)
    except (AtlasRefused, BadOption) as refused:
        assert str(refused)
        return
    assert manifest.collections[collection].count == checked.sound


@given(st.data())
@settings(max_examples=20, phases=NO_SHRINK)
def test_any_feature_is_taken_or_is_a_fault(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("any")
    features = [
        {
            "type": "Feature",
            "properties": sound
            | data.draw(st.dictionaries(st.sampled_from(COLUMNS), values, max_size=3)),
            "geometry": data.draw(st.sampled_from([LINE, LINE, HARBOUR]) | geometries),
        }
        for sound in SOUND[: data.draw(st.integers(1, 4))]
    ]
    path = folder / "any.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    swallowed(path, folder, data.draw(st.sampled_from(KINDS)), data.draw(st.booleans()))


@given(st.data())
@settings(max_examples=30, phases=NO_SHRINK)
def test_any_table_is_taken_or_is_a_fault(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("table")
    text = st.text(st.sampled_from('",;|\n\r ab2/.~\x00é-'), max_size=6)
    cells = st.one_of(text, st.sampled_from(["2003", "14,5", "43.5", "north", "2001-02-03"]))
    header = data.draw(st.lists(st.sampled_from([*COLUMNS, "lon", "lat", "wkt", ""]), min_size=1,
                                max_size=5))  # fmt: skip
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=data.draw(st.sampled_from(";,\t")))
    writer.writerow(header)
    for _ in range(data.draw(st.integers(0, 4))):
        row: list[Any] = [data.draw(cells) for _ in header]
        writer.writerow(row)
    path = folder / "any.csv"
    path.write_text(buffer.getvalue()[: data.draw(st.sampled_from([None, 20, 40]))])
    swallowed(path, folder, data.draw(st.sampled_from(KINDS)), data.draw(st.booleans()))
