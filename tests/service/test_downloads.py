"""Downloads over HTTP: every collection in every format, as GDAL and geopandas read it."""

from __future__ import annotations

import concurrent.futures
import io
import json
import os
import shutil
import sys
import time
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import geopandas
import httpx
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely

from geo.formats import FORMATS
from routes.schema import COLLECTIONS
from service.writing import MOST_AT_ONCE
from tests.filed import plain_value
from tools.running import free_port, running

EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
SAVED = [ending for ending, form in FORMATS.items() if form.save]
STREAMS = [ending for ending, form in FORMATS.items() if form.stream]


@pytest.fixture(scope="module")
def client(live_server: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=live_server, timeout=20) as client:
        yield client


def frame_of(content: bytes, extension: str, folder: Path) -> geopandas.GeoDataFrame:
    """All layers of a downloaded file, its columns called as in the collection."""
    path = folder / f"downloaded.{extension}"
    path.write_bytes(content)
    if extension == "parquet":
        frame = geopandas.read_parquet(path)
        for name in frame.columns[[str(kind).startswith("datetime") for kind in frame.dtypes]]:
            frame[name] = np.datetime_as_string(frame[name].to_numpy("datetime64[s]"))
        return frame
    frames = [
        pyogrio.read_dataframe(path, layer=layer, datetime_as_string=True)
        for layer, _ in pyogrio.list_layers(path)
    ]
    frame = geopandas.GeoDataFrame(pd.concat(frames, ignore_index=True))
    if "end2" in frame:
        # GDAL has `end` for the end of a placemark's time span, and Name for its name.
        frame = frame.drop(columns="end")
    return frame.rename(columns={"Name": "name", "end2": "end"})


def download(client: httpx.Client, file: str, folder: Path, **query: str) -> geopandas.GeoDataFrame:
    answer = client.get(f"/downloads/{file}", params=query)
    assert answer.status_code == 200, answer.text
    return frame_of(answer.content, file.partition(".")[2], folder)


def items(client: httpx.Client, collection: str, **query: str) -> list[dict[str, Any]]:
    answer = client.get(f"/collections/{collection}/items", params={"limit": "1000", **query})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["features"]
    return found


def same_place(one: Any, feature: Any) -> bool:  # noqa: ANN401
    """Shapefiles and KML do not tell a multiple geometry of one part from that part."""
    if one is None or feature is None:
        return one is None and feature is None
    other = shapely.from_geojson(json.dumps(feature))
    parts, others = (
        shapely.geometrycollections(shapely.get_parts(shapely.normalize(each))).normalize()
        for each in (one, other)
    )
    return bool(shapely.equals_exact(parts, others, 1e-7))


@pytest.mark.parametrize("extension", FORMATS)
@pytest.mark.parametrize("collection", COLLECTIONS)
def test_every_collection_is_the_same_in_every_format(
    client: httpx.Client, tmp_path: Path, collection: str, extension: str
) -> None:
    wanted = {one["id"]: one for one in items(client, collection)}
    frame = download(client, f"{collection}.{extension}", tmp_path)
    assert sorted(frame["id"]) == sorted(wanted)
    for row in frame.to_dict("records"):
        feature = wanted[row["id"]]
        assert same_place(row.get("geometry"), feature["geometry"]), row["id"]
        for field in COLLECTIONS[collection].fields:
            if extension == "shp.zip" and field.kind in ("list", "json"):
                continue
            said = plain_value(feature["properties"][field.name], field.kind)
            if extension == "shp.zip" and isinstance(said, str):
                said = said.encode()[:254].decode(errors="ignore")
            column = field.name if extension != "shp.zip" else field.name[:10]
            assert plain_value(row[column], field.kind) == said, (row["id"], field.name)


QUERIES: list[tuple[str, dict[str, str]]] = [
    ("routes", {"datetime": "2001-06-01", "certainty": "certain"}),
    ("boundaries", {"bbox": "18,39,21,43", "datetime": "2003-12-01"}),
    ("crossings", {"q": "durres,tekija"}),
    ("statistics", {"q": "no such word"}),
]


@pytest.mark.parametrize("extension", FORMATS)
@pytest.mark.parametrize(("collection", "query"), QUERIES)
def test_a_query_downloads_what_items_answer(
    client: httpx.Client,
    tmp_path: Path,
    collection: str,
    query: dict[str, str],
    extension: str,
) -> None:
    wanted = [one["id"] for one in items(client, collection, **query)]
    answer = client.get(f"/downloads/{collection}.{extension}", params=query)
    assert answer.headers["ogc-numberreturned"] == str(len(wanted))
    if extension == "geojsons" and not wanted:
        assert answer.content == b""
        return
    frame = frame_of(answer.content, extension, tmp_path)
    assert len(frame) == len(wanted)
    assert not wanted or sorted(frame["id"]) == sorted(wanted)


@pytest.mark.parametrize("extension", [ending for ending in FORMATS if ending != "shp.zip"])
def test_a_file_keeps_the_order_asked_for(
    client: httpx.Client, tmp_path: Path, extension: str
) -> None:
    wanted = [one["id"] for one in items(client, "boundaries", sortby="-name")]
    frame = download(client, f"boundaries.{extension}", tmp_path, sortby="-name")
    assert frame["id"].tolist() == wanted


def test_a_file_has_the_columns_asked_for_and_the_id(client: httpx.Client) -> None:
    query = {"properties": "when,mode", "skipGeometry": "true"}
    text = client.get("/downloads/routes.csv", params=query).text
    assert text.splitlines()[0] == "id,mode,when"
    assert len(text.splitlines()) == 8
    made = client.get("/downloads/routes.parquet", params=query).content
    assert pq.read_table(io.BytesIO(made)).column_names == ["id", "mode", "when"]


@pytest.mark.parametrize("code", ["3035", "4326"])
@pytest.mark.parametrize("extension", SAVED)
def test_a_file_in_another_system_has_east_before_north(
    client: httpx.Client, tmp_path: Path, extension: str, code: str
) -> None:
    wanted = {one["id"]: one for one in items(client, "crossings", crs=EPSG + code)}
    frame = download(client, f"crossings.{extension}", tmp_path, crs=EPSG + code)
    assert frame.crs.to_epsg() == int(code)
    for name, place in zip(frame["id"], frame.geometry, strict=True):
        flipped = shapely.transform(
            shapely.from_geojson(json.dumps(wanted[name]["geometry"])), lambda yx: yx[:, ::-1]
        )
        assert flipped.normalize().equals_exact(place.normalize(), 1e-6)


@pytest.mark.parametrize("extension", FORMATS)
def test_a_file_is_known_by_its_tag_and_is_the_same_under_its_edition(
    client: httpx.Client, extension: str
) -> None:
    first = client.get(f"/downloads/events.{extension}")
    pinned = client.get(f"/editions/1/downloads/events.{extension}")
    assert pinned.content == first.content
    assert "immutable" in pinned.headers["cache-control"]
    assert "must-revalidate" in first.headers["cache-control"]
    assert first.headers["content-type"].partition(";")[0] == FORMATS[extension].media_type
    tag = first.headers["etag"]
    again = client.get(f"/downloads/events.{extension}", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    head = client.head(f"/downloads/events.{extension}")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == tag


def test_a_name_tells_day_and_edition_and_a_part_from_a_whole(client: httpx.Client) -> None:
    for query, name in (
        ("", "edition-1.shp.zip"),
        ("?datetime=2003-12-01", "2003-12-01-edition-1-part.shp.zip"),
        ("?datetime=2003-02-01/..", "edition-1-part.shp.zip"),
        ("?sortby=name", "edition-1.shp.zip"),
        ("?q=vlora", "edition-1-part.shp.zip"),
        ("?properties=name", "edition-1-part.shp.zip"),
    ):
        answer = client.get(f"/downloads/routes.shp.zip{query}")
        said = f'attachment; filename="balkans-routes-{name}"'
        assert answer.headers["content-disposition"] == said
        assert (
            "creativecommons.org" in answer.headers["link"] or "CC-BY-4.0" in answer.headers["link"]
        )


@pytest.mark.parametrize(
    ("path", "status", "fault"),
    [
        ("routes.xlsx", 404, "'routes.xlsx' has none of the endings known here: .geojson, "
         ".geojsons, .gpkg, .fgb, .parquet, .csv, .kml, .shp.zip"),
        ("routes", 404, "'routes' has none of the endings known here"),
        ("nothing.gpkg", 404, "there is no collection 'nothing'"),
        ("routes.gpkg?limit=5", 400, "is not known here; the known ones are bbox"),
        ("routes.gpkg?f=csv", 400, "is not known here"),
        ("routes.gpkg?cursor=MS4y", 400, "is not known here"),
        ("routes.gpkg?bbox=1,2,3", 400, "'1,2,3' has 3 numbers, not 4 or 6"),
        (f"routes.kml?crs={EPSG}3035", 400, "is for files that say in which system they are: "
         "GeoPackage, FlatGeobuf, GeoParquet, Shapefile; KML is in longitude, latitude (CRS84)"),
        (f"routes.geojson?crs={EPSG}4326", 400, "GeoJSON is in longitude, latitude (CRS84)"),
        (f"routes.fgb?crs={EPSG}9999", 400, "is none of the systems here"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_file_is_refused_in_words(
    client: httpx.Client, path: str, status: int, fault: str
) -> None:
    answer = client.get(f"/downloads/{path}")
    assert answer.status_code == status
    assert fault in answer.json()["fault"]


def test_a_part_says_inside_that_it_is_one_and_where_it_is_from(
    client: httpx.Client, tmp_path: Path
) -> None:
    path = tmp_path / "part.gpkg"
    path.write_bytes(client.get("/downloads/routes.gpkg?q=vlora").content)
    said = {name.lower(): text for name, text in pyogrio.read_info(path)["layer_metadata"].items()}
    assert said["address"].endswith("/editions/1/downloads/routes.gpkg?q=vlora")
    assert said["description"].endswith("A part: what its address asks for.")
    assert said["edition"] == "1"
    assert "lindstrom-2004" in json.loads(said["sources"])


@pytest.mark.parametrize("extension", FORMATS)
def test_edition_source_and_licence_are_in_the_file_or_beside_it(
    client: httpx.Client, extension: str
) -> None:
    answer = client.get(f"/downloads/shifts.{extension}")
    said = answer.content.replace(b"\\/", b"/")
    if extension == "shp.zip":
        said = zipfile.ZipFile(io.BytesIO(said)).read("README.txt")
    if extension == "parquet":
        said = repr(pq.read_metadata(io.BytesIO(said)).metadata).encode()
    if extension in ("csv", "geojsons"):
        assert b"Regional Sex Trafficking" not in said
        assert "edition-1" in answer.headers["content-disposition"]
        said = answer.headers["link"].encode()
    else:
        assert b"Regional Sex Trafficking" in said
        assert b"/editions/1/downloads/shifts" in said
    assert b"CC-BY-4.0" in said


def test_kml_has_the_time_in_which_a_route_may_have_held(client: httpx.Client) -> None:
    text = client.get("/downloads/routes.kml").text
    one = text.partition('<Placemark id="durres-sea.v1">')[2].partition("</Placemark>")[0]
    span = "<begin>2002-01-01T00:00:00Z</begin><end>2005-01-01T00:00:00Z</end>"
    assert f"<TimeSpan>{span}</TimeSpan>" in one


def test_a_collection_leads_to_every_file_and_says_its_type(client: httpx.Client) -> None:
    document = client.get("/collections/shifts?f=json").json()
    links = [link for link in document["links"] if link["rel"] == "enclosure"]
    assert len(links) == len(FORMATS)
    for link in links:
        answer = client.get(link["href"])
        assert answer.status_code == 200
        assert answer.headers["content-type"].partition(";")[0] == link["type"]


def test_a_page_of_items_leads_to_files_of_all_that_answer(client: httpx.Client) -> None:
    query = f"datetime=2003-12-01&limit=2&crs={EPSG}3035"
    page = client.get(f"/collections/routes/items?f=html&{query}").text
    assert "Download all that answer" in page
    assert "Download all that answer" not in client.get("/collections/routes/items?f=html").text
    at = "/downloads/routes"
    crs = "crs=http%3A%2F%2Fwww.opengis.net%2Fdef%2Fcrs%2FEPSG%2F0%2F3035"
    assert f'{at}.csv?datetime=2003-12-01" type="text/csv" download>CSV</a>' in page
    assert f"{at}.gpkg?datetime=2003-12-01&amp;{crs}" in page


def walked(client: httpx.Client, address: str, folder: Path) -> tuple[list[str], list[str]]:
    """The ids of all pages, and how many each says that match."""
    ids: list[str] = []
    counts: list[str] = []
    while address:
        answer = client.get(address)
        assert answer.status_code == 200, answer.text
        extension = "fgb" if "flatgeobuf" in answer.headers["content-type"] else "csv"
        page = frame_of(answer.content, extension, folder)["id"].tolist()
        assert answer.headers["ogc-numberreturned"] == str(len(page))
        ids += page
        counts.append(answer.headers["ogc-numbermatched"])
        address = answer.links["next"]["url"] if "next" in answer.links else ""
    return ids, counts


@pytest.mark.parametrize("form", ["csv", "fgb"])
def test_pages_that_cannot_carry_links_have_them_in_their_headers(
    client: httpx.Client, tmp_path: Path, form: str
) -> None:
    query = "datetime=2003-12-01&sortby=name"
    wanted = [one["id"] for one in items(client, "routes", datetime="2003-12-01", sortby="name")]
    path = f"/collections/routes/items?{query}&limit=3&f={form}"
    ids, counts = walked(client, path, tmp_path)
    assert ids == wanted
    assert counts == ["7"] * 3
    answer = client.get(path)
    assert answer.links["self"]["type"] == FORMATS[form].media_type
    again = client.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("form", ["csv", "fgb"])
def test_the_accept_header_chooses_files_too(client: httpx.Client, form: str) -> None:
    media_type = FORMATS[form].media_type
    answer = client.get("/collections/routes/items", headers={"Accept": media_type})
    assert answer.headers["content-type"].partition(";")[0] == media_type


def test_coordinates_of_a_csv_page_are_in_the_system_that_its_header_says(
    client: httpx.Client,
) -> None:
    answer = client.get(f"/collections/crossings/items?q=tekija&f=csv&crs={EPSG}3035")
    (wanted,) = items(client, "crossings", q="tekija", crs=f"{EPSG}3035")
    assert answer.headers["content-crs"] == f"<{EPSG}3035>"
    north, east = wanted["geometry"]["coordinates"]
    assert answer.text.splitlines()[1].endswith(f"POINT ({north} {east})")


def test_one_feature_is_no_table(client: httpx.Client) -> None:
    answer = client.get("/collections/routes/items/vlora-italy.v1?f=csv")
    assert answer.status_code == 400
    assert answer.json()["fault"] == "'csv' is not a format of this resource"
    assert answer.json()["example"] == "json or jsonfg or html"


@pytest.fixture(scope="module")
def many(
    many_routes: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[httpx.Client, Path]]:
    """A service on 10,000 lines, and the folder in which it makes its files."""
    folder = tmp_path_factory.mktemp("many")
    made = folder / "made"
    made.mkdir()
    shutil.copytree(many_routes, folder / "store")
    port = free_port()
    command = [sys.executable, "-m", "service.cli", "serve", "--host", "127.0.0.1",
               "--port", str(port), "--store", str(folder / "store")]  # fmt: skip
    with (
        (folder / "log.txt").open("w") as log,
        running(command, port, environment=environment(made), output=log),
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client,
    ):
        yield client, made


def environment(temporary: Path) -> Mapping[str, str]:
    kept = {key: text for key, text in os.environ.items() if not key.startswith("ROUTESHIFT_")}
    return kept | {"TMPDIR": str(temporary)}


@pytest.mark.parametrize("extension", STREAMS)
def test_texts_are_sent_while_they_are_made(
    many: tuple[httpx.Client, Path], extension: str
) -> None:
    client, _ = many
    began_s = time.perf_counter()
    with client.stream("GET", f"/downloads/routes.{extension}?q=route",
                       headers={"Accept-Encoding": "identity"}) as answer:  # fmt: skip
        pieces = answer.iter_raw()
        size = len(next(pieces))
        first_s = time.perf_counter() - began_s
        size += sum(len(piece) for piece in pieces)
    whole_s = time.perf_counter() - began_s
    assert "content-length" not in answer.headers
    assert size > 4_000_000
    # Slices of GeoJSON are joined too fast to tell.
    assert extension.startswith("geojson") or first_s < whole_s / 2


def test_files_are_made_a_few_at_a_time_and_others_are_answered_meanwhile(
    many: tuple[httpx.Client, Path],
) -> None:
    client, folder = many
    with concurrent.futures.ThreadPoolExecutor(5) as pool:
        asked = [
            pool.submit(client.get, f"/downloads/routes.gpkg?q=route%20{number}")
            for number in range(1, 6)
        ]
        most, slowest_s = 0, 0.0
        while not all(one.done() for one in asked):
            most = max(most, len(list(folder.iterdir())))
            began_s = time.perf_counter()
            assert httpx.get(str(client.base_url.join("/health/live"))).status_code == 200
            slowest_s = max(slowest_s, time.perf_counter() - began_s)
        sizes = [len(one.result().content) for one in asked]
    assert min(sizes) > 300_000
    assert 1 <= most <= MOST_AT_ONCE
    assert slowest_s < 2
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("extension", SAVED)
def test_features_beyond_the_system_asked_for_are_refused_and_leave_nothing(
    many: tuple[httpx.Client, Path], extension: str
) -> None:
    client, folder = many
    answer = client.get(f"/downloads/routes.{extension}?crs={EPSG}32634")
    assert answer.status_code == 400
    problem = answer.json()
    assert problem["parameter"] == "crs"
    assert problem["fault"] == f"a feature lies beyond what {EPSG}32634 can show"
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("extension", SAVED)
def test_nothing_is_left_where_a_client_hangs_up(
    many: tuple[httpx.Client, Path], extension: str
) -> None:
    client, folder = many
    with client.stream("GET", f"/downloads/routes.{extension}?q=route") as answer:
        next(answer.iter_raw())
    hurried = httpx.Client(base_url=client.base_url, timeout=0.05)
    with hurried, pytest.raises(httpx.ReadTimeout):
        hurried.get(f"/downloads/routes.{extension}?q=route")
    patient_until_s = time.monotonic() + 20
    while list(folder.iterdir()) and time.monotonic() < patient_until_s:
        time.sleep(0.05)
    assert list(folder.iterdir()) == []
    assert client.get("/health/ready").status_code == 200


def test_a_file_narrowed_by_a_column_is_named_as_a_part(client: httpx.Client) -> None:
    answer = client.get("/downloads/routes.geojson?mode=sea")
    assert "edition-1-part.geojson" in answer.headers["content-disposition"]
    assert {one["properties"]["mode"] for one in answer.json()["features"]} == {"sea"}
