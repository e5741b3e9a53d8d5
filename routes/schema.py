"""The collections of an atlas: their columns, types, units and the rules for single values.

One declaration serves reading, validation, storage, the API's schemas and its pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from geo.times import BOUND_COLUMNS, Reading

Kind = Literal["text", "integer", "number", "list", "json", "edtf", "datetime"]


JSON_TYPES: dict[Kind, dict[str, Any]] = {
    "text": {"type": "string"},
    "edtf": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "datetime": {"type": "string", "format": "date-time"},
    "list": {"type": "array", "items": {"type": "string"}},
    "json": {},
}
"""The kinds of columns in JSON Schema; the last may be anything."""


@dataclass(frozen=True)
class Field:
    """One column. `computed` ones are made at publication, the others are written by people."""

    name: str
    description: str
    kind: Kind = "text"
    required: bool = False
    choices: tuple[str, ...] = ()
    computed: bool = False
    unique: bool = False


@dataclass(frozen=True)
class Collection:
    """One collection: what its features are, how their time reads, what geometry they may have."""

    name: str
    title: str
    description: str
    own: tuple[Field, ...]
    geometry: tuple[str, ...]
    geometry_required: bool = True
    reading: Reading = "span"
    authored: bool = True

    @property
    def fields(self) -> tuple[Field, ...]:
        """All columns but the geometry, in the order in which they are shown."""
        return (*IDENTITY, *self.own, *TIME, *PROVENANCE)

    @property
    def written(self) -> tuple[Field, ...]:
        """The columns that people write: all but those that are computed at publication."""
        return tuple(field for field in self.fields if not field.computed)

    @property
    def columns(self) -> list[str]:
        """The names of all columns but the geometry."""
        return [field.name for field in self.fields]

    def field(self, name: str) -> Field:
        """Give the column called `name`; raises KeyError."""
        return {field.name: field for field in self.fields}[name]


IDENTITY = (
    Field("id", "Identifier, unique in the collection", required=True, unique=True),
    Field("name", "Name for people", required=True),
)
TIME = (
    Field("valid", "When it was so: EDTF (ISO 8601-2), null where no date is given", "edtf"),
    Field("when", "When it was so, in words", computed=True),
    Field("end", "What the end of `valid` means: it ended, or the source's knowledge does",
          choices=("ended", "source-ends")),
    *(
        Field(name, f"Bound of `valid`: {name.replace('_', ', ')}; null for no bound; half-open",
              "datetime", computed=True)
        for name in BOUND_COLUMNS
    ),
)  # fmt: skip
PROVENANCE = (
    Field("precision", "How precise the geometry is",
          choices=("surveyed", "settlement", "generalised-area", "schematic")),
    Field("source", "On whose word: an id of sources", required=True),
    Field("locator", "Where in the source it is stated", required=True),
    Field("caveat", "What to know before using it"),
    Field("editor_note", "Where other public record differs"),
)  # fmt: skip

COLLECTIONS = {
    collection.name: collection
    for collection in (
        Collection(
            "routes",
            "Routes",
            "Route lines. A feature is one version of a route, with its own valid time.",
            (
                Field("route", "The route that this is a version of", required=True),
                Field("version", "Number of the version", "integer", required=True),
                Field("mode", "How it goes", choices=("sea", "river", "land"),
                      required=True),
                Field("stages", "Countries and places passed, stage by stage", "json"),
                Field("description", "What the source says, in our words", required=True),
                Field("implied", "What of this the source implies and does not state"),
                Field("attested", "Dates on which the source attests it: EDTF", "edtf"),
            ),
            ("LineString", "MultiLineString"),
        ),
        Collection(
            "crossings",
            "Crossings",
            "Points and areas where a border is crossed.",
            (
                Field("kind", "Point or area", choices=("crossing-point", "crossing-area"),
                      required=True),
                Field("crossing", "What is crossed", choices=("river", "sea", "land"),
                      required=True),
                Field("water", "Name of the water"),
                Field("also", "Other names and spellings", "list"),
                Field("between", "The two countries", "list", required=True),
                Field("description", "What the source says, in our words", required=True),
            ),
            ("Point", "Polygon", "MultiPolygon"),
        ),
        Collection(
            "shifts",
            "Shifts",
            "What displaced a route, from where to where, when and on whose word.",
            (
                Field("from_versions", "Versions that were displaced", "list", required=True),
                Field("to_versions", "Versions that took their place, in no order", "list"),
                Field("cause", "What displaced them", required=True),
                Field("cause_kind", "Kind of cause", required=True),
                Field("place", "The crossing where it happened"),
            ),
            ("Point",),
            geometry_required=False,
        ),
        Collection(
            "events",
            "Events",
            "Dated events and places that the sources name.",
            (
                Field("kind", "Kind of event", required=True),
                Field("place_name", "Where, in the source's spelling"),
                Field("also", "Other names and spellings", "list"),
                Field("description", "What the source says, in our words", required=True),
                Field("figures", "Figures that the source gives", "json"),
            ),
            ("Point",),
            geometry_required=False,
        ),
        Collection(
            "roles",
            "Country roles",
            "Roles that the source gives to a country: one role a country is a simplification.",
            (
                Field("country", "The country", required=True),
                Field("role", "Role of the country", choices=("origin", "transit", "destination"),
                      required=True),
            ),
            ("Polygon", "MultiPolygon"),
        ),
        Collection(
            "statistics",
            "Statistics",
            "Figures as the sources print them, with unit, caveat and discrepancies.",
            (
                Field("table", "The table or list", required=True),
                Field("kind", "What the figure is",
                      choices=("count", "share", "printed-total", "estimate"), required=True),
                Field("country", "The country"),
                Field("period", "Period as printed"),
                Field("value", "The figure; null where none is printed", "number"),
                Field("printed_as", "What is printed where no figure is"),
                Field("qualifier", "Words that qualify the figure"),
                Field("unit", "What is counted", required=True),
                Field("table_title", "Title of the table"),
                Field("primary_source", "Where the source has it from"),
                Field("discrepancy", "Where printed figures do not add up"),
            ),
            ("Polygon", "MultiPolygon"),
            geometry_required=False,
            reading="exact",
        ),
        Collection(
            "boundaries",
            "Boundaries",
            "States and territories with the dates they hold, at drawing scale.",
            (
                Field("entity", "The state or territory"),
                Field("kind", "What it is", required=True,
                      choices=("state", "administered-territory", "constituent", "disputed-part",
                               "backdrop")),
                Field("within", "Entities that it lies in", "list"),
                Field("status", "Whether its status is disputed",
                      choices=("undisputed", "disputed")),
                Field("members", "Natural Earth polygons that it is made of", "list"),
            ),
            ("Polygon", "MultiPolygon"),
            reading="exact",
            authored=False,
        ),
        Collection(
            "borders",
            "Borders",
            "External land borders of unions of states, derived from the boundaries.",
            (
                Field("membership", "The union", choices=("eu", "schengen"), required=True),
                Field("members", "Members in the period", "list", required=True),
            ),
            ("LineString", "MultiLineString"),
            reading="exact",
            authored=False,
        ),
    )
}  # fmt: skip
