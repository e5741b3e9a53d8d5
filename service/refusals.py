"""What is answered where something went wrong: problem+json for programs, a page for people."""

from __future__ import annotations

import logging
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from routes.errors import Gone, NotFound, StoreError
from service import formats, pages
from service.problems import Missing, Problem, Removed, Unavailable

log = logging.getLogger("routeshift")

RETRY_AFTER_S = "5"
ALLOWED = "GET, HEAD"


async def refuse(request: Request, error: Exception) -> Response:
    """Answer a request that went wrong: problem+json for programs, a page for people."""
    problem = _problem_of(error)
    if problem.status == Unavailable.status:
        log.error("%s %s: %s", request.method, request.url.path, error)
    document = problem.document(request.url.path)
    headers = {"Cache-Control": "no-store", "Vary": "Accept"}
    if problem.status == Unavailable.status:
        headers["Retry-After"] = RETRY_AFTER_S
    if problem.status == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ALLOWED
    if formats.preferred(request.headers.get("accept", "")) == "html":
        page = pages.problem(document, request.scope.get("root_path", ""))
        return HTMLResponse(page, problem.status, headers)
    return formats.ProblemResponse(document, problem.status, headers)


def _problem_of(error: Exception) -> Problem:
    if isinstance(error, Problem):
        return error
    if isinstance(error, Gone):
        return Removed(str(error))
    if isinstance(error, NotFound):
        if error.kind == "edition" and error.name == "current":
            return Unavailable(str(error))
        return Missing(str(error))
    if isinstance(error, StoreError):
        return Unavailable(str(error))
    if isinstance(error, HTTPException):
        faults = {404: "there is nothing at this address", 405: "this address answers GET only"}
        fault = faults.get(error.status_code, str(error.detail))
        return Problem(fault, status=HTTPStatus(error.status_code))
    return Problem("something went wrong here; it was noted, and it is not your fault")
