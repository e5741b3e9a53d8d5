"""The ground of the map: the sea, states of the day, the European Union and its border."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from service.maps.words import words
from service.qgis import marks, moments, names
from service.qgis.facts import Facts
from service.qgis.layer import Layer
from service.qgis.rules import Rule, inverted_element, quoted, renderer_element

_BACKDROP_BORDER = "#ddd7ca"


def borders(opening: date) -> Layer:
    """Give the outer land border of the European Union."""
    held = f"\"membership\" = 'eu' AND {moments.held(opening)}"
    rules = [Rule("outer land border of the EU", held, marks.union_border())]
    return Layer("Borders", "borders", "LineString", renderer_element(rules))


def boundaries(facts: Facts) -> Iterator[Layer]:
    """Give states and territories of the day, and the sea, which is what they leave over."""
    said, held = words()["legend"], moments.held(facts.opening)
    state, member = f"\"kind\" = 'state' AND {held}", _in_union(facts)
    administered = f"\"kind\" = 'administered-territory' AND {held}"
    border = _disputed(facts)
    state_words = "state; dashed: border of disputed status" if border else "state"
    rules = [
        Rule(state_words, state, marks.state(border)),
        Rule("member of the EU", f"{state} AND {member}", marks.ground("member", over=1)),
        Rule(said["administered"], administered, marks.administered()),
        Rule(said["disputed"], f"\"kind\" = 'disputed-part' AND {held}", marks.disputed()),
        Rule("backdrop", f"\"kind\" = 'backdrop' AND {held}",
             marks.ground("backdrop", border=_BACKDROP_BORDER)),
    ]  # fmt: skip
    land = f"\"kind\" IN ('backdrop', 'state') AND {held}"
    yield Layer("Boundaries", "boundaries", "Polygon", renderer_element(rules, in_levels=True),
                names.countries(held, _own_ground(facts)))  # fmt: skip
    yield Layer(
        "Sea",
        "boundaries",
        "Polygon",
        inverted_element(renderer_element([Rule("sea", land, marks.sea())])),
        note="What no state covers: the boundaries again, drawn the other way round.",
    )


def _own_ground(facts: Facts) -> str:
    """Give a state without the territories in it that bear a name of their own."""
    cases = "".join(
        f'WHEN "entity" IN ({", ".join(quoted(entity) for entity in one.within)}) '
        f"THEN difference($geometry, geom_from_wkt('{one.area}')) "
        for one in facts.inner
    )
    return f"CASE {cases}ELSE $geometry END" if cases else "$geometry"


def _disputed(facts: Facts) -> str:
    """Give the border between the parties to a dispute, if there is any.

    Nobody disputes their other borders.
    """
    cases = "".join(
        f'WHEN "id" = {quoted(one.bearer)} AND {moments.held_in(facts.opening, one.span)} '
        f"THEN geom_from_wkt('{one.line}') "
        for one in facts.disputes
    )
    return f"CASE {cases}ELSE NULL END" if cases else ""


def _in_union(facts: Facts) -> str:
    """Tell members of the union; an expression cannot look into another layer cheaply."""
    told = [
        f'({moments.held_in(facts.opening, one.span)} AND "entity" IN '
        f"({', '.join(quoted(entity) for entity in one.entities)}))"
        for one in facts.union
    ]
    return f"({' OR '.join(told) or 'FALSE'})"
