"""A story as it is told: its sections with their HTML, and the addresses of their states."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from routes.errors import NotFound
from routes.stories import Section, Story, prose
from routes.stories.story import Place
from service.maps.sharing import query_of
from service.maps.view import MapView
from service.pages.values import citation
from service.site import Site

STILL = {"width": "720", "height": "480"}
"""The size of a section's picture, in pixels."""


def named(site: Site, name: str) -> Story:
    """Give a story of the site's edition. Raises NotFound, which names those that are there."""
    stories = site.edition.stories
    if name not in stories:
        raise NotFound("story", name, ", ".join(stories) or "none in this edition")
    return Story.of(name, stories[name])


def view_of(section: Section, day: str | None) -> MapView:
    """Give what the map shows of a section on one of its days; without a day, for both."""
    where: dict[str, Any] = {}
    if isinstance(section.view, Place):
        place = section.view
        where = {"lat": place.lat, "lon": place.lon, "zoom": place.zoom}
    elif section.view is not None:
        where = {"bbox": section.view}
    return MapView(date=day, layers=section.layers, **where)


def state_address(site: Site, section: Section) -> str:
    """Give the address of a section's state on the map, or of its two days compared."""
    if len(section.days) == 1:
        return site.url("/map", **query_of(view_of(section, section.days[0])))
    earlier, later = section.days
    query = {"from": earlier, "to": later, **query_of(view_of(section, None))}
    return site.url("/compare", **query)


def picture_address(site: Site, section: Section, day: str, ending: str = "svg") -> str:
    """Give the address of a picture of a section on one of its days."""
    return site.url(f"/picture.{ending}", **query_of(view_of(section, day)), **STILL)


def html(site: Site, text: str, *, outward: bool = False) -> str:
    """Give the HTML of a text of a story. `outward`: links leave the frame that it stands in."""

    def link(address: str) -> Mapping[str, str]:
        if address.startswith("#"):
            return {"href": address}
        own = site.base + address if address.startswith("/") else address
        return {"href": own, "rel": "noopener", **({"target": "_blank"} if outward else {})}

    def cite(source: str, locator: str) -> str:
        name = escape(citation(site, source))
        place = f", {escape(locator)}" if locator else ""
        return (
            f'<span class="reference">(<a href="#source-{escape(source)}">{name}</a>{place})</span>'
        )

    return prose.html(text, link, cite)


def cited(story: Story) -> list[str]:
    """Give the ids of the sources that a story refers to, in the order of the first reference."""
    texts = (story.introduction, *(section.text for section in story.sections))
    found = (one for text in texts for one in prose.written(text))
    return list(dict.fromkeys(one.value for one in found if one.kind == "reference"))
