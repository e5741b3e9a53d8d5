"""Stories for programs."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from routes.stories import Section, Story
from service.site import Site
from service.stories import telling


def listing(site: Site) -> dict[str, Any]:
    """Give the stories of an edition, each in brief."""
    stories = [Story.of(name, said) for name, said in site.edition.stories.items()]
    return {
        "edition": site.edition.number,
        "stories": [_brief(site, story) for story in stories],
        "links": site.self_links(),
    }


def document(site: Site, story: Story) -> dict[str, Any]:
    """Give a story whole: its texts as Markdown and as HTML, its states, its sources."""
    sources = site.edition.sources
    return {
        **_head(story),
        "edition": site.edition.number,
        "introduction": _text(site, story.introduction),
        "sections": [_section(site, section) for section in story.sections],
        "sources": {name: sources[name] for name in telling.cited(story) if name in sources},
        "links": [
            *site.self_links(),
            site.link(
                "related", site.url(f"/stories/{story.id}/embed"), "text/html", "For a frame"
            ),
            site.link("up", site.url("/stories"), "application/json", "Stories"),
        ],
    }


def _brief(site: Site, story: Story) -> dict[str, Any]:
    days = sorted(day for section in story.sections for day in section.days)
    address = site.url(f"/stories/{story.id}")
    return {
        **_head(story),
        "sections": len(story.sections),
        "days": [days[0], days[-1]],
        "links": [site.link("item", address, "text/html", story.title)],
    }


def _head(story: Story) -> dict[str, Any]:
    keys = ("id", "title", "byline", "language", "summary")
    return {key: getattr(story, key) for key in keys}


def _section(site: Site, section: Section) -> dict[str, Any]:
    return {
        **asdict(section),
        "text": _text(site, section.text),
        "links": [
            site.link("related", telling.state_address(site, section), "text/html", "On the map"),
            *(
                site.link(
                    "preview",
                    telling.picture_address(site, section, day),
                    "image/svg+xml",
                    f"The map on {day}",
                )
                for day in section.days
            ),
        ],
    }


def _text(site: Site, text: str) -> dict[str, str]:
    return {"markdown": text, "html": telling.html(site, text)}
