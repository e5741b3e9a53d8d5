"""Stills of the map: what they show, that nothing covers anything, and the same bytes each time."""

from __future__ import annotations

import itertools
import os
import re
import struct
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import numpy as np
import pyproj
import pytest
import shapely

import routes
from geo.times import Bounds, Window
from service.maps.view import MapView
from service.pictures.fonts import FACES, PLAIN, width
from service.pictures.labels import Named
from service.pictures.lettering import broken
from service.pictures.picture import Picture, PictureView, svg
from service.pictures.raster import png
from service.pictures.svg import INKSCAPE, SVG
from service.problems import Unavailable
from tests.maps.test_state import small

GOLDEN = Path(__file__).parents[1] / "golden"
REWRITE = "ROUTESHIFT_REWRITE_GOLDEN"
DAYS = ("1991-01-01", "2002-06-01", "2003-12-01", "2007-01-01")
SIZES = ((1200, 800), (1200, 630), (600, 450), (360, 400), (300, 250), (900, 1400))


def asked(
    day: str | None, w: int = 1200, h: int = 800, scale: int = 1, **view: object
) -> PictureView:
    return PictureView(MapView(date=day, **view), w, h, scale)  # type: ignore[arg-type]


def layers(document: str) -> dict[str, Element]:
    root = ElementTree.fromstring(document)
    name = f"{{{INKSCAPE}}}label"
    return {group.get(name, ""): group for group in root.iter(f"{{{SVG}}}g") if group.get(name)}


def said(group: Element) -> list[str]:
    return [text.text or "" for text in group.iter(f"{{{SVG}}}text")]


@pytest.mark.parametrize("day", DAYS)
def test_a_picture_is_the_one_that_was_looked_at(edition: routes.Edition, day: str) -> None:
    drawn = svg(edition, asked(day, 600, 450))
    kept = GOLDEN / f"balkans-{day}-600x450.svg"
    if os.environ.get(REWRITE):
        kept.write_text(drawn, encoding="utf-8")
    assert drawn == kept.read_text(encoding="utf-8"), f"look at it, then set {REWRITE}=1"


@pytest.mark.parametrize(
    ("lang", "letters"), [("sr-Latn", "čćšžđ"), ("sq", "ëç"), ("de", "äöüß"), ("it", "àèò’")]
)
def test_a_picture_has_the_letters_of_its_language(
    edition: routes.Edition, lang: str, letters: str
) -> None:
    for face in FACES:
        held = frozenset().union(*(face.signs(part) for part in face.parts))
        assert set(map(ord, letters + letters.replace("ß", "").upper())) <= held, face
    drawn = svg(edition, asked("2003-12-01", lang=lang))
    written = "".join(text for group in layers(drawn).values() for text in said(group))
    assert ElementTree.fromstring(drawn).get("lang") == lang
    assert set(letters) & set(written + "".join(ElementTree.fromstring(drawn).itertext()))
    assert png(drawn) != png(svg(edition, asked("2003-12-01")))


def test_a_picture_is_the_same_bytes_each_time(edition: routes.Edition) -> None:
    view = asked("2003-12-01", 600, 450)
    assert png(svg(edition, view)) == png(svg(edition, view))


@pytest.mark.parametrize("scale", [1, 2, 3])
def test_a_picture_has_the_size_that_was_asked_for(edition: routes.Edition, scale: int) -> None:
    made = png(svg(edition, asked("1991-01-01", 360, 400, scale)))
    assert made.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", made[16:24]) == (360 * scale, 400 * scale)


def test_what_cannot_be_drawn_is_told_without_a_trace() -> None:
    with pytest.raises(Unavailable, match="could not be drawn just now"):
        png("no picture")


def dashes(document: str) -> dict[str, str | None]:
    """How each route is drawn: the dashes of its first stroke."""
    drawn = {}
    for group in layers(document)["Routes"]:
        stroke = group.find(f"{{{SVG}}}path")
        assert stroke is not None
        drawn[(group.get("id") or "").removeprefix("route-")] = stroke.get("stroke-dasharray")
    return drawn


@pytest.mark.parametrize(
    ("day", "vlora", "others"),
    [
        ("1991-01-01", None, None),
        ("2002-06-01", "8 5", "0.1 6.2"),
        ("2003-12-01", "8 5", "0.1 6.2"),
    ],
)
def test_what_is_certain_is_solid_what_is_possible_dotted_what_ends_dashed(
    edition: routes.Edition, day: str, vlora: str | None, others: str | None
) -> None:
    drawn = dashes(svg(edition, asked(day)))
    assert drawn.pop("vlora-italy.v1") == vlora
    firm = {name for name, dash in drawn.items() if dash is None}
    possible = {name: dash for name, dash in drawn.items() if dash is not None}
    assert len(firm) == 3
    assert sorted(possible) == (
        ["durres-sea.v1", "montenegro-sea.v1", "overland-greece-macedonia.v1"] if others else []
    )
    assert set(possible.values()) <= {others}


def test_after_the_sources_knowledge_no_route_is_drawn_and_the_picture_says_so(
    edition: routes.Edition,
) -> None:
    drawn = layers(svg(edition, asked("2007-01-01")))
    assert len(drawn["Routes"]) == 0
    assert said(drawn["Notice"]) == ["No route drawn: the source’s knowledge ends in 2004"]
    assert "those of the day." in " ".join(said(drawn["Key"]))
    assert "Romania" in said(drawn["Country names"])


def test_a_picture_shows_what_may_hold_and_firmly_what_surely_holds(
    edition: routes.Edition,
) -> None:
    frame = edition.frame("routes")
    bounds = Bounds.parse(list(frame.valid), "span", list(frame.attested))
    for day in ("1989-05-05", "2000-01-01", "2002-01-01", "2003-07-01", "2004-06-30", "2005-01-01"):
        window = Window.parse(day)
        drawn = Picture(edition, asked(day, 360, 400)).routes
        assert {e.row["id"] for e in drawn} == set(frame.id[bounds.possible(window)])
        assert {e.row["id"] for e in drawn if e.is_sure} == set(frame.id[bounds.certain(window)])


def test_editors_find_named_layers_in_the_order_of_drawing(edition: routes.Edition) -> None:
    drawn = layers(svg(edition, asked("2003-12-01")))
    assert list(drawn) == [
        "Sea", "Land", "Member states", "Disputed parts", "Borders", "EU border", "Crossing areas",
        "Bands", "Routes", "Crossings", "Events", "Halos of names", "Country names",
        "Country roles", "Place names", "Scale bar", "Title and date", "Date", "Key",
        "Source",
    ]  # fmt: skip
    ids = [group.get("id") for group in drawn.values()]
    assert len(set(ids)) == len(ids)


def test_each_id_is_there_once(edition: routes.Edition) -> None:
    ids = re.findall(r'\bid="([^"]+)"', svg(edition, asked("2003-12-01")))
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("day", DAYS)
def test_no_label_lies_over_another_or_over_a_route(
    edition: routes.Edition, day: str, size: tuple[int, int]
) -> None:
    picture = Picture(edition, asked(day, *size))
    named: Named = picture.named
    boxes = [shapely.box(x, y, x + w, y + h) for x, y, w, h in (one.box for one in picture.labels)]
    assert boxes
    for one, other in itertools.combinations(boxes, 2):
        assert not shapely.intersects(one, other)
    frame = named.frame
    inside = shapely.box(frame.x, frame.y, frame.x + frame.w, frame.y + frame.h)
    assert all(shapely.contains(inside, box) for box in boxes)
    for line in named.lines:
        assert not shapely.intersects(np.array(boxes), line).any()
    for mark in (*named.rings, *named.diamonds):
        assert not shapely.intersects(np.array(boxes), shapely.Point(mark.x, mark.y)).any()


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_no_text_hangs_over_the_edge_of_the_sheet(
    edition: routes.Edition, size: tuple[int, int]
) -> None:
    root = ElementTree.fromstring(svg(edition, asked("2003-12-01", *size)))
    for text in root.iter(f"{{{SVG}}}text"):
        x, y = float(text.get("x", "")), float(text.get("y", ""))
        assert 0 <= x <= size[0], text.text
        assert 0 < y <= size[1] - 2, text.text
        if text.get("text-anchor") is None and "Sans" in text.get("font-family", ""):
            long = width(text.text or "", PLAIN, float(text.get("font-size", "")))
            assert x + 0.9 * long <= size[0] or x < size[0] - 8, text.text


def test_the_places_of_the_issue_bear_their_names(edition: routes.Edition) -> None:
    places = said(layers(svg(edition, asked("2003-12-01")))["Place names"])
    assert {"Tekija", "Vlora", "Dürres", "towns of Montenegro"} <= set(places)


def test_only_the_layers_asked_for_are_drawn(edition: routes.Edition) -> None:
    drawn = layers(svg(edition, asked("2003-12-01", layers=("crossings",))))
    assert len(drawn["Routes"]) == 0
    assert "Crossings" in drawn
    assert not {"EU border", "Member states", "Events"} & set(drawn)
    assert len(drawn["Country roles"]) == 0
    assert "Routes on this date" not in said(drawn["Key"])


def test_roles_stand_only_with_the_words_that_one_mark_is_a_simplification(
    edition: routes.Edition,
) -> None:
    for size in SIZES:
        drawn = layers(svg(edition, asked("2003-12-01", *size, layers=("roles",))))
        if len(drawn["Country roles"]):
            assert "simplification" in " ".join(said(drawn["Key"])), size


def test_a_box_is_shown_whole_and_a_point_in_the_middle(edition: routes.Edition) -> None:
    box = (18.0, 39.0, 21.0, 43.0)
    frame = Picture(edition, asked("2003-12-01", bbox=box)).frame
    pixels = frame.pixels(np.array([[box[0], box[1]], [box[2], box[3]]]))
    assert (pixels >= [frame.x - 0.01, frame.y - 0.01]).all()
    assert (pixels <= [frame.x + frame.w + 0.01, frame.y + frame.h + 0.01]).all()
    frame = Picture(edition, asked("2003-12-01", lat=41.5, lon=20.0, zoom=7.0)).frame
    middle = frame.pixels(np.array([[20.0, 41.5]]))[0]
    assert middle == pytest.approx([frame.x + frame.w / 2, frame.y + frame.h / 2])


@pytest.mark.parametrize("box", [(12.0, 39.0, 30.0, 49.0), (19.0, 60.0, 21.0, 61.0)])
def test_the_scale_bar_is_as_long_as_it_says(
    edition: routes.Edition, box: tuple[float, float, float, float]
) -> None:
    frame = Picture(edition, asked("2003-12-01", bbox=box)).frame
    low, high = box[0], box[2]
    (left, _), (right, _) = frame.pixels(np.array([[low, 0.0], [high, 0.0]]))
    middle = [frame.x, frame.y + frame.h / 2]
    latitudes = np.linspace(box[1], box[3], 4001)
    rows = frame.pixels(np.column_stack([np.full(4001, low), latitudes]))[:, 1]
    latitude = latitudes[np.abs(rows - middle[1]).argmin()]
    geod = pyproj.Geod(ellps="WGS84")
    line = geod.line_length(np.linspace(low, high, 200), np.full(200, latitude)) / 1000
    assert line / (right - left) == pytest.approx(frame.km_a_pixel, rel=0.004)


def test_names_cannot_become_markup(edition: routes.Edition) -> None:
    name = "</text><script>alert(1)</script>\x00\x1f&\"'"
    drawn = svg(small(name=[name]), asked("2003-12-01"))
    root = ElementTree.fromstring(drawn)
    assert [one.tag for one in root.iter() if "script" in one.tag] == []
    assert any("<script>alert(1)" in text for text in said(root))


def test_a_picture_loads_nothing_and_runs_nothing(edition: routes.Edition) -> None:
    drawn = svg(edition, asked("2003-12-01"))
    assert not re.findall(r"href|<script|<style|<image|\son\w+=|url\(h", drawn)


def test_a_picture_for_pages_carries_its_fonts_and_is_else_the_same(
    edition: routes.Edition,
) -> None:
    view = asked("2003-12-01")
    plain, whole = svg(edition, view), svg(edition, view, with_fonts=True)
    assert re.sub(r" <style>.*?</style>\n", "", whole, flags=re.DOTALL) == plain
    faces = re.findall(r"font-family:'([^']+)';font-weight:(\d+);font-style:(\w+)", whole)
    assert ("Source Serif 4", "400", "italic") in faces
    assert ("Source Sans 3", "700", "normal") in faces
    assert len(set(faces)) == len(faces) == 5
    assert set(re.findall(r"url\((\w+:[\w/]+)", whole)) == {"data:font/woff2"}


def test_letters_beyond_latin_bring_the_file_that_holds_them() -> None:
    drawn = svg(small(name=["Niš – Košice"]), asked("2003-12-01"), with_fonts=True)
    ranges = re.findall(r"unicode-range:([^;]+)", drawn)
    assert any(said == "U+161" for said in ranges)


def test_letters_of_another_script_are_drawn_not_left_out() -> None:
    with_name, without = (
        png(svg(small(name=[name]), asked("2003-12-01"))) for name in ("Текија", "\u2003" * 6)
    )
    assert len(with_name) > len(without) + 200


def test_a_picture_of_another_atlas_speaks_of_that_atlas(ferries: Path) -> None:
    edition = routes.open(ferries)
    for size in SIZES:
        drawn = svg(edition, asked(None, *size))
        assert "1 January 1500" in drawn
        assert not re.search(r"Balkan|Vlora|Lindstrom|Natural Earth|UN admin", drawn)
        assert "night-ferry.v1" in dashes(drawn)
        assert png(drawn)


def test_a_picture_of_nowhere_near_the_atlas_claims_no_sea(edition: routes.Edition) -> None:
    drawn = layers(svg(edition, asked("2003-12-01", bbox=(-120.0, 30.0, -100.0, 40.0))))
    assert [shape.get("fill") for shape in drawn["Sea"]] == ["#fbfaf6"]


@pytest.mark.parametrize(
    ("name", "count", "lines"),
    [
        ("Serbia and Montenegro", 2, ("Serbia and", "Montenegro")),
        ("Federal Republic of Yugoslavia", 3, ("Federal", "Republic of", "Yugoslavia")),
        ("Italy", 2, ("Italy",)),
    ],
)  # fmt: skip
def test_a_long_name_is_broken_into_lines_of_about_equal_length(
    name: str, count: int, lines: tuple[str, ...]
) -> None:
    assert broken(name, count) == lines


def test_fonts_are_joined_once_and_left_for_the_processes_that_come_after(tmp_path: Path) -> None:
    here = {**os.environ, "TMPDIR": str(tmp_path)}
    ask = "from service.pictures import fonts; print(*fonts.files(), sep='\\n')"
    runs = [
        subprocess.run([sys.executable, "-c", ask], env=here, capture_output=True, check=True)
        for _ in range(2)
    ]
    first, second = (run.stdout.decode().split() for run in runs)
    assert first == second
    assert len(first) == len(FACES)
    (folder,) = tmp_path.iterdir()
    assert {Path(one).parent for one in first} == {folder}
    assert folder.stat().st_mode & 0o077 == 0
    assert {one.name for one in folder.iterdir()} == {Path(one).name for one in first}
