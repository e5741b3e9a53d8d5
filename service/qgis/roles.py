"""The roles of countries: lettered boxes, set as names are, so that they cover none."""

from __future__ import annotations

from service.maps.words import words
from service.qgis import moments, names
from service.qgis.facts import Facts
from service.qgis.layer import Layer
from service.qgis.rules import quoted, unseen_element

_ROLES = ("origin", "transit", "destination")
_PALE = "#8a8f94"


def layer(facts: Facts) -> Layer:
    """Give the layer of the roles."""
    said, unsure = words()["role"], moments.unsure()
    stand_in = _stand_in(facts)
    boxes = []
    for role in _ROLES:
        letter, of_role = said[f"{role}_mark"], f"\"role\" = '{role}'"
        sure = (f"{of_role} AND NOT {unsure}", said[role], "ink")
        possible = (f"{of_role} AND {unsure}", f"{said[role]}, possible", _PALE)
        for expression, legend, ink in (sure, possible):
            boxes.append(names.role(expression, f"{stand_in} || '{letter}'", (legend, letter), ink))
    note = facts.notes.get("roles", "")
    name = "Country roles, simplified"
    return Layer(name, "roles", "Polygon", unseen_element(), tuple(boxes), note=note)


def _stand_in(facts: Facts) -> str:
    """Name the country of a role while none of that name is on the map.

    Else the role would be read as that of the state around it.
    """
    held: dict[str, list[str]] = {}
    for one in facts.standing:
        held.setdefault(one.entity, []).append(moments.held_in(facts.opening, one.span))
    cases = "".join(
        f"WHEN \"country\" = {quoted(country)} AND ({' OR '.join(told)}) THEN '' "
        for country, told in held.items()
    )
    # CASE needs a WHEN.
    return f"(CASE WHEN \"country\" IS NULL THEN '' {cases}ELSE {_PLAIN_NAME} || ' ' END)"


_PLAIN_NAME = "title(replace(\"country\", '-', ' '))"
