"""Which column holds what: guessed from names of many languages, given, saved, used again."""

from __future__ import annotations

from pathlib import Path

import pytest

from routes.importing import BadOption, Mapping
from routes.importing.names import guess
from routes.schema import COLLECTIONS

ROUTES = COLLECTIONS["routes"]


@pytest.mark.parametrize(
    ("columns", "start", "end"),
    [
        ("begin end", "begin", "end"),
        ("START_DATE END_DATE", "START_DATE", "END_DATE"),
        ("from to", "from", "to"),
        ("valid_from valid_to", "valid_from", "valid_to"),
        ("od do", "od", "do"),
        ("Gültig von|Gültig bis", "Gültig von", "Gültig bis"),
        ("Début Fin", "Début", "Fin"),
        ("dal al", "dal", "al"),
        ("od_kdy do_kdy", "od_kdy", "do_kdy"),
        ("nga deri", "nga", "deri"),
    ],
)
def test_starts_and_ends_are_found_in_many_languages(columns: str, start: str, end: str) -> None:
    names = columns.split("|" if "|" in columns else " ")
    found = guess(["Name", *names], ROUTES, has_geometry=True)
    assert (found["valid_from"], found["valid_to"]) == ([start], [end])


def test_names_that_a_shapefile_cut_are_found() -> None:
    found = guess(["descriptio", "start_date", "editor_not"], ROUTES, has_geometry=True)
    assert found["description"] == ["descriptio"]
    assert found["editor_note"] == ["editor_not"]


def test_our_own_downloads_are_read_as_they_were_written() -> None:
    columns = [*ROUTES.columns]
    found = guess(columns, ROUTES, has_geometry=True)
    assert found["valid"] == ["valid"]
    assert found["end"] == ["end"]
    assert not found.keys() & {"valid_from", "valid_to", "id", "when"}


def test_coordinates_are_looked_for_only_without_a_geometry() -> None:
    columns = ["name", "Zeměpisná", "lon", "lat", "wkt"]
    assert guess(columns, ROUTES, has_geometry=True).keys() == {"name"}
    assert guess(columns, ROUTES, has_geometry=False).keys() == {"name", "lon", "lat", "wkt"}


def test_what_is_given_comes_before_what_is_guessed() -> None:
    given = Mapping.parse(["valid_from=opened,route_id=title|code"], ["mode=sea", "name=A, B"])
    columns = ["opened", "begin", "end", "title", "code", "name", "mode"]
    full = given.completed(ROUTES, columns, has_geometry=True)
    assert full.columns == {
        "valid_from": ("opened",), "valid_to": ("end",), "route": ("title", "code"),
    }  # fmt: skip
    assert full.fixed == {"mode": "sea", "name": "A, B"}
    assert full.unused(columns) == ["begin", "name", "mode"]


def test_a_mapping_is_saved_and_used_again(tmp_path: Path) -> None:
    path = tmp_path / "lines.toml"
    mapping = Mapping(
        {"valid_from": ("Gültig \"von\"",), "name": ("a", "b")}, {"mode": "sea"},
        dates="dd.mm.yyyy", crs="EPSG:3035",
    )  # fmt: skip
    mapping.save(path, ROUTES)
    assert Mapping.load(path) == mapping
    changed = Mapping.parse(["name=c"], ["valid_from=2003"]).over(Mapping.load(path))
    assert changed.columns == {"name": ("c",)}
    assert changed.fixed == {"mode": "sea", "valid_from": "2003"}
    assert changed.dates == "dd.mm.yyyy"


@pytest.mark.parametrize("text", ["[map", "map = 3", 'dates = "yyyy"', "[map]\nname = 3"])
def test_a_file_that_is_no_mapping_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "lines.toml"
    path.write_text(text)
    with pytest.raises(BadOption, match=r"lines\.toml"):
        Mapping.load(path)
