"""A still of the map: an edition and a view give the same SVG each time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any
from xml.etree.ElementTree import Element

from service.maps.moment import Moment, moment_of
from service.maps.page import LAYERS, MAX_ZOOM, state_of
from service.maps.shapes import region
from service.maps.state import ShownEdition, State, is_large
from service.maps.view import MapView
from service.maps.words import Words, days_said, in_range, words
from service.pictures import bar, courses, embedding, ground, key, labels, places, texts
from service.pictures.layout import COLUMN, SMALL, WIDE, Keys, Layout
from service.pictures.lettering import Lettering
from service.pictures.many import with_versions
from service.pictures.placing import Placed
from service.pictures.projection import Box, Frame
from service.pictures.sheet import Line
from service.pictures.svg import SVG, add, colour, number, recolour, titled, written

FEW_LAYERS = ("routes", "crossings", "eu")
"""What a small picture has room for, unless its address asks for more."""
ROOMY = (900, 560)
NEAR_ZOOM = 5.3
"""From this zoom on there is room for full lines and marks, as in static/main.js."""


@dataclass(frozen=True)
class PictureView:
    """What a picture shows, and how large: `width` by `height` pixels, each drawn `scale` times."""

    view: MapView
    width: int = 1200
    height: int = 800
    scale: int = 1

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers that are on."""
        if self.view.layers is not None:
            return self.view.layers
        return LAYERS if self.width >= ROOMY[0] and self.height >= ROOMY[1] else FEW_LAYERS


class Picture:
    """A picture, measured and placed, ready to be drawn."""

    def __init__(self, edition: ShownEdition, asked: PictureView) -> None:
        self.state: State = state_of(edition, asked.view.lang)
        said, to = words(asked.view.lang), asked.view.to
        self.said: Words = in_range(said) if to else said
        self.asked = asked
        self.day = asked.view.date or self.state["atlas"]["opening"]
        if is_large(edition):
            size = (asked.width, asked.height)
            self.state = with_versions(self.state, edition, asked.view, self.day, size)
        self.moment: Moment = moment_of(self.state, self.day, to)
        self.when = days_said(self.day, to, self.said)
        self.with_union, self.with_roles = "eu" in asked.layers, "roles" in asked.layers
        self.routes = self.moment.routes if "routes" in asked.layers else []
        self.layout = self._laid_out(dict(edition.atlas))
        self.named = self._named(self.layout.map_box)
        notice = self.said["panel"]["notice"].format(year=self._year)
        self.notice = bar.Notice(notice, self.frame) if self.moment.is_beyond else None
        self.labels: list[Placed] = labels.labels(self.named, self._taken())

    @property
    def frame(self) -> Frame:
        """The part of the picture that is the map."""
        return self.named.frame

    def svg(self, *, with_fonts: bool = False) -> str:
        """Give the document; `with_fonts`: it carries those that its texts use."""
        asked = self.asked
        picture = Element("svg", xmlns=SVG, viewBox=f"0 0 {asked.width} {asked.height}",
                          width=str(asked.width * asked.scale),
                          height=str(asked.height * asked.scale), role="img",
                          lang=asked.view.lang)  # fmt: skip
        titled(picture, f"{self.state['atlas']['title']}, {self.when}")
        key.definitions(picture)
        clip = add(add(picture[-1], "clipPath", id="frame"), "rect")
        for name, value in zip(("x", "y", "width", "height"), self.layout.map_box, strict=True):
            clip.set(name, number(value))
        self._map(add(picture, "g", id="map", clip_path="url(#frame)"))
        bar.draw(picture, self.frame)
        if self.notice:
            self.notice.draw(picture)
        self.layout.draw(picture)
        if asked.view.look.accent:
            recolour(picture, colour("water"), f"#{asked.view.look.accent}")
        if with_fonts:
            picture.insert(1, embedding.style(picture))
        return written(picture)

    def _map(self, group: Element) -> None:
        named, frame = self.named, self.frame
        known = region(self.state["atlas"]["view"])
        ground.draw(group, self.moment, named.outlines, frame, known=known,
                    with_union=self.with_union)  # fmt: skip
        if named.areas:
            places.draw_areas(group, named.areas, named.outlines, frame)
        courses.draw(group, self.routes, frame, far=named.far)
        if named.rings:
            places.draw_rings(group, named.rings, far=named.far)
        if named.diamonds:
            places.draw_diamonds(group, named.diamonds, far=named.far)
        lettering = Lettering(group, self.said)
        for placed in self.labels:
            lettering.write(placed.said, placed.box)

    def _laid_out(self, atlas: dict[str, Any]) -> Layout:
        layout = Layout(self.asked.width, self.asked.height)
        layout.title(self.state["atlas"]["title"], self.when)
        layout.source(texts.source_line(self.state, atlas, self.moment, self.said))
        # What the key has to explain is known only when the map is placed; where the map's frame
        # ends changes little of it, so a first frame tells.
        named = self._named(layout.map_box)
        seen = [entry for entry in self.routes if courses.is_seen(entry, named.frame)]
        kinds = key.kinds(named, seen, with_union=self.with_union)
        with_roles = bool(named.roles)
        beside = [partial(self._column, kinds, with_roles, detail) for detail in (2, 1, 0)]
        layout.place(beside, list(self._below(kinds, with_roles, layout)))
        # Without its caveat one mark a country would say more than the source does.
        self.with_roles = with_roles and bool(layout.beside or layout.note)
        return layout

    def _below(self, kinds: list[str], with_roles: bool, layout: Layout) -> Iterator[Keys]:
        """Give the key as it may stand below the map, the fullest first."""
        size = 11.5 if layout.w < WIDE else 12.5
        note = texts.roles_lines(self.said, layout.room) if with_roles else []
        for most in (kinds, *([kind for kind in kinds if kind in held] for held in key.FEWER)):
            lines = texts.key_lines(most, self.said, layout.room, size, short=layout.is_small)
            if lines or note:
                yield lines, note

    def _column(self, kinds: list[str], with_roles: bool, detail: int) -> list[Line]:
        room = COLUMN - 32
        routes = (
            texts.routes_lines(self.moment, self.state, self.when, self.said, room, detail)
            if "routes" in self.asked.layers
            else []
        )
        roles = texts.roles_lines(self.said, room) if with_roles else []
        size = 12.5 if detail else 12.0
        return [
            *routes,
            *texts.ruled(texts.key_lines(kinds, self.said, room, size)),
            *texts.ruled(roles),
        ]

    def _named(self, room: Box) -> labels.Named:
        frame = self._frame(room)
        layers, moment = self.asked.layers, self.moment
        rings = places.rings(moment.crossings if "crossings" in layers else [], frame)
        return labels.Named(
            moment=moment,
            outlines=self.state["outlines"],
            words=self.said,
            frame=frame,
            rings=rings,
            diamonds=places.diamonds(moment.events if "events" in layers else [], frame, rings),
            areas=places.areas(moment.crossings if "crossings" in layers else []),
            roles=moment.roles if self.with_roles else [],
            lines=courses.paths(self.routes, frame),
            far=frame.zoom < NEAR_ZOOM,
            small=self.asked.width < SMALL,
        )

    def _frame(self, room: Box) -> Frame:
        view = self.asked.view
        if view.lat is not None and view.lon is not None and view.zoom is not None:
            return Frame.around(room, view.lat, view.lon, view.zoom)
        return Frame.fitting(room, view.bbox or self.state["atlas"]["view"], MAX_ZOOM)

    def _taken(self) -> list[Box]:
        return [bar.box(self.frame), *([self.notice.box] if self.notice else [])]

    @property
    def _year(self) -> str:
        return str(self.state["atlas"]["knowledge_ends"]["year"])


def svg(edition: ShownEdition, asked: PictureView, *, with_fonts: bool = False) -> str:
    """Give a picture as SVG. Raises KeyError for a language that the map does not speak."""
    return Picture(edition, asked).svg(with_fonts=with_fonts)
