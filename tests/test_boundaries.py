from __future__ import annotations

import datetime
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st

from geo import boundaries, crossings, entities, memberships
from geo.boundaries import Day, Scale
from geo.dates import EdtfError

FOLDER = Path(__file__).parents[1] / "data" / "boundaries"
SCALES = get_args(Scale)
YUGOSLAVIA = "Socialist Federal Republic of Yugoslavia"
SIMFEROPOL = shapely.Point(34.1, 45.1)
NICOSIA_NORTH = shapely.Point(33.36, 35.25)
PRISTINA = shapely.Point(21.16, 42.66)

days = st.dates(datetime.date(1985, 1, 1), datetime.date(2030, 12, 31))


def names_at(
    place: shapely.Point, day: Day, kind: str = "state", scale: Scale = "50m"
) -> list[str]:
    frame = boundaries.as_of(day, scale)
    found = frame[(frame["kind"] == kind) & frame.contains(place)]
    return [str(name) for name in found["name"]]


def one(entity: str, day: Day, scale: Scale = "50m") -> Any:  # noqa: ANN401
    frame = boundaries.as_of(day, scale)
    [row] = [row for row in frame.itertuples() if row.entity == entity]
    return row


def shared(a: str, b: str, scale: Scale = "50m") -> Any:  # noqa: ANN401
    frame = boundaries.load().shared_borders(scale)
    here = frame[frame["a"].isin([a, b]) & frame["b"].isin([a, b])]
    assert len(here) == 1
    return here.geometry.iloc[0]


def share_on_border(line: Any, membership: str, day: Day) -> float:  # noqa: ANN401
    """How much of a line lies on the external border of a day, 0 to 1."""
    border = memberships.external_border(membership, day).union_all()
    return float(line.intersection(border).length / line.length)


# -- entities of a day --


def test_in_june_1990_there_is_one_yugoslavia() -> None:
    frame = boundaries.as_of("1990-06")
    states = frame[(frame["kind"] == "state") & frame.contains(PRISTINA)]
    assert list(states["name"]) == [YUGOSLAVIA]
    assert names_at(shapely.Point(14.5, 46.05), "1990-06") == [YUGOSLAVIA]
    assert not set(frame["entity"]) & {"serbia", "croatia", "bosnia-herzegovina", "macedonia"}


def test_yugoslavia_becomes_serbia_and_montenegro_on_4_february_2003() -> None:
    assert names_at(PRISTINA, "2003-02-03") == ["Federal Republic of Yugoslavia"]
    assert names_at(PRISTINA, "2003-02-04") == ["Serbia and Montenegro"]


def test_on_a_coarse_date_all_that_held_at_some_moment_of_it_are_given() -> None:
    expected = ["Federal Republic of Yugoslavia", "Serbia and Montenegro"]
    assert sorted(names_at(PRISTINA, "2003-02")) == expected
    assert names_at(PRISTINA, "2003-06") == ["Serbia and Montenegro"]


def test_in_2002_kosovo_is_under_un_administration_inside_yugoslavia() -> None:
    kosovo, state = one("kosovo", "2002"), one("fr-yugoslavia", "2002")
    assert kosovo.kind == "administered-territory"
    assert kosovo.name == "Kosovo (UN administration)"
    assert state.entity in kosovo.within
    assert state.geometry.covers(kosovo.geometry)


def test_the_two_republics_lie_inside_their_state_and_fill_it() -> None:
    state = one("serbia-and-montenegro", "2003-06-01").geometry
    parts = [one(f"{name}-republic", "2003-06-01").geometry for name in ("serbia", "montenegro")]
    assert shapely.equals(shapely.union_all(parts), state)
    assert parts[0].intersection(parts[1]).area == 0


def test_in_2007_serbia_still_has_kosovo_and_montenegro_is_a_state() -> None:
    assert names_at(PRISTINA, "2007") == ["Serbia"]
    assert one("serbia", "2007").status == "undisputed"
    assert one("montenegro", "2007").kind == "state"


def test_in_2009_serbia_and_kosovo_are_both_shown_with_disputed_status() -> None:
    assert names_at(PRISTINA, "2009") == ["Kosovo"]
    assert {one("serbia", "2009").status, one("kosovo", "2009").status} == {"disputed"}


def test_a_day_may_be_text_a_date_or_a_numpy_time() -> None:
    expected = list(boundaries.as_of("2003-02-04")["id"])
    same: list[Day] = [
        datetime.date(2003, 2, 4),
        np.datetime64("2003-02-04"),
        np.datetime64("2003-02-04T12:00:00.000"),
    ]
    for day in same:
        assert list(boundaries.as_of(day)["id"]) == expected


def test_a_day_that_is_none_is_refused() -> None:
    with pytest.raises(EdtfError, match="yesterday"):
        boundaries.as_of("yesterday")


# -- disputed parts --


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("day", ["1995-01-01", "2003-06-01", "2014-03-17", "2014-03-18", "2026"])
def test_crimea_is_ukraines_and_never_russias(day: str, scale: Scale) -> None:
    assert names_at(SIMFEROPOL, day, scale=scale) == ["Ukraine"]
    assert one("russia", day, scale).geometry.distance(SIMFEROPOL) > 1


@pytest.mark.parametrize("scale", SCALES)
def test_the_far_bank_of_the_kerch_strait_is_russias(scale: Scale) -> None:
    taman = shapely.Point(37.0, 45.2)
    assert names_at(taman, "2003-06-01", scale=scale) == ["Russia"]
    polygons = boundaries.load().polygons(scale).geometry
    assert polygons["Crimea"].distance(polygons["Russia"]) > 0.01


@pytest.mark.parametrize("scale", SCALES)
def test_crimea_joins_ukraine_without_a_seam(scale: Scale) -> None:
    polygons = boundaries.load().polygons(scale).geometry
    ukraine = one("ukraine", "2003-06-01", scale).geometry
    pieces = shapely.get_parts(ukraine)
    assert sum(len(piece.interiors) for piece in pieces) == 0
    assert len(pieces) == len(shapely.get_parts(polygons["Ukraine"]))
    assert ukraine.area == pytest.approx(polygons["Ukraine"].area + polygons["Crimea"].area)


def test_crimea_is_disputed_from_18_march_2014() -> None:
    assert names_at(SIMFEROPOL, "2003-06-01", "disputed-part") == []
    assert names_at(SIMFEROPOL, "2014-03-17", "disputed-part") == []
    assert names_at(SIMFEROPOL, "2014-03-18", "disputed-part") == ["Crimea"]
    statuses = [one("ukraine", day).status for day in ("2014-03-17", "2014-03-18")]
    assert statuses == ["undisputed", "disputed"]


@pytest.mark.parametrize("scale", SCALES)
def test_the_north_of_cyprus_is_a_disputed_part_of_cyprus(scale: Scale) -> None:
    assert names_at(NICOSIA_NORTH, "2003", scale=scale) == ["Cyprus"]
    assert names_at(NICOSIA_NORTH, "2003", "disputed-part", scale) == ["Northern Cyprus"]
    cyprus, north = one("cyprus", "2003", scale), one("north-cyprus", "2003", scale)
    assert cyprus.geometry.covers(north.geometry)
    assert (cyprus.status, north.within) == ("disputed", ["cyprus"])


def test_at_10m_the_buffer_zone_is_cyprus_and_the_british_bases_are_backdrop() -> None:
    assert names_at(shapely.Point(33.0, 35.14), "2003", scale="10m") == ["Cyprus"]
    frame = boundaries.as_of("2003", "10m")
    assert {"backdrop.akrotiri", "backdrop.dhekelia"} <= set(frame["id"])


def test_disputed_parts_come_last_so_that_they_are_drawn_over_states() -> None:
    order = [entities.KINDS.index(kind) for kind in boundaries.as_of("2020")["kind"]]
    assert order == sorted(order)
    assert entities.KINDS[order[-1]] == "disputed-part"


# -- all land, once, on every day --


@given(day=days, scale=st.sampled_from(SCALES))
@example(day=datetime.date(1991, 7, 1), scale="50m")
@example(day=datetime.date(2014, 3, 18), scale="10m")
@settings(max_examples=25, deadline=None)
def test_on_every_day_states_and_backdrop_cover_all_land_once(
    day: datetime.date, scale: Scale
) -> None:
    frame = boundaries.as_of(day, scale)
    frame = frame[frame["kind"].isin(["state", "backdrop"])]
    held = sorted(name for members in frame["members"] for name in members)
    assert held == sorted(boundaries.load().polygons(scale).index)
    # Neither overlap nor gap: then the areas add up to that of all land.
    total = shapely.area(frame.geometry.to_numpy()).sum()
    assert total == pytest.approx(boundaries.load().land(scale).area, abs=1e-6)


@given(day=days)
@settings(max_examples=25, deadline=None)
def test_on_every_day_an_entity_has_one_version_at_most(day: datetime.date) -> None:
    assert boundaries.as_of(day)["entity"].is_unique


def test_land_that_no_listed_state_held_is_given_as_backdrop_without_a_claim() -> None:
    assert names_at(SIMFEROPOL, "1990-06") == []
    frame = boundaries.as_of("1990-06")
    gap = frame[frame["id"] == "backdrop.ukraine.before-1991-08-24"]
    assert list(gap["valid"]) == ["../1991-08-23"]
    assert gap["status"].isna().all()
    assert "no claim" in gap["caveat"].iloc[0]
    assert set(boundaries.as_of("1991-08-24")["id"]) >= {"ukraine.1991-08-24"}
    assert "backdrop.ukraine" not in set(boundaries.as_of("1991-08-24")["entity"])


def test_a_polygon_that_no_entity_is_made_of_has_no_dates() -> None:
    frame = boundaries.load().entities()
    algeria = frame[frame["id"] == "backdrop.algeria"]
    assert len(algeria) == 1
    assert algeria[["valid", "start_earliest", "end_latest", "status"]].isna().all(axis=None)
    assert "backdrop.algeria" in set(boundaries.as_of("1950")["id"])


def test_entities_have_exact_half_open_bounds() -> None:
    frame = boundaries.load().entities().set_index("id")
    row = frame.loc["fr-yugoslavia.1992-04-27"]
    assert row["valid"] == "1992-04-27/2003-02-03"
    assert row["when"] == "27 April 1992 to 3 February 2003"
    assert row["start_earliest"] == row["start_latest"] == np.datetime64("1992-04-27")
    assert row["end_earliest"] == row["end_latest"] == np.datetime64("2003-02-04")
    assert frame.index.is_unique
    assert frame.crs == "EPSG:4326"


def test_changing_a_frame_changes_no_later_answer() -> None:
    boundaries.load().entities()["name"] = "gone"
    assert "gone" not in set(boundaries.load().entities()["name"])


# -- entities.toml --


def test_two_states_on_the_same_land_at_once_are_refused(tmp_path: Path) -> None:
    other = _folder_with(tmp_path, ('"Greece"]', '"Greece", "Albania"]'))
    with pytest.raises(ValueError, match="two states hold Albania"):
        boundaries.load(other).entities()


def test_a_polygon_that_does_not_exist_is_refused_by_name(tmp_path: Path) -> None:
    other = _folder_with(tmp_path, ('["Greece"]', '["Hellas"]'))
    with pytest.raises(ValueError, match="Hellas"):
        boundaries.load(other).entities()


def test_an_entity_that_ends_before_it_starts_is_refused_by_name(tmp_path: Path) -> None:
    other = _folder_with(tmp_path, ("to = 2003-02-04", "to = 1990-01-01"))
    with pytest.raises(ValueError, match="fr-yugoslavia: from 1992-04-27 to 1990-01-01"):
        boundaries.load(other).entities()


def _folder_with(folder: Path, change: tuple[str, str]) -> Path:
    text = (FOLDER / "entities.toml").read_text(encoding="utf-8")
    assert change[0] in text
    (folder / "entities.toml").write_text(text.replace(*change), encoding="utf-8")
    for scale in SCALES:
        name = f"polygons-{scale}.geojson"
        (folder / name).symlink_to(FOLDER / name)
    return folder


# -- memberships and their borders --


def test_the_eu_border_lies_west_of_hungary_on_30_april_2004_and_east_of_it_a_day_later() -> None:
    west, east = shared("Austria", "Hungary"), shared("Hungary", "Ukraine")
    assert share_on_border(west, "eu", "2004-04-30") == pytest.approx(1)
    assert share_on_border(east, "eu", "2004-04-30") == 0
    assert share_on_border(west, "eu", "2004-05-01") == 0
    assert share_on_border(east, "eu", "2004-05-01") == pytest.approx(1)


def test_the_schengen_border_stays_west_of_hungary_until_21_december_2007() -> None:
    west = shared("Austria", "Hungary")
    assert share_on_border(west, "schengen", "2007-12-20") == pytest.approx(1)
    assert share_on_border(west, "schengen", "2007-12-21") == 0


def test_before_a_membership_begins_there_is_no_border() -> None:
    assert len(memberships.external_border("eu", "1993-10-31")) == 0
    assert len(memberships.external_border("schengen", "1995-03-25")) == 0
    assert len(memberships.external_border("schengen", "1995-03-26")) == 1


def test_a_year_with_a_change_has_both_borders() -> None:
    ids = list(memberships.external_border("eu", "2004")["id"])
    assert ids == ["eu-external.1995-01-01", "eu-external.2004-05-01"]


@pytest.mark.parametrize("scale", SCALES)
def test_no_eu_border_crosses_cyprus(scale: Scale) -> None:
    border = memberships.external_border("eu", "2005-01-01", scale).union_all()
    assert shared("Cyprus", "N. Cyprus", scale).intersection(border).length == 0


def test_members_are_the_entities_of_that_day() -> None:
    assert len(memberships.as_of("eu", "2004-04-30")) == 15
    joined = memberships.as_of("eu", "2004-05-01")
    assert len(joined) == 25
    assert isinstance(joined, gpd.GeoDataFrame)
    assert set(joined["kind"]) == {"state"}
    assert {"hungary", "cyprus", "malta"} <= set(joined["entity"])


def test_the_united_kingdom_is_no_member_from_1_february_2020() -> None:
    assert "united-kingdom" in set(memberships.as_of("eu", "2020-01-31")["entity"])
    assert "united-kingdom" not in set(memberships.as_of("eu", "2020-02-01")["entity"])
    ireland = shared("Ireland", "United Kingdom")
    assert share_on_border(ireland, "eu", "2020-01-31") == 0
    assert share_on_border(ireland, "eu", "2020-02-01") == pytest.approx(1)


def test_an_unknown_membership_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="'nato'; there are eu, schengen"):
        memberships.as_of("nato", "2004")
    with pytest.raises(ValueError, match="'nato'"):
        memberships.external_border("nato", "2004")


@pytest.mark.parametrize("membership", ["eu", "schengen"])
def test_the_periods_of_a_border_follow_each_other_without_gap(membership: str) -> None:
    frame = memberships.borders(boundaries.load())
    frame = frame[frame["membership"] == membership]
    assert (frame["start_earliest"].iloc[1:].values == frame["end_latest"].iloc[:-1].values).all()
    assert frame["end_latest"].isna().tolist() == [False] * (len(frame) - 1) + [True]
    assert set(frame.geom_type) == {"MultiLineString"}


@given(day=days, membership=st.sampled_from(["eu", "schengen"]))
@settings(max_examples=20, deadline=None)
def test_a_border_is_where_members_meet_other_land(day: datetime.date, membership: str) -> None:
    members = memberships.as_of(membership, day)
    drawn = memberships.external_border(membership, day)
    if members.empty:
        assert drawn.empty
        return
    inside = shapely.union_all(members.geometry.to_numpy())
    outside = boundaries.load().land().difference(inside)
    expected = inside.boundary.intersection(outside.boundary)
    # Compared as sets of points: lines may be cut differently.
    assert drawn.union_all().symmetric_difference(expected).length == pytest.approx(0, abs=1e-9)


# -- countries, crossings --


def test_the_countries_of_the_article_are_polygons_with_names() -> None:
    countries = boundaries.load().countries()
    assert countries.loc["serbia", "members"] == ["Serbia"]
    assert countries.geometry["ukraine"].contains(SIMFEROPOL)
    assert not countries.geometry["russia"].contains(SIMFEROPOL)
    assert "western-europe" not in countries.index
    assert countries.is_valid.all()


def test_tekija_is_in_serbia_and_durres_in_albania_at_10m() -> None:
    countries = boundaries.load().countries("10m").geometry
    assert countries["serbia"].contains(shapely.Point(22.4083, 44.6836))
    assert not countries["romania"].contains(shapely.Point(22.4083, 44.6836))
    assert countries["albania"].contains(shapely.Point(19.4414, 41.3231))


def test_the_shipped_crossings_lie_near_the_border_or_coast_that_they_claim() -> None:
    shipped = crossings.shipped()
    distance = crossings.distance_to_border_m(shipped, boundaries.load())
    assert dict(zip(shipped["id"], distance < 4_000, strict=True)) == {
        "tekija": True,
        "vlora": True,
        "durres": True,
        "montenegro-adriatic-ports": True,
    }


def test_a_crossing_far_from_its_border_is_told_from_one_near_it() -> None:
    frame = gpd.GeoDataFrame(
        {
            "crossing": ["river", "sea", "river", "sea"],
            "between": [
                ["romania", "serbia"],
                ["albania", "italy"],
                ["albania", "russia"],
                ["serbia", "hungary"],
            ],
        },
        geometry=[shapely.Point(20.46, 44.81), shapely.Point(19.8, 41.3)] * 2,
        crs="EPSG:4326",
    )
    belgrade, tirana, no_border, no_coast = crossings.distance_to_border_m(frame, boundaries.load())
    assert 50_000 < belgrade < 100_000
    assert 20_000 < tirana < 40_000
    assert np.isnan(no_border)
    assert np.isnan(no_coast)


def test_crossings_are_possible_until_the_source_ends() -> None:
    assert set(crossings.as_of("2003-06-01")["id"]) >= {"tekija", "vlora", "durres"}
    assert crossings.as_of("2010-01-01").empty
    assert crossings.as_of("2003-06").crs == "EPSG:4326"


def test_crossings_of_ones_own_are_taken_as_given() -> None:
    frame = crossings.shipped().assign(valid=["2001", "2002", None, "2003-06/2003-07"])
    assert list(crossings.as_of("2002-05-01", frame)["id"]) == [frame["id"][1], frame["id"][2]]


# -- the derived files --


@pytest.mark.parametrize("scale", SCALES)
def test_the_polygons_are_a_coverage(scale: Scale) -> None:
    polygons = boundaries.load().polygons(scale)
    assert shapely.coverage_is_valid(polygons.geometry.to_numpy())
    assert polygons.is_valid.all()
    assert tuple(polygons.total_bounds) == (-15, 30, 65, 72)
    assert (FOLDER / f"polygons-{scale}.geojson").stat().st_size < 3_000_000


def test_deriving_again_gives_the_same_bytes() -> None:
    done = subprocess.run(
        [sys.executable, FOLDER / "derive.py", "--check"], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_changed_byte_is_noticed(tmp_path: Path) -> None:
    for scale in SCALES:
        name = f"polygons-{scale}.geojson"
        text = (FOLDER / name).read_bytes()
        (tmp_path / name).write_bytes(text[:-1] if scale == "10m" else text)
    done = subprocess.run(
        [sys.executable, FOLDER / "derive.py", "--check", "--into", tmp_path],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "polygons-10m.geojson" in done.stderr
    assert "polygons-50m.geojson" not in done.stderr
