"""Versions that an edition has, closed by the later ones of a file: told first, then done."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import routes
from routes import corrections
from routes.importing import prepare
from routes.importing.run import Checked
from routes.importing.versions import Closed
from routes.report import AtlasRefused
from tests.importing.ferries import options, store_in
from tests.importing.test_checks import SOUND, written
from tests.importing.test_publishing import publish

OPEN = SOUND | {"end": None}


def first(folder: Path, *rows: dict[str, Any], **asked: Any) -> None:  # noqa: ANN401
    """The edition that later files are imported into."""
    publish(written(folder / "first.geojson", *rows), folder, **asked)


def checked(path: Path, folder: Path) -> Checked:
    asked = options(close_versions=True)
    with prepare(path, store_in(folder), asked).checked() as found:
        return found


def valid(folder: Path, number: int | None = None) -> dict[str, str]:
    store = store_in(folder)
    frame = store.frame(number or store.numbers()[-1], "routes")
    found: dict[str, str] = frame.set_index("id")["valid"].sort_index().to_dict()
    return found


def test_an_open_version_of_the_edition_ends_where_the_files_begins(tmp_path: Path) -> None:
    first(tmp_path, OPEN, OPEN | {"route": "south"})
    path = written(tmp_path / "second.geojson", OPEN | {"begin": "2003-05"})
    told = checked(path, tmp_path).settled.closed
    assert told == (Closed("north.v1", "2001/2003-05", "2001/.."),)
    publish(path, tmp_path, close_versions=True)
    assert valid(tmp_path) == {
        "north.v1": "2001/2003-05", "north.v2": "2003-05/..", "south.v1": "2001/..",
    }  # fmt: skip
    assert valid(tmp_path, 1) == {"north.v1": "2001/..", "south.v1": "2001/.."}


def test_what_was_closed_is_told_as_a_correction_and_asked_by_its_new_time(tmp_path: Path) -> None:
    first(tmp_path, OPEN)
    path = written(tmp_path / "second.geojson", OPEN | {"begin": "2003-05"})
    publish(path, tmp_path, close_versions=True)
    store = store_in(tmp_path)
    earlier, later = (routes.Edition.of(store, number) for number in (1, 2))
    found = {one.id: one for one in corrections.between(earlier, later).features}
    assert found["north.v2"].kind == "added"
    assert found["north.v1"].kind == "changed"
    assert found["north.v1"].geometry == "same"
    told = {one.field: (one.before, one.after) for one in found["north.v1"].fields}
    assert told["valid"] == ("2001/..", "2001/2003-05")
    assert later.routes(as_of="2006-01-01")["id"].tolist() == ["north.v2"]
    assert earlier.routes(as_of="2006-01-01")["id"].tolist() == ["north.v1"]
    row = later.frame("routes").set_index("id").loc["north.v1"]
    assert row["when"] == "from 2001 to May 2003"
    assert str(row["end_latest"]) == "2003-06-01 00:00:00"


@pytest.mark.parametrize(
    ("held", "begin", "becomes"),
    [
        ("2001/..", "2003~", "2001/2003~"),
        ("2001/", "2003-05", "2001/2003-05"),
        ("/..", "2003-05", "/2003-05"),
        ("2003/..", "2003-06", "2003/2003-06"),
        ("2001~/..", "2002-06?", "2001~/2002-06?"),
    ],
)
def test_a_start_in_doubt_and_an_end_that_is_not_known_are_taken_as_written(
    tmp_path: Path, held: str, begin: str, becomes: str
) -> None:
    row = {"route": "north", "mode": "sea"}
    first(tmp_path, row | {"valid": held})
    path = written(tmp_path / "second.geojson", row | {"valid": f"{begin}/.."})
    publish(path, tmp_path, close_versions=True)
    assert valid(tmp_path) == {"north.v1": becomes, "north.v2": f"{begin}/.."}


def test_versions_of_file_and_edition_close_one_another_in_the_order_of_time(
    tmp_path: Path,
) -> None:
    first(tmp_path, OPEN | {"begin": "2004"})
    path = written(
        tmp_path / "second.geojson",
        OPEN | {"begin": "2009"},
        OPEN | {"begin": "1999"},
        OPEN | {"begin": "2006"},
    )
    publish(path, tmp_path, close_versions=True)
    assert sorted(valid(tmp_path).values()) == ["1999/2004", "2004/2006", "2006/2009", "2009/.."]


@pytest.mark.parametrize(("held", "begin"), [("2001/2005", "2003"), ("2003/..", "2003")])
def test_an_overlap_that_closing_does_not_solve_names_both(
    tmp_path: Path, held: str, begin: str
) -> None:
    row = {"route": "north", "mode": "sea"}
    first(tmp_path, row | {"valid": held})
    path = written(tmp_path / "second.geojson", row | {"valid": f"{begin}/.."})
    both = rf"feature 1 \(north\).*edition 1 \(north.v1\), '{held}'"
    with pytest.raises(AtlasRefused, match=both):
        publish(path, tmp_path, close_versions=True)
    assert checked(path, tmp_path).settled.closed == ()
    assert valid(tmp_path) == {"north.v1": held}


def test_a_row_that_is_left_out_ends_nothing(tmp_path: Path) -> None:
    first(tmp_path, OPEN)
    path = written(
        tmp_path / "second.geojson",
        OPEN | {"begin": "2003", "mode": "by swan"},
        OPEN | {"begin": "2005"},
    )
    publish(path, tmp_path, leave_out=True, sets=(), close_versions=True)
    assert valid(tmp_path) == {"north.v1": "2001/2005", "north.v3": "2005/.."}


def test_a_row_that_is_left_out_as_it_overlaps_ends_nothing_either(tmp_path: Path) -> None:
    row = {"route": "north", "mode": "sea"}
    first(tmp_path, row | {"valid": "2001/2004"}, row | {"valid": "2006/.."})
    path = written(
        tmp_path / "second.geojson",
        row | {"valid": "2002/.."},
        row | {"valid": "2008/.."},
        row | {"valid": "2008/2010"},
    )
    publish(path, tmp_path, leave_out=True, close_versions=True)
    assert valid(tmp_path) == {
        "north.v1": "2001/2004", "north.v2": "2006/2008", "north.v4": "2008/..",
    }  # fmt: skip


def test_nothing_of_the_edition_is_closed_unless_it_is_asked(tmp_path: Path) -> None:
    first(tmp_path, OPEN)
    path = written(tmp_path / "second.geojson", OPEN | {"begin": "2003-05"})
    with pytest.raises(AtlasRefused, match="overlaps"):
        publish(path, tmp_path)


def test_with_replace_the_edition_has_nothing_to_close(tmp_path: Path) -> None:
    first(tmp_path, OPEN)
    path = written(tmp_path / "second.geojson", OPEN | {"begin": "2003-05"})
    publish(path, tmp_path, close_versions=True, replace=True)
    assert valid(tmp_path) == {"north.v1": "2003-05/.."}


@pytest.mark.parametrize("close", [True, False])
def test_a_row_whose_date_cannot_be_read_overlaps_nothing(tmp_path: Path, close: bool) -> None:
    first(tmp_path, SOUND)
    path = written(
        tmp_path / "second.geojson",
        OPEN | {"begin": "2007"},
        OPEN | {"begin": "2009", "end": "in May"},
    )
    with prepare(path, store_in(tmp_path), options(close_versions=close)).checked() as found:
        (fault,) = found.faults
    assert (fault.row, fault.value) == ("feature 2 (north)", "in May")
