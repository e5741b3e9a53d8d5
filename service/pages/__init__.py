"""Pages for people: what the JSON says, as HTML. Each function gives one whole page.

No page has an inline script or style, loads anything from elsewhere, or says anything that is not
in its edition and its address: so a page can have a strong ETag.
"""

from __future__ import annotations

from typing import Any

from routes.filters import EXAMPLE
from routes.schema import COLLECTIONS
from service import files
from service.maps.state import State
from service.maps.view import MapView
from service.pages import (
    asking,
    building,
    daytable,
    frontpage,
    printed,
    records,
    reference,
    smallmap,
    told,
)
from service.pages.corrected import Compared
from service.pages.daytable import Days, PartOfRoutes
from service.pages.render import crumbs, render
from service.pages.tables import in_order, record_table
from service.pages.words import extent, label
from service.site import Site

Document = dict[str, Any]

__all__ = [
    "Compared",
    "Days",
    "PartOfRoutes",
    "api",
    "builder",
    "changes",
    "changes_told",
    "collection",
    "collections",
    "conformance",
    "corrections",
    "corrections_told",
    "day_table",
    "edition",
    "editions",
    "front",
    "item",
    "items",
    "problem",
    "queryables",
    "route",
    "schema",
    "stories",
]


def front(site: Site) -> str:
    """Give the front page: what this is, the map, how to use it, on whose word."""
    return render(site, "front.html", site.edition.atlas["title"], **frontpage.said(site))


def conformance(site: Site, uris: list[str]) -> str:
    """Give the page of the conformance declaration."""
    trail = crumbs(site)
    return render(site, "conformance.html", "Conformance", trail, uris=uris)


def api(site: Site, document: Document) -> str:
    """Give the API's description: every path with its parameters and an example to follow."""
    return render(
        site,
        "api.html",
        "The API",
        crumbs(site),
        json_address=site.url("/api", f="json"),
        operations=reference.operations(site, document),
    )


def collections(site: Site, document: Document) -> str:
    """Give the list of the collections."""
    listed = [one | extent(one) for one in document["collections"]]
    return render(site, "collections.html", "Collections", crumbs(site), collections=listed)


def collection(site: Site, name: str, document: Document) -> str:
    """Give one collection: its extent, a map and a table of its first items, its columns."""
    query, features = records.sample(site, name)
    return render(
        site,
        "collection.html",
        document["title"],
        crumbs(site, "/collections"),
        collection=document | extent(document),
        licence=site.edition.atlas.get("licence"),
        files=files.of_collection(site, name),
        table=record_table(site, name, in_order(features), COLLECTIONS[name].title),
        sampled=records.sampled(site, name, query, len(features)),
        map=smallmap.of_items(site, name, features, query),
        tables=printed.tables(site) if name == "statistics" else [],
        columns=reference.columns(name),
    )


def schema(site: Site, name: str, document: Document) -> str:
    """Give the columns of a collection with types and meaning."""
    return render(
        site,
        "schema.html",
        f"Columns of {document['title'].lower()}",
        crumbs(site, "/collections", f"/collections/{name}"),
        columns=reference.columns(name),
        geometry=document["properties"]["geometry"]["description"],
        name=name,
    )


def queryables(site: Site, name: str, document: Document) -> str:
    """Give what a filter of a collection can name."""
    return render(
        site,
        "queryables.html",
        f"Queryables of {document['title'].lower()}",
        crumbs(site, "/collections", f"/collections/{name}"),
        columns=reference.queryables(name, document["properties"]),
        example=EXAMPLE if name == "routes" else "name LIKE 'A%'",
    )


def items(site: Site, name: str, head: Document, features: list[Document]) -> str:
    """Give a page of features as a table, with a map, the query in words and a form."""
    asked = dict(site.query)
    title = COLLECTIONS[name].title
    links = {link["rel"]: link["href"] for link in head["links"]}
    query = asking.in_words(asked)
    is_whole = not asked.keys() & {"cursor", "sortby"} and "next" not in links
    shown = in_order(features) if is_whole else features
    return render(
        site,
        "items.html",
        f"{title} {query}",
        crumbs(site, "/collections", f"/collections/{name}"),
        here="Items",
        heading=title,
        name=name,
        query=query,
        count=asking.count(head),
        form=asked,
        files=files.of_collection(site, name, asked),
        is_part=files.is_part(site),
        first=site.this(cursor=None) if "cursor" in asked else None,
        next=links.get("next"),
        table=record_table(site, name, shown, f"{title} {query}", asked),
        map=smallmap.of_items(site, name, features, asked),
        beyond=told.knowledge_note(site, asked.get("datetime")),
    )


def item(site: Site, name: str, feature: Document) -> str:
    """Give one feature: every property in words, its place, on whose word it stands."""
    properties = feature["properties"]
    day = smallmap.day_of(site, name, properties)
    return render(
        site,
        "item.html",
        properties.get("name") or str(feature["id"]),
        crumbs(site, "/collections", f"/collections/{name}", f"/collections/{name}/items"),
        collection=COLLECTIONS[name].title,
        feature=feature,
        said=properties,
        facts=records.facts(site, name, properties),
        missing=[
            label(field.name)
            for field in COLLECTIONS[name].fields
            if properties.get(field.name) in (None, [], "") and field.kind != "datetime"
        ],
        source=records.source(site, properties.get("source")),
        history=site.url(f"/routes/{properties['route']}") if "route" in properties else None,
        day=day,
        map=smallmap.of_item(site, name, feature, day),
    )


def editions(site: Site, document: Document) -> str:
    """Give the list of editions."""
    return render(site, "editions.html", "Editions", crumbs(site), editions=document["editions"])


def edition(site: Site, document: Document) -> str:
    """Give one edition: when it was published, by whom and why, and the hashes that prove it."""
    title = f"Edition {document['number']}"
    return render(
        site,
        "edition.html",
        title,
        crumbs(site, "/editions"),
        manifest=document,
        collections=records.manifest_rows(site, document),
        sources=records.sources(site),
    )


def route(site: Site, document: Document) -> str:
    """Give the history of one route, told in order of time."""
    return render(
        site, "route.html", document["name"], crumbs(site, "/collections", "/collections/routes"),
        **told.route(site, document),
    )  # fmt: skip


def changes(site: Site, document: Document, lang: str) -> str:
    """Give what changed between two days, in groups."""
    said = told.changes(site, document, lang)
    here = said["say"]["compare"]["words"]
    title = f"{here} {said['between']}"
    return render(site, "changes.html", title, crumbs(site), here=here, **said)


def changes_told(site: Site, document: Document, lang: str) -> str:
    """Give the words of that page alone, for another page."""
    return render(site, "changes_told.html", "", **told.changes(site, document, lang))


def corrections(site: Site, document: Document, compared: Compared, lang: str) -> str:
    """Give what one edition corrected against another, in sentences, with a map."""
    said = told.corrections(site, document, compared, lang)
    return render(
        site,
        "corrections.html",
        f"{said['heading']} {said['against']}",
        crumbs(site, "/editions"),
        here=said["say"]["told_corrections"]["here"],
        map=smallmap.of_corrections(site, document),
        **said,
    )


def corrections_told(site: Site, document: Document, compared: Compared, lang: str) -> str:
    """Give the words of that page alone, for another page."""
    said = told.corrections(site, document, compared, lang)
    return render(site, "corrections_told.html", "", **said)


def stories(site: Site, document: Document) -> str:
    """Give the list of the stories."""
    listed = [one | {"href": site.url(f"/stories/{one['id']}")} for one in document["stories"]]
    return render(site, "stories.html", "Stories", crumbs(site), stories=listed)


def day_table(
    site: Site, state: State, days: Days, lang: str, part: PartOfRoutes | None = None
) -> str:
    """Give everything that the map shows on a day, or in a range of days, in tables.

    Of very many routes it has a `part`.
    """
    said = daytable.said_of(site, state, days, lang, part)
    title = f"{said['say']['table']['heading']} {said['on_the_day']}"
    return render(site, "day_table.html", title, crumbs(site),
                  here=said["say"]["table"]["heading"], **said)  # fmt: skip


def builder(site: Site, state: State, view: MapView, height: int, made: Document) -> str:
    """Give the page that makes the code of a map for another site."""
    filled = building.said(site, state, view, height, made)
    return render(site, "builder.html", "Put the map on your page", crumbs(site),
                  here="For your page", **filled)  # fmt: skip


def problem(document: Document, root_path: str) -> str:
    """Give the page of a refused request: what was wrong, with what, and a right one."""
    return reference.problem(document, root_path)
