"""Whole downloads as files: made once, compressed once, in pieces, within their room."""

from __future__ import annotations

import gzip
import io
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import pyarrow.parquet as pq
import pytest
import shapely
import zstandard

from geo.formats import FORMATS
from routes.stores.files import FileStore
from service.compressing import encoding_for
from service.downloads import PACKED
from service.sending import MOST_RANGES, satisfiable
from tests.helpers import MANY, content, versions
from tools.running import free_port, running

PLAIN = {"Accept-Encoding": "identity"}
DECODED: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.decompress,
    "zstd": lambda coded: zstandard.ZstdDecompressor().decompressobj().decompress(coded),
}
Served = tuple[httpx.Client, Path]
Started = tuple[subprocess.Popen[bytes], httpx.Client]


@contextmanager
def started(
    store: Path, workers: int = 1, before: tuple[str, ...] = (), **settings: str
) -> Iterator[Started]:
    """The real service on a store, with variables of its environment."""
    port = free_port()
    command = [*before, sys.executable, "-m", "service.cli", "serve", "--host", "127.0.0.1",
               "--port", str(port), "--store", str(store), "--workers", str(workers)]  # fmt: skip
    kept = {name: text for name, text in os.environ.items() if not name.startswith("ROUTESHIFT_")}
    with (
        (store.parent / "log.txt").open("a") as log,
        running(command, port, environment=kept | settings, output=log) as process,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client,
    ):
        yield process, client


@contextmanager
def served(store: Path, workers: int = 1, **settings: str) -> Iterator[httpx.Client]:
    with started(store, workers, **settings) as (_, client):
        yield client


@pytest.fixture(scope="module")
def own(many_routes: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A service on 10,000 lines with two workers, and where it keeps its downloads."""
    store = tmp_path_factory.mktemp("own") / "store"
    shutil.copytree(many_routes, store)
    with served(store, 2) as client:
        yield client, store / "downloads"


def get(client: httpx.Client, file: str, **headers: str) -> httpx.Response:
    """One file, as it comes: not decoded."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    with client.stream("GET", f"/downloads/{file}", headers=PLAIN | named) as answer:
        answer._content = b"".join(answer.iter_raw())
    return answer


def unfinished(folder: Path) -> list[Path]:
    return [*folder.glob(".unfinished-*"), *folder.glob(".lock-*")]


def kept(folder: Path, ending: str = "") -> list[Path]:
    """What lies there, once nothing is made any more: a text is sent before it is in its place."""
    until(lambda: not unfinished(folder))
    return sorted(folder.glob(f"[0-9]*{ending}"))


def until(holds: Callable[[], bool]) -> None:
    patient_until_s = time.monotonic() + 20
    while not holds() and time.monotonic() < patient_until_s:
        time.sleep(0.01)
    assert holds()


RANGES = [
    ("bytes=0-9", [(0, 9)]),
    ("bytes=5-", [(5, 99)]),
    ("bytes=-5", [(95, 99)]),
    ("bytes=-500", [(0, 99)]),
    ("bytes=99-", [(99, 99)]),
    ("bytes=90-500", [(90, 99)]),
    ("Bytes = 1-2 , 5-6,", [(1, 2), (5, 6)]),
    ("bytes=1-2,200-", [(1, 2)]),
    ("bytes=100-", []),
    ("bytes=-0", []),
    ("bytes=9-2", None),
    ("bytes=-", None),
    ("bytes=", None),
    ("bytes=one-two", None),
    ("bytes=1-2-3", None),
    ("bytes=１-２", None),
    ("lines=1-2", None),
    ("1-2", None),
    ("bytes=" + ",".join(["0-1"] * (MOST_RANGES + 1)), None),
]


@pytest.mark.parametrize(("text", "wanted"), RANGES)
def test_a_range_is_read_or_left_alone(text: str, wanted: list[tuple[int, int]] | None) -> None:
    assert satisfiable(text, 100) == wanted


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, deflate, br", "gzip"),
        ("GZIP", "gzip"),
        ("zstd;q=0, gzip;q=0.1", "gzip"),
        ("*", "zstd"),
        ("*, zstd;q=0", "gzip"),
        ("gzip;q=oops", None),
        ("br, deflate", None),
        ("identity", None),
        ("", None),
    ],
)
def test_what_a_client_can_read_decides_the_compression(accept: str, wanted: str | None) -> None:
    assert encoding_for(accept) == wanted


@pytest.mark.parametrize("extension", FORMATS)
def test_a_file_is_made_once_and_then_sent_in_any_pieces(own: Served, extension: str) -> None:
    client, folder = own
    whole = get(client, f"routes.{extension}")
    (path,) = kept(folder, f".{extension}")
    assert path.read_bytes() == whole.content
    again = get(client, f"routes.{extension}")
    assert again.headers["content-length"] == str(len(whole.content))
    assert (again.content, again.headers["etag"]) == (whole.content, whole.headers["etag"])
    assert again.headers["accept-ranges"] == whole.headers["accept-ranges"] == "bytes"
    half = len(whole.content) // 2
    for text, wanted in (
        (f"bytes=0-{half}", whole.content[: half + 1]),
        (f"bytes={half}-", whole.content[half:]),
        ("bytes=-7", whole.content[-7:]),
    ):
        part = get(client, f"routes.{extension}", Range=text)
        assert (part.status_code, part.content) == (206, wanted)
        assert part.headers["content-range"].endswith(f"/{len(whole.content)}")
        assert part.headers["etag"] == whole.headers["etag"]
        assert part.headers["vary"] == again.headers["vary"]
        assert part.headers["cache-control"] == again.headers["cache-control"]
    assert kept(folder, f".{extension}") == [path]


def test_several_ranges_come_as_parts_of_one_answer(own: Served) -> None:
    client, _ = own
    whole = get(client, "routes.csv").content
    answer = get(client, "routes.csv", Range="bytes=0-3,10-19")
    assert answer.status_code == 206
    kind, _, boundary = answer.headers["content-type"].partition("; boundary=")
    assert kind == "multipart/byteranges"
    parts = answer.content.split(f"--{boundary}".encode())[1:-1]
    bodies = [part.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n") for part in parts]
    assert bodies == [whole[:4], whole[10:20]]


def test_a_range_beyond_the_end_is_refused_and_tells_the_length(own: Served) -> None:
    client, _ = own
    size = len(get(client, "routes.csv").content)
    answer = get(client, "routes.csv", Range=f"bytes={size}-")
    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{size}"
    assert answer.headers["content-type"] == "application/problem+json"
    assert f"the file has {size} bytes" in answer.text


@pytest.mark.parametrize("text", ["lines=1-2", "bytes=9-2", "bytes=x-"])
def test_a_range_that_is_not_understood_is_answered_with_all(own: Served, text: str) -> None:
    client, _ = own
    answer = get(client, "routes.csv", Range=text)
    assert (answer.status_code, answer.content) == (200, get(client, "routes.csv").content)


def test_a_range_is_of_the_file_that_the_client_has_begun_or_all_is_sent(own: Served) -> None:
    client, _ = own
    whole = get(client, "routes.csv")
    tag = whole.headers["etag"]
    part = get(client, "routes.csv", Range="bytes=0-3", If_Range=tag)
    assert (part.status_code, part.content) == (206, whole.content[:4])
    for other in (f"W/{tag}", '"e1-0"', f'{tag[:-1]}.zstd"', "Fri, 27 Nov 2026 12:00:00 GMT"):
        answer = get(client, "routes.csv", Range="bytes=0-3", If_Range=other)
        assert (answer.status_code, answer.content) == (200, whole.content)


def test_what_a_client_has_is_not_sent_again_whatever_range_it_asks_for(own: Served) -> None:
    client, _ = own
    for encoding in ("identity", *DECODED):
        first = get(client, "routes.csv", Accept_Encoding=encoding)
        known = first.headers["etag"]
        again = get(client, "routes.csv", Accept_Encoding=encoding, If_None_Match=known,
                    Range="bytes=0-3")  # fmt: skip
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == known
        assert "content-encoding" not in again.headers


@pytest.mark.parametrize("encoding", DECODED)
@pytest.mark.parametrize("extension", [one for one in FORMATS if one not in PACKED])
def test_a_compressed_file_is_kept_too_and_has_ranges_of_its_own(
    own: Served, extension: str, encoding: str
) -> None:
    client, folder = own
    plain = get(client, f"routes.{extension}")
    first = get(client, f"routes.{extension}", Accept_Encoding=encoding)
    kept(folder)
    coded = get(client, f"routes.{extension}", Accept_Encoding=encoding)
    assert first.content == coded.content
    assert DECODED[encoding](coded.content) == plain.content
    assert len(coded.content) < len(plain.content)
    assert coded.headers["content-length"] == str(len(coded.content))
    assert coded.headers["content-encoding"] == encoding
    assert coded.headers["etag"] == f'{plain.headers["etag"][:-1]}.{encoding}"'
    assert "Accept-Encoding" in plain.headers["vary"]
    assert "Accept-Encoding" in coded.headers["vary"]
    tag = coded.headers["etag"]
    half = len(coded.content) // 2
    rest = get(client, f"routes.{extension}", Accept_Encoding=encoding, If_Range=tag,
               Range=f"bytes={half}-")  # fmt: skip
    assert (rest.status_code, rest.content) == (206, coded.content[half:])
    assert rest.headers["content-encoding"] == encoding
    assert rest.headers["etag"] == tag
    ending = {"gzip": "gz", "zstd": "zst"}[encoding]
    assert [one.read_bytes() for one in kept(folder, f".{extension}.{ending}")] == [coded.content]


@pytest.mark.parametrize("extension", PACKED)
def test_what_is_compressed_inside_is_sent_as_it_is(own: Served, extension: str) -> None:
    client, _ = own
    answer = get(client, f"routes.{extension}", Accept_Encoding="gzip, br, zstd")
    assert "content-encoding" not in answer.headers
    assert answer.content == get(client, f"routes.{extension}").content


def test_head_makes_nothing_and_tells_the_length_once_it_is_known(
    many_routes: Path, tmp_path: Path
) -> None:
    shutil.copytree(many_routes, tmp_path / "store")
    folder = tmp_path / "store" / "downloads"
    with served(tmp_path / "store") as client:
        for encoding in ("identity", "zstd"):
            unmade = client.head("/downloads/routes.kml", headers={"Accept-Encoding": encoding})
            assert unmade.status_code == 200
            assert "content-length" not in unmade.headers
            assert kept(folder, ".zst" if encoding == "zstd" else "") == []
            whole = get(client, "routes.kml", Accept_Encoding=encoding)
            kept(folder)
            head = client.head("/downloads/routes.kml", headers={"Accept-Encoding": encoding})
            assert head.headers["content-length"] == str(len(whole.content))
            for name in ("etag", "content-type", "accept-ranges", "ogc-numberreturned"):
                assert unmade.headers[name] == whole.headers[name] == head.headers[name], name
            assert head.headers.get("content-encoding") == whole.headers.get("content-encoding")
        filtered = client.head("/downloads/routes.gpkg?q=route")
        assert (filtered.status_code, filtered.content) == (200, b"")
        assert "content-length" not in filtered.headers


@pytest.mark.parametrize("extension", ["gpkg", "kml"])
def test_two_workers_asked_at_once_make_a_file_once_and_send_a_text_meanwhile(
    many_routes: Path, tmp_path: Path, extension: str
) -> None:
    shutil.copytree(many_routes, tmp_path / "store")
    folder = tmp_path / "store" / "downloads"
    seen: set[int] = set()
    # Each on another connection, which either worker may take.
    with served(tmp_path / "store", 2) as client, ThreadPoolExecutor(12) as pool:
        each = [httpx.Client(base_url=client.base_url, timeout=60) for _ in range(12)]
        asked = [pool.submit(get, one, f"routes.{extension}") for one in each]
        while unfinished(folder) or not all(one.done() for one in asked):
            seen.update(path.stat().st_ino for path in folder.glob(f"[0-9]*.{extension}"))
        answers = [one.result() for one in asked]
        seen.update(path.stat().st_ino for path in kept(folder))
    assert len({one.content for one in answers}) == 1
    assert len({one.headers["etag"] for one in answers}) == 1
    assert len(answers[0].content) > 1_000_000
    assert len(seen) == 1
    are_whole = ["content-length" in one.headers for one in answers]
    assert all(are_whole) == (extension == "gpkg")


def test_a_file_that_a_killed_process_was_making_is_made_anew_and_its_rest_swept(
    many_routes: Path, tmp_path: Path
) -> None:
    shutil.copytree(many_routes, tmp_path / "store")
    folder = tmp_path / "store" / "downloads"
    with started(tmp_path / "store") as (process, client), ThreadPoolExecutor(1) as pool:
        killed = pool.submit(get, client, "routes.kml")
        while not any(path.stat().st_size for path in folder.glob(".unfinished-*/*")):
            time.sleep(0.001)
        os.killpg(process.pid, signal.SIGKILL)
        with pytest.raises(httpx.TransportError):
            killed.result()
    assert list(folder.glob("[0-9]*")) == []
    assert unfinished(folder)
    with served(tmp_path / "store") as client:
        get(client, "routes.csv")
        assert [path.suffix for path in kept(folder)] == [".csv"]
        text = get(client, "routes.kml").text
        assert text.count("<Placemark") == MANY
        assert text.endswith("</kml>\n")


def test_the_files_not_asked_for_longest_go_where_there_is_no_more_room(
    many_routes: Path, tmp_path: Path
) -> None:
    shutil.copytree(many_routes, tmp_path / "store")
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    letter = folder / "letter.txt"
    letter.write_bytes(bytes(20_000_000))
    settings = {"ROUTESHIFT_DOWNLOADS": str(folder), "ROUTESHIFT_DOWNLOADS_MB": "16"}
    sizes: dict[str, int] = {}
    with served(tmp_path / "store", **settings) as client:
        for extension, there in (
            ("csv", {".csv"}),
            ("fgb", {".csv", ".fgb"}),
            ("csv", {".csv", ".fgb"}),
            ("gpkg", {".csv", ".gpkg"}),
            ("csv", {".csv", ".gpkg"}),
            ("parquet", {".csv", ".gpkg", ".parquet"}),
            ("csv", {".csv", ".gpkg", ".parquet"}),
            ("fgb", {".csv", ".parquet", ".fgb"}),
        ):
            sizes[extension] = len(get(client, f"routes.{extension}").content)
            assert {path.suffix for path in kept(folder)} == there
            assert sum(path.stat().st_size for path in kept(folder)) <= 16_000_000
        assert sum(sizes.values()) > 16_000_000
        assert letter.exists()
        assert not (tmp_path / "store" / "downloads").exists()


def test_a_file_larger_than_all_the_room_is_sent_and_not_kept(
    many_routes: Path, tmp_path: Path
) -> None:
    shutil.copytree(many_routes, tmp_path / "store")
    folder = tmp_path / "store" / "downloads"
    with served(tmp_path / "store", ROUTESHIFT_DOWNLOADS_MB="1") as client:
        for extension in ("csv", "gpkg"):
            first, again = (get(client, f"routes.{extension}") for _ in range(2))
            assert first.content == again.content
            assert len(again.content) > 1_000_000
            assert "accept-ranges" not in again.headers
        part = get(client, "routes.csv", Range="bytes=0-9")
        assert (part.status_code, part.content) == (200, get(client, "routes.csv").content)
        assert kept(folder) == []


def test_nothing_is_kept_where_an_operator_wants_none(
    own: Served, many_routes: Path, tmp_path: Path
) -> None:
    shutil.copytree(many_routes, tmp_path / "store")
    asked = {"Accept_Encoding": "zstd", "Host": "maps.example"}
    with served(tmp_path / "store", ROUTESHIFT_DOWNLOADS_MB="0") as client:
        answer = get(client, "routes.csv", Range="bytes=0-9", **asked)
        assert (answer.status_code, answer.headers["content-encoding"]) == (200, "zstd")
        assert not (tmp_path / "store" / "downloads").exists()
    # What is compressed for one request has other bytes than what is kept.
    other = get(own[0], "routes.csv", **asked)
    assert other.content != answer.content
    assert other.headers["etag"] != answer.headers["etag"]


def test_where_there_is_no_room_texts_are_made_for_each_request(
    many_routes: Path, tmp_path: Path
) -> None:
    shutil.copytree(many_routes, tmp_path / "store")
    folder = tmp_path / "store" / "downloads"
    # No process may write a file of more than 100 kB.
    with started(tmp_path / "store", before=("prlimit", "--fsize=100000")) as (_, client):
        assert client.get("/downloads/routes.parquet").status_code == 503
        assert get(client, "routes.csv").content.count(b"\r\n") == MANY + 1
        assert kept(folder) == []


@contextmanager
def read_only(store: Path) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """A copy that the service cannot write to, and how to start it so: not as root."""
    with TemporaryDirectory(prefix="read-only-") as name:
        Path(name).chmod(0o755)
        copy = Path(name) / "store"
        shutil.copytree(store, copy)
        for path in copy.rglob("*"):
            path.chmod(0o755 if path.is_dir() else 0o644)
        copy.chmod(0o555)
        nobody = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
        yield copy, nobody if os.geteuid() == 0 else ()
        copy.chmod(0o755)


def test_beside_a_store_that_cannot_be_written_a_temporary_folder_of_our_own_keeps_files(
    many_routes: Path,
) -> None:
    with read_only(many_routes) as (store, before), TemporaryDirectory() as temporary:
        Path(temporary).chmod(0o777)
        with started(store, before=before, TMPDIR=temporary) as (_, client):
            whole = get(client, "routes.csv", Host="maps.example")
            part = get(client, "routes.csv", Host="maps.example", Range="bytes=0-9")
            assert (part.status_code, part.content) == (206, whole.content[:10])
        (folder,) = Path(temporary).iterdir()
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        (path,) = kept(folder)
        assert path.read_bytes() == whole.content
        assert not (store / "downloads").exists()

        path.write_bytes(b"somebody else's")
        folder.chmod(0o777)
        with started(store, before=before, TMPDIR=temporary) as (_, client):
            answer = get(client, "routes.csv", Host="maps.example")
            assert answer.content == whole.content
            assert "accept-ranges" not in answer.headers


def test_a_new_edition_is_another_file_and_a_pruned_one_takes_its_files_along(
    tmp_path: Path,
) -> None:
    store = FileStore(tmp_path / "store")
    folder = tmp_path / "store" / "downloads"
    line = shapely.LineString([(19, 40), (18, 41)])
    store.publish(content(versions([line], name=["First"])), "", "")
    with served(tmp_path / "store") as client:
        first = get(client, "routes.csv")
        store.publish(content(versions([line, line], name=["Second", "Third"])), "", "")
        until(lambda: client.get("/health/ready").json()["edition"] == 2)
        tag = first.headers["etag"]
        second = get(client, "routes.csv", Range="bytes=10-", If_Range=tag)
        assert second.status_code == 200
        assert b"Second" in second.content
        assert get(client, "routes.csv", If_None_Match=tag).status_code == 200
        with client.stream("GET", "/editions/1/downloads/routes.csv", headers=PLAIN) as pinned:
            assert b"".join(pinned.iter_raw()) == first.content
        assert [path.name[:2] for path in kept(folder)] == ["1-", "2-"]
        store.prune(1)
        until(lambda: client.get("/editions/1/downloads/routes.csv").status_code == 410)
        get(client, "routes.csv")
        assert [path.name[:2] for path in kept(folder)] == ["2-"]


def test_curl_goes_on_where_a_download_broke_off(own: Served, tmp_path: Path) -> None:
    client, _ = own
    whole = get(client, "routes.gpkg").content
    path = tmp_path / "routes.gpkg"
    path.write_bytes(whole[:100_000])
    address = f"{client.base_url}/downloads/routes.gpkg"
    said = subprocess.run(
        ["curl", "--silent", "--show-error", "--fail", "--continue-at", "-", "--output", str(path),
         "--write-out", "%{http_code} %{size_download}", address],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    assert said == f"206 {len(whole) - 100_000}"
    assert path.read_bytes() == whole


def test_curl_decodes_what_it_is_sent_compressed(own: Served) -> None:
    client, _ = own
    address = f"{client.base_url}/downloads/routes.geojson"
    command = ["curl", "--silent", "--fail", "--compressed", address]
    said = subprocess.run(command, check=True, capture_output=True).stdout
    assert said == get(client, "routes.geojson").content


@pytest.mark.parametrize("extension", ["fgb", "gpkg"])
def test_gdal_reads_what_lies_in_a_box_and_no_more_of_the_file_than_that_needs(
    own: Served, extension: str
) -> None:
    client, _ = own
    size = len(get(client, f"routes.{extension}").content)
    box = ("10", "40", "20", "50")
    found = subprocess.run(
        ["ogrinfo", "-al", "-geom=NO", "-spat", *box,
         f"/vsicurl/{client.base_url}/downloads/routes.{extension}"],
        check=True, capture_output=True, text=True,
        env=os.environ | {"CPL_VSIL_SHOW_NETWORK_STATS": "YES"},
    )  # fmt: skip
    query = {"bbox": ",".join(box), "limit": "1000"}
    wanted = client.get("/collections/routes/items", params=query).json()["numberMatched"]
    assert found.stdout.count("OGRFeature(routes)") >= wanted > 20
    said = re.search(r'"downloaded_bytes":(\d+)', found.stdout + found.stderr)
    assert said is not None, found.stderr
    assert int(said[1]) < size / 2


class Afar(io.RawIOBase):
    """A file on a server, of which only what is read is fetched."""

    def __init__(self, client: httpx.Client, address: str) -> None:
        self.client, self.address = client, address
        head = client.head(address, headers=PLAIN)
        self.size, self.at, self.fetched = int(head.headers["content-length"]), 0, 0

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.at

    def seek(self, to: int, whence: int = io.SEEK_SET) -> int:
        self.at = to + {io.SEEK_SET: 0, io.SEEK_CUR: self.at, io.SEEK_END: self.size}[whence]
        return self.at

    def read(self, size: int = -1) -> bytes:
        last = self.size - 1 if size < 0 else min(self.at + size, self.size) - 1
        if last < self.at:
            return b""
        headers = PLAIN | {"Range": f"bytes={self.at}-{last}"}
        answer = self.client.get(self.address, headers=headers)
        assert answer.status_code == 206
        self.at, self.fetched = last + 1, self.fetched + len(answer.content)
        return answer.content


def test_a_column_of_geoparquet_is_read_without_the_others(own: Served) -> None:
    client, _ = own
    whole = get(client, "routes.parquet").content
    afar = Afar(client, "/downloads/routes.parquet")
    column = pq.read_table(afar, columns=["mode"])
    assert column.equals(pq.read_table(io.BytesIO(whole), columns=["mode"]))
    assert 0 < afar.fetched < len(whole) / 10
