"""What the answer with a page of maps says beside the page."""

from __future__ import annotations

from starlette.responses import Response

from service.maps.assets import Needs


def told(
    response: Response,
    needs: Needs,
    ancestors: str,
    *,
    forms: str = "'none'",
    frames: str = "'none'",
) -> Response:
    """Say what the page may load, in whose pages it may stand, and what it will ask for.

    `ancestors`, `forms` and `frames`: source lists of Content Security Policy Level 3, for who may
    frame the page, where its forms may lead, and what it may frame itself. Nothing else is allowed
    that these pages do not need.
    """
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
        f"img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action {forms}; "
        f"frame-src {frames}; frame-ancestors {ancestors}"
    )
    response.headers["Link"] = needs.link
    return response
