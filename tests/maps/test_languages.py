"""The languages of the map: complete catalogs, dates, plurals, names of countries, addresses."""

from __future__ import annotations

import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from starlette.testclient import TestClient

import routes
from geo.words import describe, spread
from service.app import create_app
from service.maps import naming
from service.maps.page import map_page
from service.maps.state import build
from service.maps.view import MapView
from service.maps.words import (
    CATEGORIES,
    FOLDER,
    Key,
    catalog,
    counted,
    in_order,
    keys,
    languages,
    listing,
    locale,
    speech,
    words,
)
from service.settings import Settings
from tests.maps.test_state import small
from tools.messages import brought_up, write

OTHERS = languages()[1:]
DAY = "2003-12-01"


@pytest.fixture(scope="module")
def client(store: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(store=store))) as client:
        yield client


def forms(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def filled_in(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_the_map_speaks_five_languages() -> None:
    assert languages() == ("en", "de", "it", "sq", "sr-Latn")


# -- catalogs --


@pytest.mark.parametrize("lang", OTHERS)
def test_every_catalog_holds_every_text(lang: str) -> None:
    held = {message.context: message for message in catalog(lang) if message.id}
    assert list(held) == [key.context for key in keys()], "run python -m tools.messages"
    for key in keys():
        message = held[key.context]
        assert message.id == key.msgid, f"{key.context}: run python -m tools.messages"
        assert not message.fuzzy, f"{key.context}: look at the translation, take `fuzzy` away"
        assert all(forms(message)), f"{key.context} is not translated"
        for form in forms(message):
            assert filled_in(form) == filled_in(key.text), key.context


def test_every_text_of_english_is_for_the_catalogs() -> None:
    texts = {f"{section}.{key}" for section, said in words().items() for key in said}
    asked = {form for key in keys() for form in (key.context, f"{key.context}_one")}
    # The language itself, and a calendar, which is CLDR's.
    assert {one for one in texts - asked if not one.startswith("calendar.")} == {"page.lang"}


@pytest.mark.parametrize("lang", OTHERS)
def test_a_catalog_has_the_forms_of_its_language(lang: str) -> None:
    held = catalog(lang)
    assert {locale(lang).plural_form(count) for count in range(200)} == set(
        CATEGORIES[held.num_plurals]
    )
    assert all(len(forms(one)) == held.num_plurals for one in held if one.pluralizable and one.id)


@pytest.mark.parametrize("lang", OTHERS)
def test_a_catalog_is_as_the_command_writes_it(
    lang: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tools.messages.FOLDER", tmp_path)
    write(lang, brought_up(catalog(lang), keys()))
    assert (tmp_path / f"{lang}.po").read_bytes() == (FOLDER / f"{lang}.po").read_bytes()


def test_a_new_text_is_untranslated_a_changed_one_fuzzy_and_an_old_one_gone() -> None:
    held = Catalog(locale="de")
    held.add("Play", "Abspielen", context="buttons.play")
    held.add("Stop", "Halt", context="buttons.stop")
    held.add("Close", "Schließen", context="buttons.close")
    told = [Key("buttons.play", "Play", None), Key("buttons.close", "Shut", None),
            Key("buttons.new", "New", None)]  # fmt: skip
    made = [one for one in brought_up(held, told) if one.id]
    assert [(one.context, one.id, one.string or "", one.fuzzy) for one in made] == [
        ("buttons.play", "Play", "Abspielen", False),
        ("buttons.close", "Shut", "Schließen", True),
        ("buttons.new", "New", "", False),
    ]


def test_what_is_not_translated_or_fuzzy_is_said_in_english(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "en.toml").write_bytes((FOLDER / "en.toml").read_bytes())
    with (FOLDER / "de.po").open("rb") as file:
        held = read_po(file, locale="de")
    held.get("Table", "buttons.table").string = ""
    held.get("Compare", "buttons.compare").flags.add("fuzzy")
    held.get(("{count} route drawn.", "{count} routes drawn."), "change.drawn").string = ("", "")
    monkeypatch.setattr("service.maps.words.FOLDER", tmp_path)
    monkeypatch.setattr("tools.messages.FOLDER", tmp_path)
    write("de", held)
    said = words.__wrapped__("de")
    assert said["buttons"]["table"] == "Table"
    assert said["buttons"]["compare"] == "Compare"
    assert said["buttons"]["share"] == "Teilen"
    assert counted(said, "change", "drawn", 1) == "1 route drawn."


# -- what is said --


@pytest.mark.parametrize(
    ("lang", "count", "said"),
    [
        ("en", 1, "1 route drawn."),
        ("en", 2, "2 routes drawn."),
        ("de", 1, "1 Route eingezeichnet."),
        ("it", 7, "7 rotte disegnate."),
        ("sq", 1, "1 rrugë e vizatuar."),
        ("sr-Latn", 1, "Ucrtana je 1 ruta."),
        ("sr-Latn", 3, "Ucrtane su 3 rute."),
        ("sr-Latn", 5, "Ucrtano je 5 ruta."),
        ("sr-Latn", 12, "Ucrtano je 12 ruta."),
        ("sr-Latn", 21, "Ucrtana je 21 ruta."),
    ],
)
def test_counts_have_the_form_of_their_number(lang: str, count: int, said: str) -> None:
    assert counted(words(lang), "change", "drawn", count) == said


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("de", "A, zur See; B und C"),
        ("it", "A, zur See; B e C"),
        ("sq", "A, zur See; B dhe C"),
        ("sr-Latn", "A, zur See; B i C"),
    ],
)
def test_names_are_joined_as_the_language_does(lang: str, said: str) -> None:
    assert listing(["A, zur See", "B", "C"], words(lang)) == said


def test_names_are_sorted_as_people_look_for_them() -> None:
    names = [
        "Zypern",
        "Österreich",
        "Malta",
        "Mađarska",
        "Španija",
        "Slovenija",
        "Čile",
        "Crna Gora",
    ]
    assert in_order(names) == [
        *("Crna Gora", "Čile", "Mađarska", "Malta", "Österreich", "Slovenija", "Španija", "Zypern")
    ]


TIMES = {
    "en": ("from about 2003, described until 2004", "8 September 1991 to 11 February 2019",
           "since 4 February 2003", "from September 2002, end not known", "about 4 February 2003"),
    "de": ("ab etwa 2003, beschrieben bis 2004", "8. September 1991 bis 11. Februar 2019",
           "seit 4. Februar 2003", "ab September 2002, Ende nicht bekannt", "etwa 4. Februar 2003"),
    "it": ("dal 2003 circa, con descrizioni fino al 2004",
           "dall’8 settembre 1991 all’11 febbraio 2019", "dal 4 febbraio 2003",
           "dal settembre 2002, fine non nota", "4 febbraio 2003 circa"),
    "sq": ("nga afërsisht 2003, përshkruar deri në 2004",
           "nga 8 shtatori 1991 deri më 11 shkurt 2019", "që nga 4 shkurti 2003",
           "nga shtatori 2002, fundi nuk dihet", "afërsisht 4 shkurt 2003"),
    "sr-Latn": ("od oko 2003., opisano do 2004.", "od 8. septembra 1991. do 11. februara 2019.",
                "od 4. februara 2003.", "od septembra 2002., kraj nije poznat",
                "oko 4. februara 2003."),
}  # fmt: skip


@pytest.mark.parametrize("lang", languages())
def test_times_are_said_in_the_forms_of_the_language(lang: str) -> None:
    told = speech(lang)
    assert (
        describe("2003~/2004", "source-ends", speech=told),
        describe("1991-09-08/2019-02-11", reading="exact", speech=told),
        describe("2003-02-04/..", speech=told),
        describe("2002-09/", speech=told),
        describe("2003-02-04~", speech=told),
    ) == TIMES[lang]


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("de", "zwischen Dezember 2002 und Februar 2003"),
        ("it", "tra il dicembre 2002 e il febbraio 2003"),
        ("sq", "ndërmjet dhjetor 2002 dhe shkurt 2003"),
        ("sr-Latn", "između decembra 2002. i februara 2003."),
    ],
)
def test_a_doubt_is_said_in_the_language(lang: str, said: str) -> None:
    assert spread("2003-01~", speech(lang)) == said


# -- names --


@pytest.mark.parametrize(
    ("lang", "entity", "name", "said"),
    [
        ("de", "austria", "Austria", "Österreich"),
        ("sq", "albania", "Albania", "Shqipëri"),
        ("it", "macedonia", "Macedonia", "Macedonia"),
        ("it", "macedonia", "North Macedonia", "Macedonia del Nord"),
        ("sr-Latn", "fr-yugoslavia", "Federal Republic of Yugoslavia",
         "Savezna Republika Jugoslavija"),
        ("sr-Latn", "kosovo", "Kosovo (UN administration)", "Kosovo (pod upravom UN)"),
        ("de", "czechia", "Czech Republic", "Tschechische Republik"),
        ("de", "backdrop.macedonia", "Macedonia (backdrop, no claim then)",
         "Mazedonien (Hintergrund, keine Aussage für diese Zeit)"),
        ("sr-Latn", "backdrop.crimea", "Crimea (backdrop, no claim then)",
         "Krim (podloga, bez tvrdnje za to vreme)"),
        ("de", "backdrop.andorra", "Andorra (backdrop)", "Andorra (Hintergrund)"),
        # Whose spelling is not the table's keeps it.
        ("de", "austria", "Republic of Austria", "Republic of Austria"),
        ("de", "atlantis", "Atlantis", "Atlantis"),
        ("en", "austria", "Austria", "Austria"),
    ],
)  # fmt: skip
def test_a_country_has_the_name_that_it_had_then(
    lang: str, entity: str, name: str, said: str
) -> None:
    assert naming.boundary(entity, name, lang) == said


@pytest.mark.parametrize("lang", OTHERS)
def test_every_entity_of_the_shipped_table_has_a_name(lang: str, edition: routes.Edition) -> None:
    english, other = build(edition), build(edition, lang)
    known = naming.known(lang)
    named = {(row["entity"], row["name"]) for row in english["boundaries"]}
    assert {one for one in named if not one[0].startswith("backdrop.")} <= known
    # A name may be the same in both; all of them are not.
    pairs = zip(english["boundaries"], other["boundaries"], strict=True)
    assert sum(a["name"] != b["name"] for a, b in pairs) > 20


@pytest.mark.parametrize("lang", OTHERS)
def test_towns_and_titles_stay_as_the_source_writes_them(
    lang: str, edition: routes.Edition
) -> None:
    english, other = build(edition), build(edition, lang)
    for part in ("routes", "crossings", "shifts", "events"):
        assert [row["name"] for row in other[part]] == [row["name"] for row in english[part]]
    assert [row["also"] for row in other["crossings"]] == [
        row["also"] for row in english["crossings"]
    ]


def test_what_changed_is_told_in_the_language(edition: routes.Edition) -> None:
    told = [sentence for change in build(edition, "sr-Latn")["changes"]
            for sentence in change["words"]]  # fmt: skip
    assert "Savezna Republika Jugoslavija: odsad Srbija i Crna Gora." in told
    assert "Evropska unija počinje sa 12 članica." in told
    assert not [sentence for sentence in told if ".." in sentence]


@pytest.mark.parametrize("page", ["en", "de"])
def test_an_atlas_in_another_language_is_marked_with_it(page: str) -> None:
    atlas = small()
    atlas.atlas["lang"] = "sq"
    assert '<h1 lang="sq">Small</h1>' in map_page(atlas, MapView(lang=page))


# -- addresses --


@pytest.mark.parametrize("path", ["/map", "/embed", "/compare", "/map/table"])
@pytest.mark.parametrize(
    ("asked", "lang"),
    [("de", "de"), ("DE", "de"), ("sr-latn", "sr-Latn"), ("sr", "sr-Latn"), ("en", "en")],
)
def test_a_page_is_in_the_language_that_its_address_names(
    client: TestClient, path: str, asked: str, lang: str
) -> None:
    page = client.get(path, params={"lang": asked}, headers={"Accept-Language": "it"})
    assert page.status_code == 200
    assert f'<html lang="{lang}"' in page.text
    assert "Accept-Language" not in page.headers.get("Vary", "")


@pytest.mark.parametrize("lang", ["sr-Cyrl", "tlh", ""])
def test_a_language_that_is_not_there_is_refused_with_those_that_are(
    client: TestClient, lang: str
) -> None:
    for path in ("/map", "/embed", "/compare", "/map/table", "/picture.svg"):
        answer = client.get(path, params={"lang": lang}, headers={"Accept": "application/json"})
        assert answer.status_code == 400
        assert answer.json()["parameter"] == "lang"
        assert "there is en, de, it, sq, sr-Latn" in answer.json()["detail"]


def test_the_oembed_answer_is_in_the_language_of_the_address(client: TestClient) -> None:
    url = f"http://testserver/map?date={DAY}&lang=de"
    told = client.get("/oembed", params={"url": url}).json()
    assert told["title"].endswith("1. Dezember 2003")
    assert "lang=de" in told["html"]
    assert "Karte öffnen" in told["html"]


def test_the_atlas_s_own_words_are_marked_where_the_page_is_in_another_language(
    client: TestClient,
) -> None:
    title = "Routes through the Balkans, 2000–2003</h1>"
    assert f'<h1 lang="en">{title}' in client.get("/map?lang=de").text
    assert f"<h1>{title}" in client.get("/map").text
    table = client.get(f"/map/table?lang=de&date={DAY}").text
    assert '<header class="bar" lang="en">' in table
    assert '<h2 class="told-title" lang="en">The sea route' in table


def test_the_links_of_a_page_keep_its_language(client: TestClient) -> None:
    page = client.get(f"/map?lang=sq&date={DAY}").text
    assert f"/map/table?date={DAY}&amp;lang=sq" in page
    assert f"/compare?to={DAY}&amp;lang=sq" in page
    assert 'lang="sr-Latn" hreflang="sr-Latn">Srpski (latinica)</a>' in page
    table = client.get(f"/map/table?lang=sq&date={DAY}").text
    assert '<input type="hidden" name="lang" value="sq">' in table
    assert f"/map?date={DAY}&amp;lang=sq" in table


def test_a_day_agrees_with_the_words_before_it(client: TestClient) -> None:
    table = client.get("/map/table?lang=sr&date=2003-12-08").text
    assert "Mapa kao tabela <span" in table
    assert "na dan 8. decembra 2003.</span></h1>" in table
    assert (
        "all’8 dicembre 2003</span></h1>" in client.get("/map/table?lang=it&date=2003-12-08").text
    )
