"""What measures the service: loads are counted whole, ratios summed up, and nothing flatters."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from xml.etree import ElementTree

import pytest

from benchmarks import plot, processes
from benchmarks.aims import DATABASE, PEERS, PUBLICATION
from benchmarks.answering import OfAKind, OfAPeer, ids
from benchmarks.driving import Compared, Ratio
from benchmarks.importing import Publication
from benchmarks.load import drive, length_of
from benchmarks.plot import Bar
from benchmarks.questions import OF_ITEMS, REPEATED, kinds
from benchmarks.results import Results, verdicts
from benchmarks.starting import Start

BODY = b"x" * 3_000_000
BURNS_S = 0.3
BURN = f"import time\nwhile time.process_time() < {BURNS_S}: pass\ninput()"


@pytest.fixture
def asked() -> list[str]:
    """The paths that the server below was asked for."""
    return []


@pytest.fixture
def port(asked: list[str]) -> Iterator[int]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked.append(self.path)
            body = BODY if self.path == "/large" else b"ok"
            self.send_response(404 if self.path == "/missing" else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_a_load_counts_each_answer_and_waits_for_the_last(port: int, asked: list[str]) -> None:
    done = drive(port, ["/one", "/two"], 0, 0.2, connections=3)
    assert done.answered == len(asked) > 3
    assert set(asked) == {"/one", "/two"}


def test_a_load_goes_on_with_the_target_that_it_is_told(port: int, asked: list[str]) -> None:
    drive(port, ["/0", "/1", "/2"], 5, 0, connections=1)
    assert asked == ["/2"]


def test_a_large_answer_counts_once_and_whole(port: int) -> None:
    done = drive(port, ["/large"], 0, 0, connections=1)
    assert (done.answered, done.mean_bytes) == (1, len(BODY))


def test_a_load_stops_at_an_answer_that_is_a_fault(port: int) -> None:
    with pytest.raises(ValueError, match="404"):
        drive(port, ["/missing"], 0, 0, connections=1)


def test_an_answer_has_to_say_how_long_it_is() -> None:
    assert length_of(b"HTTP/1.1 200 OK\r\nserver: x\r\nCONTENT-length: 12") == 12
    assert length_of(b"HTTP/1.1 204 No Content\r\nserver: x") == 0
    with pytest.raises(ValueError, match="without Content-Length"):
        length_of(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked")


def test_the_time_of_a_process_counts_with_the_one_that_started_it() -> None:
    me = (os.getpid(),)
    before = processes.cpu_s(me) or 0
    with subprocess.Popen([sys.executable, "-c", BURN], stdin=subprocess.PIPE) as child:
        assert child.pid in processes.tree(me)
        child.communicate(b"\n")
    assert child.pid not in processes.tree(me)
    assert (processes.cpu_s(me) or 0) - before > BURNS_S / 2


def test_a_ratio_is_the_median_of_its_rounds() -> None:
    assert str(Ratio.of([0.041, 30, 2.04])) == "2 (0.041-30)"


def test_random_requests_are_distinct_and_peers_are_asked_as_many() -> None:
    for kind in kinds(10_000):
        assert len(set(kind.targets)) == len(kind.targets)
        assert (len(kind.targets) == 1) is kind.repeated
        for wording in (one for ways in kind.peers.values() for one in ways):
            assert len(set(wording.targets)) == len(kind.targets)


def test_features_are_known_by_their_ids_alone_or_in_a_collection() -> None:
    assert ids({"type": "Feature", "id": "a"}) == ["a"]
    assert ids({"type": "FeatureCollection", "features": [{"id": 1}, {"id": 2}]}) == ["1", "2"]
    assert ids({"type": "FeatureCollection", "features": []}) == []


def test_of_the_ways_to_ask_a_peer_the_one_that_flatters_least_counts() -> None:
    of_a_peer = [OfAPeer("tipg", "by filter", _compared(90)), OfAPeer("tipg", "any", _compared(30))]
    told = {(aim.said, of): (value, aim.verdict(value))
            for aim, of, value in verdicts(_results(of_a_peer))}  # fmt: skip
    assert told[PEERS["tipg"].said, OF_ITEMS[0]] == (30, "reached")
    assert told[DATABASE["files"].said, OF_ITEMS[0]] == (0.25, "missed")
    assert told[DATABASE["pygeoapi"].said, OF_ITEMS[0]] == (30, "reached")
    assert told[PUBLICATION.said, ""] == (0.9, "reached")
    assert PUBLICATION.verdict(0.4) == "aim"
    assert PUBLICATION.verdict(1.1) == "missed"


def test_a_plot_draws_a_bar_from_one_to_the_median() -> None:
    bars = [Bar("a < b", Ratio(0.1, 0.1, 0.1)), Bar("b", Ratio(10, 8, 20), PEERS["tipg"])]
    drawing = ElementTree.fromstring(plot.svg("Ratios", bars))
    shapes = [one for one in drawing.findall(".//{*}rect") if one.get("y")]
    (low_x, low_width), (high_x, high_width) = [
        (float(one.attrib["x"]), float(one.attrib["width"])) for one in shapes
    ]
    assert low_width == pytest.approx(high_width, abs=0.2)
    assert low_x + low_width == pytest.approx(high_x, abs=0.2)
    assert len(drawing.findall(".//{*}circle")) == 2


def _compared(rate: float) -> Compared:
    return Compared(Ratio.of([rate]), None, Ratio.of([rate]), 1)


def _results(of_a_peer: list[OfAPeer]) -> Results:
    stored = [OfAPeer("files", "the same", _compared(0.25)),
              OfAPeer("pygeoapi", "by filter", _compared(90)),
              OfAPeer("pygeoapi", "any day", _compared(30))]  # fmt: skip
    answers = {
        kind: OfAKind(1, _compared(0.2), of_a_peer, stored) for kind in (*OF_ITEMS, *REPEATED)
    }
    start = Start(2, Ratio.of([10]))
    publication = Publication("ogr2ogr", Ratio.of([0.9]), 0.5, 0.4, 1, 1, 0)
    return Results(1, 1, 1, "3", start, publication, answers, {}, {}, peers={"tipg": "1"})
