"""The layers of an edition, from the one that lies on top to the one at the bottom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from service.maps.words import words
from service.qgis import courses, ground, marks, moments, names, roles
from service.qgis.facts import Facts
from service.qgis.layer import Layer
from service.qgis.rules import Rule, renderer_element

_BY_MODE = {"water": """"mode" <> 'land'""", "land": """"mode" = 'land'"""}
_INK = {"water": "water", "land": "over-land"}
_DATED, _UNDATED = """"start_earliest" IS NOT NULL""", """"start_earliest" IS NULL"""
_UNSURE_INK = "#6d747b"


def layers(facts: Facts) -> list[Layer]:
    """Give all of them."""
    return [
        _shifts(),
        _events(facts.crossings),
        *_crossings(),
        *_routes(facts.notes.get("unnamed", "")),
        roles.layer(facts),
        ground.borders(facts.opening),
        *ground.boundaries(facts),
    ]


def _shifts() -> Layer:
    rules = [Rule("one route gives way to others", "", marks.ring("water", 22, 1.4))]
    return Layer("Shifts", "shifts", "Point", renderer_element(rules))


def _events(crossings: Sequence[str]) -> Layer:
    rules = [
        Rule("event of the time shown", _DATED, marks.diamond(True, crossings)),
        Rule(words()["legend"]["undated"], _UNDATED, marks.diamond(False, crossings)),
    ]
    return Layer("Events", "events", "Point", renderer_element(rules))


def _crossings() -> Iterator[Layer]:
    unnamed, unsure = words()["legend"]["area"], moments.unsure()
    places = [
        Rule("crossing place", f"NOT {unsure}", marks.ring()),
        Rule("crossing place, uncertain", unsure, marks.ring(_UNSURE_INK)),
    ]
    areas = [
        Rule(unnamed, f"NOT {unsure}", marks.soft_area(0.42)),
        Rule(f"{unnamed}, uncertain", unsure, marks.soft_area(0.26)),
    ]
    yield Layer("Crossings", "crossings", "Point", renderer_element(places), (names.place(),))
    yield Layer(
        "Crossing areas", "crossings", "Polygon", renderer_element(areas), (names.area(unnamed),)
    )


def _routes(note: str) -> Iterator[Layer]:
    """Give the lines, and below them the bands of those whose course is schematic."""
    said = words()["legend"]
    lines = [Rule(said[key], mode, below=_by_mark(_INK[key])) for key, mode in _BY_MODE.items()]
    bands = [
        Rule(said[key], f"""{mode} AND "precision" = 'schematic'""", courses.band(_INK[key]))
        for key, mode in _BY_MODE.items()
    ]
    yield Layer(
        "Routes",
        "routes",
        "LineString",
        renderer_element(lines),
        (names.kept_off(),),
        note=f"An open arrowhead and a fading end: the source implies the goal. {note}",
    )
    yield Layer(
        "Routes, course schematic",
        "routes",
        "LineString",
        renderer_element(bands),
        opacity=0.2,
        note=f"A broad band: the course is schematic. {note}",
    )


def _by_mark(ink: str) -> tuple[Rule, ...]:
    said = words()["legend"]
    told = {
        "certain": said["certain"],
        "possible": said["possible"],
        "possible-lighter": f"{said['possible']}; {said['fading']}",
        "ending": said["ending"],
        "fading": said["fading"],
        "no-clock": "temporal controller is off: all times",
    }
    short = Rule("too short here: a dot", courses.IS_SHORT, courses.dot(ink))
    by_mark = (
        Rule(told[mark], expression, courses.course(ink, mark))
        for mark, expression in moments.marks().items()
    )
    return (*by_mark, short)
