"""What QGIS draws on a day. The pictures stay in build/clients, for people to look at."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from clients.conftest import Qgis
from service.qgis.palette import colour

VIEW = "12.3,39.3,29.5,49.2"
BEYOND = ("2007-01-01", "2010-01-01")
DAYS = ("2001-06-01", "2003-12-01", "2004-06-01", *BEYOND, "off")

# Boxes in degrees: on a line and off its arrowhead, on open ground, and along a border.
VLORA, DURRES = "18.7,40.3,19.3,40.65", "18.6,41.1,19.2,41.4"
TO_MACEDONIA, EAST = "20.4,40.7,20.8,41.25", "22,47.0,26,48.5"
HUNGARY, AUSTRIA, ADRIATIC = "19.2,46.8,19.8,47.0", "14.5,47.0,15,47.2", "16,42.3,17,42.6"
Ink = Callable[..., int]


@pytest.fixture(scope="module")
def drawn(qgis: Qgis, definition: Path, pictures: Path) -> dict[str, Path]:
    files = qgis("picture", definition, pictures, VIEW, *DAYS)
    return dict(zip(DAYS, map(Path, files), strict=True))


@pytest.fixture(scope="module")
def ink(qgis: Qgis, drawn: dict[str, Path]) -> Ink:
    """Count the pixels of one of the map's colours in a box of the picture of a day."""

    def count(day: str, name: str, box: str) -> int:
        channels = [int(channel) for channel in colour(name).split(",")]
        written = "#{:02x}{:02x}{:02x}".format(*channels[:3])
        return int(qgis("ink", drawn[day], VIEW, f"{written}@{box}")[0])

    return count


def test_in_2001_the_sea_route_from_vlora_is_a_solid_line_and_no_other_is_there(ink: Ink) -> None:
    assert ink("2001-06-01", "water", VLORA) > 60
    assert ink("2001-06-01", "water", DURRES) == 0
    assert ink("2001-06-01", "over-land", TO_MACEDONIA) == 0


def test_in_december_2003_it_is_dashed_and_its_replacements_are_dotted(ink: Ink) -> None:
    solid, dashed = (ink(day, "water", VLORA) for day in ("2001-06-01", "2003-12-01"))
    assert 30 < dashed < 0.85 * solid
    assert ink("2003-12-01", "water", DURRES) > 20
    assert ink("2003-12-01", "over-land", TO_MACEDONIA) > 20


def test_while_knowledge_is_ending_lines_are_lighter_and_not_gone(ink: Ink) -> None:
    assert ink("2003-12-01", "over-land", EAST) > 150
    assert ink("2004-06-01", "over-land", EAST) == 0
    assert ink("2004-06-01", "member", HUNGARY) > 0


@pytest.mark.parametrize("day", BEYOND)
def test_beyond_the_sources_knowledge_there_is_no_route(ink: Ink, day: str) -> None:
    assert ink(day, "water", VIEW) == 0
    assert ink(day, "over-land", VIEW) == 0


@pytest.mark.parametrize(
    ("day", "hungary"), [("2001-06-01", "land"), ("2003-12-01", "land"), ("2007-01-01", "member")]
)
def test_the_ground_is_that_of_the_day(ink: Ink, day: str, hungary: str) -> None:
    counted = ink(day, hungary, HUNGARY)
    assert counted > 200
    assert ink(day, "member", AUSTRIA) > 200
    assert ink(day, "sea", ADRIATIC) > 200


def test_without_the_temporal_controller_the_ground_is_that_of_the_opening_day(ink: Ink) -> None:
    assert ink("off", "land", HUNGARY) > 200
    assert ink("off", "member", AUSTRIA) > 200
