"""Stories: read with their faults named, kept by editions, carried wherever editions go."""

from __future__ import annotations

import itertools
import re
import shutil
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

import routes
import routes.atlas
from geo.shipped import data_folder
from routes import corrections, corrections_told, exports, stories
from routes.errors import StoreDamaged
from routes.report import AtlasRefused, Fault
from routes.stores import manifests
from routes.stores.base import FORMAT, WITHOUT_STORIES
from routes.stories import Story
from routes.stories.story import Place
from service.maps.page import state_of
from tests.helpers import content

SHIPPED = "one-route-becomes-three"
FRONT = """+++
title = "A ferry"
byline = "The desk"
language = "en"
summary = "What became of a ferry."
{more}
[sections.one]
{state}
+++
"""


CONTEXT = stories.Context(
    ["lindstrom-2004", "rcp-2003"], ["durres-sea", "vlora-italy"], (1990, 2010), (-15, 30, 65, 72)
)


def story(state: str = "date = 2003-12-01", text: str = "Some text.", more: str = "") -> str:
    """A story of one section, whose state begins in line 8."""
    return FRONT.format(more=more, state=state) + f"\n## One {{#one}}\n{text}\n"


@pytest.fixture
def atlas(tmp_path: Path) -> Path:
    """The shipped atlas, to be changed."""
    folder = tmp_path / "atlas"
    shutil.copytree(data_folder("balkans"), folder)
    shutil.rmtree(folder / "stories")
    (folder / "stories").mkdir()
    return folder


def told(atlas: Path, text: str, name: str = "ferry") -> Path:
    """Write a story into an atlas."""
    (atlas / "stories" / f"{name}.md").write_text(text, encoding="utf-8")
    return atlas


def faults(folder: Path, text: str, name: str = "ferry") -> list[Fault]:
    """What is wrong with a story in a folder of its own."""
    (folder / "stories").mkdir()
    found, wrong = stories.read(told(folder, text, name), CONTEXT)
    assert bool(found) != bool(wrong)
    return wrong


def published(atlas: Path) -> routes.Edition:
    store = routes.open_store(atlas.parent / "store")
    routes.publish(store, atlas)
    return routes.Edition.of(store)


def test_the_shipped_story_is_in_the_edition_with_a_state_for_each_section(
    edition: routes.Edition,
) -> None:
    assert list(edition.stories) == [SHIPPED]
    read = Story.of(SHIPPED, edition.stories[SHIPPED])
    assert len(read.sections) == 8
    assert read.sections[2].days == ("2001-06-01", "2003-12-01")
    assert read.sections[1].highlight == ("vlora-italy",)
    assert all("[@lindstrom-2004" in section.text for section in read.sections)
    assert Story.of(SHIPPED, orjson.loads(orjson.dumps(read.said()))) == read


def test_a_section_takes_view_and_layers_from_the_story_where_it_has_none(atlas: Path) -> None:
    more = 'view = { lat = 42, lon = 19, zoom = 6 }\nlayers = ["routes", "roles"]'
    edition = published(told(atlas, story(more=more)))
    [section] = Story.of("ferry", edition.stories["ferry"]).sections
    assert section.view == Place(42.0, 19.0, 6.0)
    assert section.layers == ("routes", "roles")
    own = story('date = "2003-12"\nview = [17, 39, 22, 43]\nlayers = []', more=more)
    edition = published(told(atlas, own))
    [section] = Story.of("ferry", edition.stories["ferry"]).sections
    assert (section.days, section.view) == (("2003-12-01",), (17.0, 39.0, 22.0, 43.0))
    assert section.layers == ()


@pytest.mark.parametrize(
    ("state", "line", "field", "problem", "remedy"),
    [
        ("", 7, "sections.one.date", "is missing", "date = 2003-12-01"),
        ("from = 2001-01-01", 7, "sections.one.to", "is missing", "both from and to"),
        ("date = 2001-01-01\nto = 2002-01-01", 8, "sections.one.date", "beside to", "Give a date"),
        ("from = 2003-01-01\nto = 2001-01-01", 9, "sections.one.to", "lie after", "earlier day"),
        ('date = "2003-13"', 8, "sections.one.date", "EDTF", "2003-12-01"),
        ('date = "2003-02-30"', 8, "sections.one.date", "calendar", "2003-12-01"),
        ('date = "2003~"', 8, "sections.one.date", "is not a day", "2003-12-01"),
        ("date = 1950-01-01", 8, "sections.one.date", "axis of time", "1990 to 2010"),
        ("date = 2011-01-01", 8, "sections.one.date", "axis of time", "1990 to 2010"),
        ("date = 2003\nview = [1, 2]", 9, "sections.one.view", "not a view", "west, south"),
        ("date = 2003\nview = [100, 1, 101, 2]", 9, "sections.one.view", "outside", "inside -15"),
        ("date = 2003\nview = {lat=1,lon=1,zoom=30}", 9, "sections.one.view", "not a view", "11"),
        ('date = 2003\nlayers = ["road"]', 9, "sections.one.layers", "not a layer", "crossings"),
        ('date = 2003\nlayers = "routes"', 9, "sections.one.layers", "not a list", '["routes"]'),
        ('date = 2003\nhighlight = ["x"]', 9, "sections.one.highlight", "not a route", "durres"),
        ("date = 2003\nlayer = []", 9, "sections.one.layer", "not known", "Is it layers?"),
    ],
)
def test_a_fault_in_a_state_is_named_with_its_line_and_what_to_do(
    tmp_path: Path, state: str, line: int, field: str, problem: str, remedy: str
) -> None:
    [fault] = faults(tmp_path, story(state))
    assert (fault.file, fault.row, fault.field) == ("stories/ferry.md", f"line {line}", field)
    assert problem in fault.problem
    assert remedy in fault.remedy


@pytest.mark.parametrize(
    ("text", "field", "value", "problem", "remedy"),
    [
        ("x [@nobody, p. 1]", "reference", "nobody", "not a source", "lindstrom-2004"),
        ("x [@lindstrom-2004; @x]", "reference without end", "[@lindstrom-2004; @x]", "read", "[@"),
        ("[x](javascript:alert(1))", "link", "javascript:alert(1)", "no link may", "https://"),
        ("[x](//elsewhere.example)", "link", "//elsewhere.example", "no link may", "https://"),
        ("[x](#two)", "link", "#two", "no section", "The text has one"),
        ("![x](/picture.svg)", "image", "/picture.svg", "is an image", "Take it out"),
        ("# Title", "heading", "# Title", "first level", "front matter"),
        ("## Two of them", "heading", "Two of them", "no id", "{#two-of-them}"),
        ("## Two {#Two}", "id", "Two", "not the id", "{#two}"),
        ("## {#two}", "heading", "", "is empty", "after the ##"),
        ("t\n## Two {#two}\nt", "section", "two", "no state", "[sections.two]"),
        ("t\n## Again {#one}\nt", "id", "one", "line 11 too", "its own"),
        ("", "section", "one", "no text", "below its heading"),
    ],
)
def test_a_fault_in_the_text_is_named_with_its_value_and_what_to_do(
    tmp_path: Path, text: str, field: str, value: str, problem: str, remedy: str
) -> None:
    found = [one for one in faults(tmp_path, story(text=text)) if one.field == field]
    assert [one.value for one in found] == [value]
    assert problem in found[0].problem
    assert remedy in found[0].remedy


@pytest.mark.parametrize(
    ("text", "name", "problem"),
    [
        ("Hello", "ferry", "does not begin with front matter"),
        ("", "ferry", "does not begin with front matter"),
        ('+++\ntitle = "x"', "ferry", "is not closed"),
        ("+++\ndate = 2003-12\n+++", "ferry", "is not TOML"),
        (story(), "A Ferry", "is not the id of a story"),
        (story(more='languge = "en"'), "ferry", "is not known here"),
        (story().replace('language = "en"', 'language = "English"'), "ferry", "is not a tag"),
        (story().replace('title = "A ferry"', ""), "ferry", "is missing"),
        (story().replace('"A ferry"', '" "'), "ferry", "is empty"),
        (story().replace('"A ferry"', "1"), "ferry", "is not text"),
        (story().replace("[sections.one]", "[sections.own]"), "ferry", "is it 'one'?"),
        (story().replace("## One {#one}", ""), "ferry", "has no section"),
        ("x" * 200_001, "ferry", "has at most 200,000"),
    ],
)
def test_a_file_that_is_no_story_is_refused_and_says_why(
    tmp_path: Path, text: str, name: str, problem: str
) -> None:
    assert any(problem in fault.problem for fault in faults(tmp_path, text, name))


def test_a_file_of_other_bytes_than_utf_8_is_a_fault_and_no_error(atlas: Path) -> None:
    (atlas / "stories" / "ferry.md").write_bytes(b'+++\ntitle = "\xff"\n+++')
    with pytest.raises(AtlasRefused, match=r"stories/ferry\.md.*is not UTF-8"):
        routes.atlas.read(atlas)


def test_faults_of_stories_are_told_together_with_all_others(atlas: Path) -> None:
    shifts = atlas / "shifts.csv"
    shifts.write_text(shifts.read_text().replace("vlora-italy.v1", "vlora-italy.v9"))
    with pytest.raises(AtlasRefused) as refused:
        routes.atlas.read(told(atlas, story('date = 1066-10-14\nhighlight = ["nix"]')))
    told_of = {fault.file: fault.remedy for fault in refused.value.faults}
    assert told_of.keys() == {"shifts.csv", "stories/ferry.md"}
    assert "vlora-italy.v1" in told_of["stories/ferry.md"]


def test_the_example_of_the_documents_is_a_story(tmp_path: Path) -> None:
    page = (Path(__file__).parents[1] / "docs" / "stories.md").read_text(encoding="utf-8")
    [example] = re.findall(r"```markdown\n(.*?)```", page, re.DOTALL)
    assert faults(tmp_path, example) == []


def test_the_years_that_a_story_may_name_are_those_of_the_map(edition: routes.Edition) -> None:
    axis = state_of(edition, "en")["axis"]
    first, last = (1970 + axis[end] / (365.2425 * 86_400) for end in ("first", "last"))
    assert (round(first), round(last) - 1) == (1990, 2010)


def test_an_edition_without_stories_has_the_hash_and_the_form_that_it_had_before(
    tmp_path: Path,
) -> None:
    store = routes.open_store(tmp_path / "store")
    manifest = store.publish(content(), "", "")
    document = orjson.loads((tmp_path / "store/editions/000001.json").read_bytes())
    assert "stories" not in document
    assert document["format"] == WITHOUT_STORIES == 1
    said = manifests.content_hash(manifest.atlas, manifest.sources, manifest.collections, {})
    assert manifest.content == said
    with_one = replace(content(), stories={"ferry": {"title": "A ferry", "sections": []}})
    later = store.publish(with_one, "", "")
    assert later.content != manifest.content
    assert store.manifest(2).format == FORMAT
    assert store.publish(with_one, "", "", if_changed=True).number == 2
    assert store.verify() == []


def test_a_story_that_was_changed_in_a_store_is_named(atlas: Path) -> None:
    edition = published(told(atlas, story()))
    path = atlas.parent / "store/editions/000001.json"
    path.write_text(path.read_text().replace("A ferry", "A fairy"))
    assert [damage.file for damage in edition.store.verify()] == 2 * ["editions/000001.json"]


def test_stories_are_exported_published_again_and_restored_with_the_same_hash(
    atlas: Path, tmp_path: Path
) -> None:
    edition = published(told(atlas, story()))
    exports.write(edition.store, 1, tmp_path / "exported")
    again = routes.publish(routes.open_store(tmp_path / "other"), tmp_path / "exported")
    assert again.content == edition.manifest.content
    assert again.stories == edition.stories
    published(told(atlas, story(text="Other text.")))
    back = routes.restore(edition.store, 1)
    assert (back.number, back.content) == (3, edition.manifest.content)
    exported = tmp_path / "exported" / exports.MANIFEST
    exported.write_text(exported.read_text().replace("A ferry", "A fairy"))
    with pytest.raises(StoreDamaged, match="says other than"):
        exports.read(tmp_path / "exported")


def test_what_became_of_stories_is_told(atlas: Path) -> None:
    published(atlas)
    published(told(atlas, story()))
    published(told(atlas, story(text="Other text.")))
    (atlas / "stories" / "ferry.md").unlink()
    published(atlas)
    store = routes.open_store(atlas.parent / "store")
    editions = [routes.Edition.of(store, number) for number in (1, 2, 3, 4)]
    said = [
        corrections_told.sentences(corrections.between(*pair))
        for pair in itertools.pairwise(editions)
    ]
    assert said == [
        ["New story: “A ferry”."],
        ["The story “A ferry” is told otherwise in “One”."],
        ["No longer a story: “A ferry”."],
    ]
    assert corrections.between(editions[0], editions[3]).stories == ()
