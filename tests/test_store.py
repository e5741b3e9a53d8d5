"""Every store: whole or not there, for ever the same, and readable while it is written to."""

from __future__ import annotations

import multiprocessing
import random
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal

from routes import open_store
from routes.errors import NotFound, StoreBusy
from routes.stores.addresses import shown
from routes.stores.base import Store
from tests import helpers
from tests.conftest import Place
from tests.helpers import content, title_and_row, versions

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["routes", "shapely"])


@contextmanager
def another_process(target: Any, *arguments: Any) -> Iterator[Any]:  # noqa: ANN401
    """A process of its own, gone at the end."""
    process = processes.Process(target=target, args=arguments)
    process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join(30)


@pytest.fixture
def new_store(place: Place) -> Iterator[Store]:
    with closing(open_store(place)) as store:
        yield store


@pytest.fixture
def two_editions(new_store: Store) -> Store:
    new_store.publish(title_and_row(1), "first", "an editor")
    new_store.publish(title_and_row(2), "second", "an editor")
    return new_store


def is_whole(store: Store) -> bool:
    """The newest editions say the same in manifest, frame and index, and no file is damaged."""
    for number in store.numbers()[-3:]:
        said = store.manifest(number).atlas["title"].removeprefix("Atlas ")
        assert store.frame(number, "routes")["name"].tolist() == [f"Route of {said}"]
        feature = orjson.loads(store.index(number, "routes").fragment(0))
        assert feature["properties"]["name"] == f"Route of {said}"
    return store.verify() == []


# Publishing


def test_what_was_published_is_read_back(new_store: Store) -> None:
    line = shapely.LineString([(19.5, 40.5), (18.5, 40.25)])
    shape = shapely.MultiLineString([line, [(0, 0), (1, 1)]])
    made = content(versions([line, None, shape], ["2003~/2004", None, "1389"]))
    manifest = new_store.publish(made, "a note", "an editor")
    assert (manifest.number, manifest.note, manifest.author) == (1, "a note", "an editor")
    assert manifest.collections["routes"].count == 3
    again = new_store.frame(1, "routes")
    assert_geodataframe_equal(again, made.frames["routes"])
    assert again.crs == "EPSG:4326"
    assert new_store.manifest(1) == manifest
    assert new_store.verify() == []


def test_editions_are_numbered_and_stay_as_they_were(two_editions: Store) -> None:
    assert two_editions.numbers() == [1, 2]
    assert two_editions.current() == 2
    assert two_editions.manifest(1).atlas["title"] == "Atlas 1"
    assert two_editions.frame(1, "routes")["name"].tolist() == ["Route of 1"]
    assert b"Route of 1" in two_editions.index(1, "routes").fragment(0)


def test_the_content_hash_is_the_same_whenever_and_wherever_it_is_published(
    new_store: Store, tmp_path: Path
) -> None:
    one = open_store(tmp_path / "one").publish(content(), "a note", "an editor")
    two = new_store.publish(content(), "another note", "another editor")
    assert one.content == two.content
    assert one.collections == two.collections


def test_another_content_has_another_hash(new_store: Store) -> None:
    hashes = {
        new_store.publish(made, "", "").content
        for made in (content(), content(title="Other"), content(versions([None])))
    }
    assert len(hashes) == 3


def test_editions_share_the_collections_that_did_not_change(new_store: Store) -> None:
    first = new_store.publish(content(title="One"), "", "")
    second = new_store.publish(content(title="Two"), "", "")
    assert first.collections == second.collections
    assert first.content != second.content


def test_content_that_the_newest_edition_has_makes_no_new_one_if_so_asked(
    new_store: Store,
) -> None:
    first = new_store.publish(content(), "", "", if_changed=True)
    assert new_store.publish(content(), "", "", if_changed=True) == first
    assert new_store.numbers() == [1]
    assert new_store.publish(content(title="Other"), "", "", if_changed=True).number == 2
    assert new_store.publish(content(), "", "", if_changed=True).number == 3
    assert new_store.publish(content(), "", "").number == 4


def test_a_collection_may_be_empty_or_without_geometry(new_store: Store) -> None:
    new_store.publish(content(versions([])), "", "")
    new_store.publish(content(versions([None, None], ["2003", None])), "", "")
    assert len(new_store.frame(1, "routes")) == 0
    assert new_store.manifest(1).collections["routes"].bbox is None
    assert new_store.frame(2, "routes").geometry.isna().all()
    assert new_store.manifest(2).collections["routes"].bbox is None
    dated = ("2003-01-01T00:00:00Z", "2003-12-31T23:59:59Z")
    assert new_store.manifest(2).collections["routes"].interval == dated
    assert new_store.verify() == []


def test_years_far_away_survive_publication(new_store: Store) -> None:
    valid = ["Y-99999999/Y99999999", "-9999/9999", "1389", "2500"]
    made = content(versions([None] * 4, valid))
    new_store.publish(made, "", "")
    assert_geodataframe_equal(new_store.frame(1, "routes"), made.frames["routes"])
    fragments = [orjson.loads(new_store.index(1, "routes").fragment(row)) for row in range(4)]
    starts = [one["properties"]["start_earliest"] for one in fragments]
    assert "1389-01-01T00:00:00Z" in starts


# What is not there


def test_a_new_store_has_no_edition(new_store: Store) -> None:
    assert new_store.current() is None
    assert new_store.numbers() == []
    assert new_store.verify() == []
    with pytest.raises(NotFound, match="none yet"):
        new_store.manifest(1)


@pytest.mark.parametrize("number", [0, -1, 3, 10**9])
def test_an_edition_that_is_not_there_is_named_with_those_that_are(
    two_editions: Store, number: int
) -> None:
    with pytest.raises(NotFound, match="there is 1 to 2"):
        two_editions.manifest(number)


def test_a_collection_that_is_not_there_is_named_with_those_that_are(two_editions: Store) -> None:
    with pytest.raises(NotFound, match="no collection 'roads'; there is routes"):
        two_editions.frame(1, "roads")


def test_a_publication_in_the_meantime_is_no_damage(
    new_store: Store,
) -> None:
    new_store.publish(title_and_row(1), "", "")
    assert new_store.verify(lambda _: new_store.publish(title_and_row(2), "", "") and None) == []


# Writers and readers at the same time


def test_a_second_writer_is_refused_and_told_who_the_first_is(
    new_store: Store, place: Place
) -> None:
    new_store.publish(title_and_row(1), "", "")
    ready, go_on = processes.Event(), processes.Event()
    with another_process(helpers.publish_and_wait, str(place), ready, go_on) as first:
        assert ready.wait(30)
        with pytest.raises(StoreBusy, match=rf"process {first.pid} .*try again") as caught:
            new_store.publish(title_and_row(3), "", "")
        assert shown(place) in str(caught.value)
        assert is_whole(new_store)
        assert new_store.numbers() == [1]
        go_on.set()
        first.join(30)
    assert new_store.numbers() == [1, 2]
    assert new_store.publish(title_and_row(3), "", "").number == 3


def test_readers_see_only_whole_editions_while_others_are_published(
    new_store: Store, place: Place
) -> None:
    new_store.publish(title_and_row(1), "", "")
    ready = processes.Event()
    with another_process(helpers.publish_for_ever, str(place), 2, ready):
        assert ready.wait(30)
        seen: set[int] = set()
        deadline = time.monotonic() + 30
        while len(seen) < 8 and time.monotonic() < deadline:
            number = new_store.current() or 0
            assert new_store.manifest(number).atlas["title"] == f"Atlas {number}"
            assert new_store.frame(number, "routes")["name"].tolist() == [f"Route of {number}"]
            assert f"Route of {number}".encode() in new_store.index(number, "routes").fragment(0)
            seen.add(number)
    assert len(seen) == 8


def test_a_writer_that_is_killed_leaves_the_last_edition_whole(
    new_store: Store, place: Place
) -> None:
    """SIGKILL at many moments, some in the middle of each step of a publication."""
    moments = random.Random(5)
    new_store.publish(title_and_row(1), "", "")
    for _ in range(40):
        before = new_store.current() or 0
        ready = processes.Event()
        with another_process(helpers.publish_for_ever, str(place), before + 1, ready) as writer:
            assert ready.wait(30)
            time.sleep(moments.uniform(0, 0.12))
            writer.kill()
            writer.join(30)
        after = new_store.current() or 0
        assert after >= before
        assert is_whole(new_store)
    number = new_store.current() or 0
    new_store.publish(title_and_row(number + 1), "", "")
    assert new_store.numbers() == list(range(1, number + 2))
    assert is_whole(new_store)


def test_a_writer_that_is_killed_before_any_step_leaves_the_last_edition_whole(
    new_store: Store, place: Place
) -> None:
    """Steps are what is forced to disk, or asked of a database."""
    new_store.publish(title_and_row(1), "", "")
    for step in range(100):
        with another_process(helpers.publish_and_die, str(place), 2 + step, step) as writer:
            writer.join(30)
        assert is_whole(new_store)
        if writer.exitcode == 0:
            break
        assert new_store.numbers() in ([1], [1, 2])
    # There were steps to die at: three files made aside, moved and pointed to, at the least.
    assert step > 6
