"""The page of a story: its text beside a map, or as an illustrated article without scripts."""

from __future__ import annotations

from html import escape
from typing import Any
from urllib.parse import urlsplit

from routes.stories import Section, Story
from service.maps import sharing
from service.maps.moment import moment_of
from service.maps.page import TimeMap, state_of
from service.maps.state import State
from service.maps.view import MapView
from service.maps.words import Words, day_said, languages, listing, words
from service.site import Site
from service.stories import telling

FRAME_HEIGHT = 640
"""What the frame of a story takes, in pixels."""


def story_page(site: Site, story: Story, *, framed: bool = False) -> str:
    """Give the HTML of a story; `framed`: to stand in a frame on another site's page."""
    lang = story.language if story.language in languages() else "en"
    state = state_of(site.edition, lang)
    view = MapView(
        date=story.sections[0].days[-1],
        edition=site.edition.number if site.pinned else None,
        lang=lang,
        root_path=urlsplit(site.root).path,
        root=site.root,
    )
    told = _told(site, story, state, view, framed=framed)
    page = TimeMap(state, view, "story", told)
    return str(page.get_root().render())


def _told(site: Site, story: Story, state: State, view: MapView, *, framed: bool) -> dict[str, Any]:
    """Give what the page says beyond what every map says."""
    said = words(view.lang)
    address = site.url(f"/stories/{story.id}")
    return {
        "story": story,
        "framed": framed,
        "address": address,
        "introduction": telling.html(site, story.introduction, outward=framed),
        "sections": [_section(site, one, state, said, framed=framed) for one in story.sections],
        "cited": [
            {"id": name, **state["sources"][name]}
            for name in telling.cited(story)
            if name in state["sources"]
        ],
        "code": _frame(address, story, said),
        "settings_of_story": [_state(one) for one in story.sections],
        "of_head": {
            "atlas": {**state["atlas"], "title": story.title, "byline": state["atlas"]["title"]},
            "say": said | {"page": said["page"] | {"description": story.summary}},
            "sharing": _card(site, story, address),
        },
    }


def _section(
    site: Site, section: Section, state: State, said: Words, *, framed: bool
) -> dict[str, Any]:
    return {
        "id": section.id,
        "heading": section.heading,
        "html": telling.html(site, section.text, outward=framed),
        "href": telling.state_address(site, section),
        "stills": [
            {
                "src": telling.picture_address(site, section, day),
                "date": day_said(day, said),
                "alt": said["story"]["still"].format(
                    date=day_said(day, said), drawn=_drawn(section, state, day, said)
                ),
            }
            for day in section.days
        ],
    }


def _drawn(section: Section, state: State, day: str, said: Words) -> str:
    """Say which routes the map draws on a day, and how sure each is."""
    routes = moment_of(state, day).routes if "routes" in section.layers else []
    if not routes:
        return said["change"]["drawn_none"]
    names = [f"{route['name']} ({said['mark'][mark]})" for route, mark, _ in routes]
    return said["story"]["drawn"].format(names=listing(names, said))


def _state(section: Section) -> dict[str, Any]:
    """Give what the modules have to know of a section."""
    view = telling.view_of(section, None)
    return {
        "id": section.id,
        "heading": section.heading,
        "days": section.days,
        "highlight": section.highlight,
        **{key: getattr(view, key) for key in ("bbox", "lat", "lon", "zoom", "layers")},
    }


def _card(site: Site, story: Story, address: str) -> dict[str, Any]:
    """Give what the head tells those who link to the page, with a picture of its first state."""
    width, height = sharing.CARD_SIZE
    section = story.sections[0]
    query = sharing.query_of(telling.view_of(section, section.days[-1]))
    size = {"width": str(width), "height": str(height)}
    return {
        "title": story.title,
        "url": address,
        "picture": site.url("/picture.png", **query, **size),
        "width": width,
        "height": height,
        "oembed": [],
    }


def _frame(address: str, story: Story, said: Words) -> str:
    """Give the code of a frame with the story, and in it a link for who cannot show one."""
    fallback = said["story"]["fallback"].format(title=story.title)
    return (
        f'<iframe src="{escape(address)}/embed" title="{escape(story.title)}" width="100%" '
        f'height="{FRAME_HEIGHT}" loading="lazy" style="border:0" sandbox="{sharing.SANDBOX}">'
        f'<a href="{escape(address)}">{escape(fallback)}</a></iframe>'
    )
