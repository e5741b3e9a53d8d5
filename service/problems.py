"""Everything that the service refuses, each with its HTTP status: RFC 9457 problem details."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any


class Problem(Exception):
    """A request that cannot be answered. `example` is a right value for the parameter."""

    status = HTTPStatus.INTERNAL_SERVER_ERROR

    def __init__(
        self,
        fault: str,
        parameter: str | None = None,
        example: str | None = None,
        status: HTTPStatus | None = None,
    ) -> None:
        self.fault, self.parameter, self.example = fault, parameter, example
        self.status = status or self.status
        super().__init__(fault)

    def document(self, instance: str) -> dict[str, Any]:
        """Give the problem as RFC 9457 has it, with our members parameter, fault, example."""
        about = f"Parameter {self.parameter!r}: " if self.parameter else ""
        hint = f" Example: {self.example}" if self.example else ""
        members = {
            "type": "about:blank",
            "title": self.status.phrase,
            "status": self.status.value,
            "detail": f"{about}{self.fault}.{hint}",
            "instance": instance,
            "parameter": self.parameter,
            "fault": self.fault,
            "example": self.example,
        }
        return {name: value for name, value in members.items() if value is not None}


class BadParameter(Problem):
    """A parameter whose value cannot be understood or is out of bounds."""

    status = HTTPStatus.BAD_REQUEST


class UnknownParameter(BadParameter):
    """A parameter that this path does not have (OGC 17-069r4 /req/core/query-param-unknown)."""

    def __init__(self, name: str, known: list[str]) -> None:
        known_words = f"the known ones are {', '.join(known)}" if known else "it takes none"
        super().__init__(f"is not known here; {known_words}", name)


class TooMuch(Problem):
    """What is asked for is understood, and more than one answer can hold."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class Missing(Problem):
    """A resource that is not there."""

    status = HTTPStatus.NOT_FOUND


class Removed(Problem):
    """An edition that was there and was pruned."""

    status = HTTPStatus.GONE


class Unavailable(Problem):
    """The store cannot be read just now, or holds no edition yet."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
