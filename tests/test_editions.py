"""What a notebook user gets from an edition: frames, as of a day."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pytest

import routes
from geo.times import EdtfError
from routes.errors import NotFound
from tests.helpers import title_and_row

FIRST = "vlora-italy.v1"
REPLACEMENTS = {"durres-sea.v1", "montenegro-sea.v1", "overland-greece-macedonia.v1"}
FOUR = REPLACEMENTS | {FIRST}


def ids(frame: geopandas.GeoDataFrame) -> set[str]:
    return set(frame["id"])


def test_a_day_gives_a_geodataframe_with_a_crs(store: Path) -> None:
    frame = routes.open(store).routes(as_of="2002-06-01")
    assert isinstance(frame, geopandas.GeoDataFrame)
    assert frame.crs == "EPSG:4326"
    assert set(frame.geom_type) <= {"LineString", "MultiLineString"}
    assert ids(frame) >= FOUR


@pytest.mark.parametrize("certainty", ["possible", "certain"])
def test_before_the_shift_only_the_first_route_is_there(
    edition: routes.Edition, certainty: str
) -> None:
    found = ids(edition.routes(as_of="2001-06-01", certainty=certainty))  # type: ignore[arg-type]
    assert FIRST in found
    assert not found & REPLACEMENTS


@pytest.mark.parametrize("day", ["2003-12-01", "2004-06"])
def test_nobody_knows_the_day_so_all_four_are_possible_and_none_is_certain(
    edition: routes.Edition, day: str
) -> None:
    assert ids(edition.routes(as_of=day)) >= FOUR
    assert not ids(edition.routes(as_of=day, certainty="certain")) & FOUR


def test_what_the_source_no_longer_knows_is_described_until_then(edition: routes.Edition) -> None:
    when = edition.routes(as_of="2004-06").set_index("id")["when"]
    assert {when[one] for one in REPLACEMENTS} == {"from about 2003, described until 2004"}
    assert when[FIRST] == "until about 2003"
    for collection in edition.collections:
        frame = edition.frame(collection)
        words = frame.loc[frame["end"] == "source-ends", "when"]
        assert not words.str.contains("ended").any()
        assert not words.str.replace("described until", "").str.contains("until").any()


def test_after_the_knowledge_of_the_source_no_route_is_there(edition: routes.Edition) -> None:
    assert edition.routes(as_of="2010-01-01").empty
    assert edition.atlas["knowledge_ends"] == "2004"


def test_an_attested_year_is_certain(edition: routes.Edition) -> None:
    certain = {day: ids(edition.routes(as_of=day, certainty="certain"))
               for day in ("2003-07-01", "2004-07-01")}  # fmt: skip
    assert "danube-at-tekija.v1" in certain["2003-07-01"]
    assert "danube-at-tekija.v1" not in certain["2004-07-01"]


def entities(edition: routes.Edition, day: str) -> set[str]:
    frame = edition.boundaries(as_of=day)
    return set(frame.loc[frame["kind"] != "backdrop", "name"])


def test_yugoslavia_changes_its_name_on_4_february_2003(edition: routes.Edition) -> None:
    before, after = entities(edition, "2003-02-03"), entities(edition, "2003-02-04")
    assert before - after == {"Federal Republic of Yugoslavia"}
    assert after - before == {"Serbia and Montenegro"}


def test_states_come_and_go_with_the_years(edition: routes.Edition) -> None:
    assert "Socialist Federal Republic of Yugoslavia" in entities(edition, "1990-06")
    assert "Slovenia" not in entities(edition, "1990-06")
    assert "Federal Republic of Yugoslavia" in entities(edition, "2002-06-01")
    assert any("Kosovo" in name for name in entities(edition, "2002-06-01"))
    assert "Serbia and Montenegro" in entities(edition, "2003-06-01")
    assert "Serbia and Montenegro" not in entities(edition, "2007-01-01")
    assert "Montenegro" in entities(edition, "2007-01-01")
    assert "Kosovo" in {name.partition(" (")[0] for name in entities(edition, "2009-01-01")}


def test_crimea_is_ukraines_in_2003(edition: routes.Edition) -> None:
    frame = edition.boundaries(as_of="2003-06-01")
    frame = frame[frame["kind"] == "state"]
    simferopol = geopandas.points_from_xy([34.1], [44.95], crs="EPSG:4326")[0]
    assert frame.loc[frame.contains(simferopol), "name"].tolist() == ["Ukraine"]


@pytest.mark.parametrize(("day", "east_of_hungary"), [("2004-04-30", False), ("2004-05-01", True)])
def test_the_external_border_of_the_eu_moves_across_hungary(
    edition: routes.Edition, day: str, east_of_hungary: bool
) -> None:
    borders = edition.items("borders", as_of=day)
    (line,) = borders.loc[borders["membership"] == "eu"].geometry
    west, east = (geopandas.points_from_xy([x], [y])[0].buffer(0.3) for x, y in
                  ((16.6, 47.5), (22.4, 48.1)))  # fmt: skip
    assert line.intersects(east) == east_of_hungary
    assert line.intersects(west) != east_of_hungary


def test_the_first_of_may_2004_has_one_border_of_the_union_and_not_two(
    edition: routes.Edition,
) -> None:
    for day in ("2004-04-30", "2004-05-01", "2004-05-02"):
        frame = edition.items("borders", as_of=day)
        assert (frame["membership"] == "eu").sum() == 1


@pytest.mark.parametrize(
    "day", ["2003-12-01", date(2003, 12, 1), np.datetime64("2003-12-01"),
            np.datetime64("2003-12-01T00:00:00"), datetime(2003, 12, 1), pd.Timestamp("2003-12-01"),
            "2003-12-01/2003-12-01"],
)  # fmt: skip
def test_a_day_may_be_given_as_text_or_date(
    edition: routes.Edition, day: routes.editions.Day
) -> None:
    assert ids(edition.routes(as_of=day)) == ids(edition.routes(as_of="2003-12-01"))


def test_a_day_that_is_none_is_refused(edition: routes.Edition) -> None:
    with pytest.raises(EdtfError, match="'yesterday' is not a date"):
        edition.routes(as_of="yesterday")


def test_without_a_day_everything_is_given_and_may_be_changed(store: Path) -> None:
    edition = routes.open(store)
    frame = edition.crossings()
    assert len(frame) == 4
    frame["name"] = "changed"
    assert "changed" not in set(edition.crossings()["name"])


def test_what_is_not_there_is_named(store: Path, edition: routes.Edition, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no collection 'roads'; there is routes, crossings"):
        edition.items("roads")
    with pytest.raises(NotFound, match="no edition 2; there is 1 to 1"):
        routes.open(store, edition=2)
    with pytest.raises(NotFound, match="run `routeshift publish` first"):
        routes.open(tmp_path / "none")


def test_an_edition_stays_open_by_its_number_when_newer_ones_come(tmp_path: Path) -> None:
    place = routes.open_store(tmp_path / "store")
    place.publish(title_and_row(1), "first", "")
    earlier = routes.open(tmp_path / "store")
    place.publish(title_and_row(2), "second", "")
    assert earlier.number == routes.open(tmp_path / "store", edition=1).number == 1
    assert earlier.frame("routes")["name"].tolist() == ["Route of 1"]
    assert routes.open(tmp_path / "store").frame("routes")["name"].tolist() == ["Route of 2"]
