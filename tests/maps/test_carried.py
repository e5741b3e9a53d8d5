"""How the lines of a state travel in a page."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

import routes
from service.maps.carried import carried, encoded
from service.maps.state import build


def decoded(text: str) -> list[list[float]]:
    """Read the Encoded Polyline Algorithm Format sign by sign, in thousandths of a degree."""
    numbers, number, shift = [], 0, 0
    for sign in text:
        digit = ord(sign) - 63
        number |= (digit & 31) << shift
        shift += 5
        if digit < 32:
            numbers.append(~(number >> 1) if number & 1 else number >> 1)
            number = shift = 0
    path, lat, lon = [], 0, 0
    for north, east in zip(numbers[::2], numbers[1::2], strict=True):
        lat, lon = lat + north, lon + east
        path.append([lon / 1000, lat / 1000])
    return path


def test_a_path_is_written_as_the_formats_own_example() -> None:
    """The example of its description, which has hundred-thousandths of a degree for units."""
    example = [[-120.2, 38.5], [-120.95, 40.7], [-126.453, 43.252]]
    scaled = [[lon * 100, lat * 100] for lon, lat in example]
    assert encoded(scaled) == "_p~iF~ps|U_ulLnnqC_mqNvxq`@"


@pytest.mark.parametrize(
    "path",
    [
        [[0.0, 0.0], [0.0, 0.001], [-0.001, 0.0]],
        [[-180.0, -80.0], [180.0, 80.0], [-180.0, -80.0]],
        [[376.123, 12.345], [19.457, 41.323]],
    ],
)
def test_every_point_of_a_path_is_read_as_it_was(path: list[list[float]]) -> None:
    assert decoded(encoded(path)) == path


def test_all_lines_of_a_state_are_read_from_the_page_as_they_are_in_it(
    edition: routes.Edition,
) -> None:
    def points(texts: Any) -> Any:  # noqa: ANN401
        return decoded(texts) if isinstance(texts, str) else [points(text) for text in texts]

    state = build(edition)
    found = orjson.loads(carried(state))
    assert points(found["outlines"]) == state["outlines"]
    assert [points(row["lines"]) for row in found["borders"]] == [
        row["lines"] for row in state["borders"]
    ]


def test_a_page_without_a_state_says_so() -> None:
    assert carried(None) == "null"
