"""One operation of the API, as its description has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from service import formats
from service.ogc import parameters
from service.ogc.parameters import Parameter


@dataclass(frozen=True)
class Operation:
    """What GET gives at one path.

    `schema` names the schema of the answer for programs; None where there is one for people only.
    `paths` are the parameters in the path, `queries` those behind it, `required` the names of
    queries that must be given. `has_form`: there is a page for people too, chosen by `f`.
    `pinned`: it stands under /editions/{n} as well. `more`: other media types of the answer, each
    with the name of its schema. `form`: the parameter `f`. `nothing`: what 204 means, if it comes.
    `in_ranges`: parts of the answer can be asked for.
    """

    name: str
    path: str
    summary: str
    schema: str | None
    media_type: str = formats.JSON
    paths: tuple[Parameter, ...] = ()
    queries: tuple[Parameter, ...] = ()
    required: tuple[str, ...] = ()
    has_form: bool = True
    pinned: bool = True
    more: Mapping[str, str] = field(default_factory=dict)
    form: Parameter = parameters.F
    nothing: str | None = None
    in_ranges: bool = False

    @property
    def content(self) -> dict[str, str | None]:
        """Give the media types of the answers, each with the name of its schema."""
        written: dict[str, str | None] = {self.media_type: self.schema} if self.schema else {}
        written |= self.more
        return {**written, "text/html": None} if self.has_form or not self.schema else written

    @property
    def asked(self) -> tuple[Parameter, ...]:
        """Give the parameters behind the path."""
        return (*self.queries, self.form) if self.has_form else self.queries
