"""The words of a comparison in the language of the page: of two days, and of two editions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import shapely
from markupsafe import Markup
from starlette.testclient import TestClient

import routes
from routes import corrections_told
from routes.corrections import Correction, FieldChange
from service import pages
from service.app import create_app
from service.history.changes import changes_document
from service.maps import naming
from service.maps.words import languages, words
from service.pages import asking
from service.pages.corrected import telling
from service.settings import Settings
from service.site import Site
from tests.conftest import publish_corrected
from tests.helpers import content, versions

OTHERS = languages()[1:]
DAYS = {"from": "2001-06-01", "to": "2003-12-01"}
BEYOND = {"from": "1990-01-01", "to": "2010-05-01"}
"""Of every kind of thing something changed, a shift lies between, and knowledge has ended."""
EDITIONS = {"from-edition": "1", "to-edition": "2"}
VOID = ("input", "meta", "link", "img")
OWN = Markup(' lang="en"')


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The service on an atlas whose second edition dates the shift earlier."""
    place = publish_corrected(tmp_path_factory.mktemp("told"), "1999-07~")
    with TestClient(create_app(Settings(store=Path(str(place))))) as client:
        client.headers["Accept"] = "text/html"
        yield client


class Said(HTMLParser):
    """What a part of a page says outside of what is marked as another language.

    A label is an attribute, in which no part can be marked: what is marked beside it is none of it.
    """

    def __init__(self, part: str) -> None:
        super().__init__()
        self.part, self.texts, self.open = part, list[str](), list[tuple[bool, bool]]()
        self.marked = list[str]()
        self.inside, self.foreign = False, False

    @classmethod
    def of(cls, page: str, part: str) -> str:
        said = cls(part)
        said.feed(page)
        return " ".join(" ".join(said.texts).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in VOID:
            return
        self.open.append((self.inside, self.foreign))
        self.inside = self.inside or given.get("id") == self.part
        self.foreign = self.foreign or ("lang" in given and tag != "html")
        if self.inside and not self.foreign:
            label = given.get("aria-label") or ""
            for text in self.marked:
                label = label.replace(text, "")
            self.texts.append(label)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Shapes of pictures, which say nothing."""

    def handle_endtag(self, tag: str) -> None:
        self.inside, self.foreign = self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.inside and data.strip():
            (self.marked if self.foreign else self.texts).append(data)


def vocabulary(lang: str) -> set[str]:
    """Every word of three letters or more that the map may say in a language."""
    texts = (text for said in words(lang).values() for text in said.values())
    return {word for text in texts for word in tokens(re.sub(r"\{\w+\}", "", text))}


def tokens(text: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[^\W\d_]{3,}", text)}


@pytest.mark.parametrize("lang", OTHERS)
@pytest.mark.parametrize(
    ("path", "asked", "part"),
    [
        ("/changes", BEYOND, "content"),
        ("/compare", BEYOND, "told-here"),
        ("/changes", EDITIONS, "content"),
        ("/compare", EDITIONS, "told-here"),
    ],
)
def test_no_english_is_left_but_what_is_marked_as_the_atlas_s(
    client: TestClient, path: str, asked: dict[str, str], part: str, lang: str
) -> None:
    page = client.get(path, params=asked | {"lang": lang}).text
    english = tokens(Said.of(client.get(path, params=asked).text, part))
    assert len(english & vocabulary("en")) > 10
    left = tokens(Said.of(page, part)) & vocabulary("en") - vocabulary(lang)
    # Names that are the same in both.
    assert left <= {"vlora", "kosovo"}
    assert "Vlora to Italy" not in Said.of(page, part)
    assert re.search(r'<(a|span)[^>]* lang="en"[^>]*>Vlora to Italy</', page)


@pytest.mark.parametrize("lang", OTHERS)
@pytest.mark.parametrize("asked", [DAYS, BEYOND])
def test_a_comparison_says_without_a_script_what_changes_says_in_the_language(
    client: TestClient, asked: dict[str, str], lang: str
) -> None:
    page = client.get("/compare", params=asked | {"lang": lang}).text
    changes = client.get("/changes", params=asked | {"lang": lang}).text
    told = changes[changes.index('<div id="told">') : changes.index('<p class="doors">')]
    assert told.strip() in page
    assert re.search(rf'id="more" href="[^"]*&amp;lang={lang}"', page)


def test_what_changed_is_a_page_in_the_language(client: TestClient) -> None:
    answer = client.get("/changes?from=1990&to=2010-05&lang=DE")
    assert answer.headers["Content-Language"] == "de"
    page = answer.text
    assert '<html lang="de">' in page
    assert '<header class="bar" lang="en">' in page
    assert "zwischen dem Stand im Jahr 1990 und im Mai 2010</span></h1>" in page
    assert '<input type="hidden" name="lang" value="de">' in page
    assert "/compare?from=1990-01-01&amp;to=2010-05-01&amp;lang=de" in page
    assert "44 Einträge gelten anders; 1 Verlagerung liegt möglicherweise dazwischen." in page
    assert "traten drei andere, ohne Reihenfolge:" in page
    assert "<dd>Strafverfolgung</dd>" in page
    assert "etwa Juli 1999 (zwischen Juni 1999 und August 1999)" in page
    assert "Das Wissen der Quelle endet 2004." in page
    assert f"Bosnien und Herzegowina: {words('de')['role']['destination']}</a>" in page
    assert "Äußere Landgrenze, Europäische Union</a>" in page


def test_what_was_corrected_is_a_page_in_the_language(client: TestClient) -> None:
    answer = client.get("/changes", params=EDITIONS | {"lang": "sr"})
    assert answer.headers["Content-Language"] == "sr-Latn"
    assert '<html lang="sr-Latn">' in answer.text
    assert "Šta je ispravilo izdanje 2" in answer.text
    assert (
        '„<span lang="en">Vlora to Italy</span>“ (rute): '
        "datum: ranije „do oko 2003.“, sada „do oko jula 1999.“."
    ) in answer.text
    assert '<p class="lead measure" lang="en">The date of the shift corrected</p>' in answer.text
    assert "/editions/1/map?lang=sr-Latn" in answer.text
    same = client.get("/changes", params={"from-edition": 2, "to-edition": 2, "lang": "it"}).text
    assert "L’edizione 2 dice ciò che dice l’edizione 2." in same


@pytest.mark.parametrize("asked", [BEYOND, EDITIONS])
def test_the_answer_for_programs_stays_english_in_every_language(
    client: TestClient, asked: dict[str, str]
) -> None:
    english, other = (
        client.get("/changes", params=asked | more, headers={"Accept": "application/json"})
        for more in ({}, {"lang": "de"})
    )
    assert other.text.replace("&lang=de", "") == english.text
    assert "Content-Language" not in other.headers


@pytest.mark.parametrize("asked", [BEYOND, EDITIONS])
def test_a_language_that_is_not_there_is_refused(client: TestClient, asked: dict[str, str]) -> None:
    answer = client.get("/changes", params=asked | {"lang": "sr-Cyrl"},
                        headers={"Accept": "application/json"})  # fmt: skip
    assert answer.status_code == 400
    assert "there is en, de, it, sq, sr-Latn" in answer.json()["detail"]


MOMENTS = ("2003-12-08", "2003-05", "2003", "2003-05-08T10:00:00Z", "2002/2003-08", "2003/..",
           "../2003", "../..")  # fmt: skip
SAID = {
    "en": ("on 8 December 2003", "in May 2003", "in 2003", "at 8 May 2003, 10:00 UTC",
           "from 2002 to August 2003", "from 2003 on", "until 2003", "at any time"),
    "de": ("am 8. Dezember 2003", "im Mai 2003", "im Jahr 2003", "am 8. Mai 2003, 10:00 UTC",
           "von 2002 bis August 2003", "ab 2003", "bis 2003", "zu jeder Zeit"),
    "it": ("l’8 dicembre 2003", "nel mese di maggio 2003", "nel 2003",
           "l’8 maggio 2003, ore 10:00 UTC", "dal 2002 all’agosto 2003", "dal 2003 in poi",
           "fino al 2003", "in qualsiasi momento"),
    "sq": ("më 8 dhjetor 2003", "në maj 2003", "në vitin 2003", "më 8 maj 2003, 10:00 UTC",
           "nga 2002 deri në gusht 2003", "nga 2003 e tutje", "deri në 2003", "në çdo kohë"),
    "sr-Latn": ("na dan 8. decembra 2003.", "tokom maja 2003.", "tokom 2003. godine",
                "na dan 8. maja 2003. u 10:00 UTC", "od 2002. do avgusta 2003.",
                "od 2003. pa nadalje", "do 2003.", "u bilo koje vreme"),
}  # fmt: skip


@pytest.mark.parametrize("lang", languages())
def test_a_moment_has_the_preposition_and_the_forms_of_the_language(lang: str) -> None:
    assert tuple(asking.moment(one, lang) for one in MOMENTS) == SAID[lang]


@pytest.mark.parametrize(
    ("lang", "one", "three", "seven"),
    [
        ("en", "A gave way to one other", "A gave way to three others, in no order",
         "A gave way to seven others, in no order"),
        ("de", "An die Stelle von A trat eine andere",
         "An die Stelle von A traten drei andere, ohne Reihenfolge",
         "An die Stelle von A traten sieben andere, ohne Reihenfolge"),
        ("sr-Latn", "A: na to mesto došla je jedna druga",
         "A: na to mesto došle su tri druge, bez redosleda",
         "A: na to mesto došlo je sedam drugih, bez redosleda"),
    ],
)  # fmt: skip
def test_a_shift_says_to_how_many_a_route_gave_way(
    edition: routes.Edition, lang: str, one: str, three: str, seven: str
) -> None:
    said = [told_shift(edition, lang, to=[link("A")] * count) for count in (1, 3, 7)]
    assert all(f"{text}:</p>" in page for text, page in zip((one, three, seven), said, strict=True))


def test_a_shift_to_nothing_and_a_kind_that_has_no_word_are_said_too(
    edition: routes.Edition,
) -> None:
    said = told_shift(edition, "en", to=[], cause_kind="new-rules")
    assert "A gave way; nothing is said to have taken its place.</p>" in said
    assert "<dd>New rules</dd>" in said
    assert '<dd lang="en">New rules</dd>' in told_shift(
        edition, "de", to=[], cause_kind="new-rules"
    )


def told_shift(edition: routes.Edition, lang: str, **changed: Any) -> str:  # noqa: ANN401
    """The words of a comparison whose one shift is otherwise; without marks of language on A."""
    site = Site(edition, False, "http://atlas.example", "/changes", (), "html")
    document = changes_document(site, "2001-06-01", "2005-01-01")
    document["shifts"] = [document["shifts"][0] | {"from": [link("A")]} | changed]
    told = pages.changes_told(site, document, lang)
    return re.sub(r'<a href="/a"[^>]*>A</a>', "A", told)


def link(name: str) -> dict[str, str]:
    return {"id": "a.v1", "route": "a", "name": name, "href": "/a"}


def test_names_that_the_atlas_alone_has_stay_as_it_writes_them(edition: routes.Edition) -> None:
    found = naming.features(edition, "routes", ["vlora-italy.v1", "nowhere.v1"], "de")
    assert found == {"vlora-italy.v1": ("bis etwa 2003", None)}
    (role,) = naming.features(edition, "roles", ["albania.transit"], "sr-Latn").values()
    assert role.name == "Albanija: tranzit"
    assert naming.features(edition, "nothing", ["a"], "de") == {}


def test_a_role_or_a_border_with_a_name_of_its_own_keeps_it() -> None:
    own = {"name": "Through Albania", "country": "albania", "role": "transit"}
    assert naming.of_feature("roles", own, "de") is None
    border = {"name": "The Union’s edge", "membership": "eu"}
    assert naming.of_feature("borders", border, "de") is None


# -- corrections --


def correction(**more: Any) -> Correction:  # noqa: ANN401
    return Correction("routes", "r0.v1", "Route <0>", "changed", **more)


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("de", "„{own}“ (Routen): Geometrie um bis zu 1,1 km verschoben."),
        ("it", "«{own}» (rotte): geometria spostata fino a 1,1 km."),
        ("sq", "“{own}” (rrugë): gjeometria e zhvendosur deri në 1,1 km."),
        ("sr-Latn", "„{own}“ (rute): geometrija pomerena do 1,1 km."),
    ],
)
def test_a_moved_line_says_how_far_in_the_language(lang: str, said: str) -> None:
    one = correction(geometry="moved", moved_m=1111.0)
    marked = '<span lang="en">Route &lt;0&gt;</span>'
    told = corrections_told.sentence(one, telling(lang, OWN, {}))
    assert told == said.format(own=marked)


def test_what_the_map_has_words_for_is_said_and_the_atlas_s_own_is_marked() -> None:
    one = correction(
        fields=(
            FieldChange("mode", "sea", "land"),
            FieldChange("caveat", "Seen <once>", None),
            FieldChange("description", "A line " * 20, "A wire " * 20),
        )
    )
    said = words("de")["mode"]
    assert corrections_told.sentence(one, telling("de", OWN, {"Route <0>": "Linie"})) == (
        f"„Route &lt;0&gt;“ (Routen): Art des Weges: bisher „{said['sea']}“, jetzt "
        f"„{said['land']}“; Hinweis zur Vorsicht entfernt: "
        '„<span lang="en">Seen &lt;once&gt;</span>“; Beschreibung anders formuliert.'
    )


def test_a_feature_that_is_new_or_gone_is_said_in_the_language(tmp_path: Path) -> None:
    line = shapely.LineString([(19, 40), (18, 41)])
    store = routes.open_store(tmp_path)
    store.publish(content(versions([line], route=["goes"])), "", "")
    store.publish(content(versions([line], route=["comes"])), "", "")
    with TestClient(create_app(Settings(store=tmp_path))) as client:
        page = client.get("/changes", params=EDITIONS | {"lang": "it", "f": "html"}).text
    marked = '<span lang="en">Route 0</span>'
    assert f"Novità (rotte): «{marked}». <a" in page
    assert f"Non più presente (rotte): «{marked}». <a" in page
    assert 'aria-label="Prima: Route 0 nell’edizione 1"' in page
