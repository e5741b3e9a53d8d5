"""From a template to a page: what every page shares."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from service.maps import assets
from service.maps.words import ENGLISH
from service.maps.words import words as map_words
from service.markup import as_json
from service.pages import words
from service.site import Site


class Crumb(NamedTuple):
    """A step on the way from the front page to a page."""

    label: str
    href: str


def crumbs(site: Site, *paths: str) -> list[Crumb]:
    """Give the way to a page: the front page, then `paths` of this edition."""
    named = {"/collections": "Collections", "/editions": "Editions"}
    trail = [Crumb("Front page", site.url("/"))]
    for path in paths:
        last = path.rsplit("/", 1)[-1]
        shown = named.get(path) or last.replace("-", " ").capitalize()
        base = site.root if path == "/editions" else site.base
        trail.append(Crumb(shown, f"{base}{path}"))
    return trail


def render(
    site: Site,
    template: str,
    title: str,
    trail: Sequence[Crumb] = (),
    here: str | None = None,
    **content: object,
) -> str:
    """Fill in a template. `title` names the page; `trail` leads to it, `here` ends the trail."""
    atlas = {"byline": "", "licence": ""} | site.edition.atlas
    root = urlsplit(site.root).path
    shared = {
        "site": site,
        "atlas": atlas,
        "title": title,
        "trail": trail,
        "here": here or title,
        "say": map_words(),
        "lang": ENGLISH,
        "home": site.url("/"),
        "json_address": site.this(f="json"),
        "newest": site.this().replace(f"{site.root}/editions/{site.edition.number}", site.root, 1),
        "is_pinned_page": site.pinned and site.path != f"/editions/{site.edition.number}",
        "asset": lambda name: assets.address(root, name),
    }
    return _environment().get_template(template).render(shared | content)


def render_alone(template: str, root_path: str, **content: object) -> str:
    """Fill in a template that belongs to no edition: the service may not have one."""
    shared = {
        "site": None,
        "is_pinned_page": False,
        "atlas": {"title": "routeshift", "byline": "", "licence": ""},
        "trail": (),
        "home": f"{root_path}/",
        "asset": lambda name: assets.address(root_path, name),
    }
    return _environment().get_template(template).render(shared | content)


def marked(text: str) -> Markup:
    """Set what stands in backticks as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("service.pages"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Any] = {
        "as_json": as_json,
        "number": words.number,
        "counted": words.counted,
        "day": words.day,
        "listing": words.listing,
        "marked": marked,
    }
    environment.filters.update(filters)
    return environment
