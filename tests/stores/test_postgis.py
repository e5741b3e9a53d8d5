"""The store in a database: what it costs, what is said of damage, and who may do what to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import geopandas
import numpy as np
import orjson
import pandas as pd
import psycopg
import pytest
import shapely

from routes.errors import NotFound, StoreDamaged, StoreError
from routes.query import Query
from routes.stores.base import FORMAT
from routes.stores.postgis import PostgisStore, migrating
from routes.tree import Box
from tests import helpers
from tests.databases import HASTY, Databases
from tests.helpers import content, title_and_row, versions
from tests.test_store import another_process, is_whole, processes
from tools.postgresql import postgresql
from tools.running import free_port


@pytest.fixture
def new_store(address: str) -> Iterator[PostgisStore]:
    with closing(PostgisStore(address)) as store:
        yield store


def told(address: str, question: str) -> list[tuple[object, ...]]:
    with psycopg.connect(address, autocommit=True) as connection:
        return connection.execute(question).fetchall()


def do(address: str, statement: str) -> None:
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(statement)


def count(address: str, table: str) -> int:
    ((number,),) = told(address, f"SELECT count(*) FROM routeshift.{table}")
    assert isinstance(number, int)
    return number


def grid(count: int) -> geopandas.GeoDataFrame:
    """Route versions that all have their place on the map, with corners that stay."""
    spots = [(0, 0), (60, 60), *((20 + row % 10, 20 + row // 10) for row in range(count - 2))]
    return versions([shapely.LineString([spot, (spot[0] + 0.5, spot[1])]) for spot in spots])


# What an edition costs


def test_an_edition_costs_the_rows_that_it_changes(new_store: PostgisStore, address: str) -> None:
    before = grid(100)
    new_store.publish(content(before), "", "")
    assert count(address, "rows") == 100
    after = before.drop(index=[50]).reset_index(drop=True)
    after.loc[7, "name"] = "Another name"
    added = grid(102).iloc[[100, 101]]
    after = geopandas.GeoDataFrame(pd.concat([after, added], ignore_index=True), crs="EPSG:4326")
    new_store.publish(content(after), "", "")
    assert count(address, "rows") == 103
    assert [len(new_store.index(number, "routes")) for number in (1, 2)] == [100, 101]
    assert new_store.verify() == []


def test_rows_that_come_in_another_order_are_written_anew_and_no_others(
    new_store: PostgisStore, address: str
) -> None:
    new_store.publish(content(grid(60)), "", "")
    far = grid(61)
    # As the Hilbert curve is laid over all that there is, this changes the order of much.
    far.loc[60, "geometry"] = shapely.LineString([(-170, -80), (170, -80)])
    new_store.publish(content(far), "", "")
    assert 61 < count(address, "rows") <= 121
    assert new_store.verify() == []


def test_an_edition_that_changes_no_collection_writes_no_row(
    new_store: PostgisStore, address: str
) -> None:
    new_store.publish(content(grid(10), title="One"), "", "")
    tables = ("rows", "revisions", "records", "pieces")
    before = [count(address, table) for table in tables]
    new_store.publish(content(grid(10), title="Two"), "", "")
    assert [count(address, table) for table in tables] == before
    assert new_store.current() == 2


def test_columns_that_a_correction_leaves_are_kept_once(
    new_store: PostgisStore, address: str
) -> None:
    chance = np.random.default_rng(3)
    lines = list(shapely.linestrings(chance.uniform((10, 10), (20, 20), (20_000, 4, 2))))
    frame = versions(lines)
    new_store.publish(content(frame), "", "")
    size = "SELECT sum(length(content))::int8 FROM routeshift.pieces"
    ((first,),) = told(address, size)
    frame.loc[9, "caveat"] = "Read otherwise by others"
    new_store.publish(content(frame), "", "")
    ((both,),) = told(address, size)
    assert both < 1.2 * first  # type: ignore[operator]
    assert new_store.verify() == []


def test_what_no_edition_has_any_more_is_swept(new_store: PostgisStore, address: str) -> None:
    for number in (1, 2, 3):
        new_store.publish(title_and_row(number), "", "")
    old = new_store.index(1, "routes")
    new_store.prune(1)
    tables = ("rows", "revisions", "trees", "editions", "removed")
    assert [count(address, table) for table in tables] == [1, 1, 5, 1, 2]
    left = (
        "SELECT FROM routeshift.pieces WHERE sha256 NOT IN (SELECT piece FROM routeshift.records)"
    )
    assert told(address, left) == []
    assert told(address, "SELECT count(DISTINCT sha256) FROM routeshift.records") == [(1,)]
    with pytest.raises(StoreDamaged, match="revision 1 of routes are missing: pruned, or lost"):
        old.fragment(0)
    assert new_store.publish(title_and_row(4), "", "").number == 4
    assert is_whole(new_store)


def test_a_revision_has_no_number_that_another_had(new_store: PostgisStore, address: str) -> None:
    new_store.publish(title_and_row(1), "", "")
    new_store.publish(title_and_row(2), "", "")
    new_store.publish(new_store.content(1), "", "")
    # The newest revision goes: edition 3 says what edition 1 said.
    new_store.prune(1)
    assert told(address, "SELECT revision FROM routeshift.revisions") == [(1,)]
    new_store.publish(title_and_row(2), "", "")
    assert told(address, "SELECT revision FROM routeshift.revisions ORDER BY 1") == [(1,), (3,)]
    assert is_whole(new_store)


# Damage

DAMAGES = {
    "UPDATE {s}.current SET sha256 = repeat('0', 64)": "editions, number 2",
    "UPDATE {s}.current SET number = 3": "editions, number 3",
    "UPDATE {s}.editions SET document = set_byte(document, 40, 0) WHERE number = 1":
        "editions, number 1",
    "DELETE FROM {s}.editions WHERE number = 1": "editions, number 1",
    "UPDATE {s}.pieces SET content = set_byte(content, 2, 0)": "records, ",
    "DELETE FROM {s}.records WHERE position = 0": "records, ",
    "UPDATE {s}.revisions SET format = 0 WHERE revision = 2": "revisions, routes",
    "UPDATE {s}.revisions SET bbox = '{{0,0,1,1}}'": "revisions, routes, revision 1",
    "UPDATE {s}.revisions SET interval = '{{1900,1901}}'": "revisions, routes, revision 1",
    "UPDATE {s}.revisions SET count = 7": "revisions, routes, revision 2",
    "UPDATE {s}.revisions SET places = '\\x00'": "revisions, routes, revision 2",
    "UPDATE {s}.trees SET content = set_byte(content, 40, 7)": "revisions, routes, revision 1",
    "DELETE FROM {s}.trees": "revisions, routes, revision 1",
    "DELETE FROM {s}.rows WHERE since = 2": "rows, routes, revision 2",
    "UPDATE {s}.rows SET until = 9": "rows, routes, revision 2",
    "UPDATE {s}.rows SET place = place + 1": "revisions, routes, revision 1",
    "UPDATE {s}.rows SET id = id || ' '": "rows, routes, revision 1",
    "UPDATE {s}.rows SET geom = ST_Translate(geom, 1e-9, 0)": "rows, routes, revision 1",
    "UPDATE {s}.rows SET west = west + 1e-9": "rows, routes, revision 1",
    "UPDATE {s}.rows SET end_earliest = 0": "rows, routes, revision 1",
    "UPDATE {s}.rows SET attested_until = 0": "rows, routes, revision 1",
    "UPDATE {s}.rows SET fragment = set_byte(fragment, 60, 48)": "rows, routes, revision 1",
    "UPDATE {s}.rows SET digest = '\\x00'": "rows, routes, revision 1",
}  # fmt: skip


@pytest.fixture(scope="module")
def two_editions(databases: Databases) -> Iterator[str]:
    """A database with two editions; to be copied, not to be changed."""
    with databases.one() as address:
        with closing(PostgisStore(address)) as store:
            store.publish(title_and_row(1), "first", "an editor")
            store.publish(title_and_row(2), "second", "an editor")
        yield address


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_found_wherever_it_is_and_named(
    databases: Databases, two_editions: str, damage: str
) -> None:
    copy = databases.new(two_editions.rpartition("/")[2])
    with closing(PostgisStore(copy)) as store:
        assert store.verify() == []
        do(copy, damage.format(s="routeshift"))
        said = [str(one) for one in store.verify()]
        assert any(one.startswith(DAMAGES[damage]) for one in said), said
        for number in (1, 2):
            try:
                store.frame(number, "routes")
                store.index(number, "routes").page(Query((Box(18.5, 40, 19, 40.5),)))
            except (StoreError, NotFound):
                continue
    databases.drop(copy)


def test_an_edition_of_a_newer_format_is_refused_with_what_to_do(
    databases: Databases, two_editions: str
) -> None:
    copy = databases.new(two_editions.rpartition("/")[2])
    with closing(PostgisStore(copy)) as store:
        document = orjson.loads(store.documents.document(2) or b"") | {"format": FORMAT + 1}
        with psycopg.connect(copy) as connection:
            connection.execute(
                "UPDATE routeshift.editions SET document = %s WHERE number = 2",
                (orjson.dumps(document),),
            )
        with pytest.raises(StoreError, match=f"store format {FORMAT + 1}, .*newer.*Upgrade it"):
            store.manifest(2)
        assert store.manifest(1).number == 1
    databases.drop(copy)


def test_rows_of_another_form_are_made_again_when_they_are_asked_for(
    new_store: PostgisStore, address: str
) -> None:
    new_store.publish(title_and_row(1), "", "")
    before = new_store.index(1, "routes").fragment(0)
    do(address, "UPDATE routeshift.revisions SET format = 0")
    do(address, "UPDATE routeshift.rows SET fragment = 'of old', digest = 'of old'")
    assert new_store.index(1, "routes").fragment(0) == before
    assert new_store.verify() == []


# Migrations


def test_the_tables_go_up_and_down_and_leave_nothing(address: str) -> None:
    with psycopg.connect(address, autocommit=True) as connection:
        newest = migrating.migrations()[-1].number
        up = migrating.migrate(connection, "here")
        assert [one.split()[:3] for one in up][-1] == ["up", "to", f"{newest},"]
        assert migrating.migrate(connection, "here") == []
        down = migrating.migrate(connection, "here", to=0)
        assert len(down) == len(up) == newest
        left = connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'routeshift'::regnamespace"
            " AND relkind IN ('r', 'S', 'v')"
        ).fetchall()
        assert left == [("migrations",)]
        assert migrating.migrate(connection, "here") == up
        with pytest.raises(StoreError, match=rf"no form {newest + 1} .*0 to {newest}"):
            migrating.migrate(connection, "here", to=newest + 1)


@pytest.mark.parametrize(
    ("change", "remedy"),
    [
        ("DELETE FROM routeshift.migrations", r"have form 0, .* Run `routeshift migrate`"),
        ("INSERT INTO routeshift.migrations VALUES (99, 'new', now())", "have form 99, .*Upgrade"),
    ],
)
def test_tables_of_another_form_are_refused_with_what_to_do(
    new_store: PostgisStore, address: str, change: str, remedy: str
) -> None:
    new_store.publish(title_and_row(1), "", "")
    do(address, change)
    with closing(PostgisStore(address)) as store:
        with pytest.raises(StoreError, match=remedy):
            store.current()
        with pytest.raises(StoreError, match=remedy):
            store.publish(title_and_row(2), "", "")


# What stands against it


def test_where_nothing_listens_the_address_is_said_and_the_password_is_not() -> None:
    address = f"postgresql://editor:secret@127.0.0.1:{free_port()}/atlas"
    with pytest.raises(StoreError, match=r"postgresql://127.0.0.1:\d+/atlas: .*refused") as caught:
        PostgisStore(address).current()
    assert "secret" not in str(caught.value)


def test_an_address_that_cannot_be_read_is_refused_with_a_right_one() -> None:
    with pytest.raises(StoreError, match="postgresql://user@host:5432/database") as caught:
        PostgisStore("postgresql://editor:secret@[host/atlas")
    assert "secret" not in str(caught.value)


def test_a_database_that_is_not_there_is_named(databases: Databases) -> None:
    with pytest.raises(StoreError, match='database "nowhere" does not exist'):
        PostgisStore(databases.server.address("nowhere")).current()


def test_where_postgis_may_not_be_installed_it_is_said_who_can(databases: Databases) -> None:
    databases.command("CREATE ROLE editor LOGIN")
    plain = databases.new("template0")
    name = plain.rpartition("/")[2]
    databases.command(f"GRANT CREATE ON DATABASE {name} TO editor")
    store = PostgisStore(plain.replace("routeshift@", "editor@"))
    with pytest.raises(StoreError, match=r"has no PostGIS.*administrator run CREATE EXTENSION"):
        store.publish(title_and_row(1), "", "")
    store.close()
    databases.drop(plain)


def test_a_service_needs_to_read_and_no_more(databases: Databases, address: str) -> None:
    databases.command("CREATE ROLE reader LOGIN")
    with closing(PostgisStore(address)) as store:
        store.publish(title_and_row(1), "", "")
    do(address, "GRANT USAGE ON SCHEMA routeshift TO reader")
    do(address, "GRANT SELECT ON ALL TABLES IN SCHEMA routeshift TO reader")
    with closing(PostgisStore(address.replace("routeshift@", "reader@"))) as store:
        assert is_whole(store)
        with pytest.raises(StoreError, match=r"the edition was not published: .*permission denied"):
            store.publish(title_and_row(2), "", "")
        assert store.numbers() == [1]


def test_a_question_that_takes_too_long_is_ended_and_it_is_said(
    new_store: PostgisStore, address: str
) -> None:
    new_store.publish(title_and_row(1), "", "")
    with closing(PostgisStore(address, within_s=1)) as store, psycopg.connect(address) as other:
        index = store.index(1, "routes")
        other.execute("LOCK TABLE routeshift.rows")
        with pytest.raises(StoreError, match="took longer than 1 s"):
            index.page(Query((Box(18.5, 40, 19, 40.5),)))
        other.rollback()
        assert len(index.page(Query((Box(18.5, 40, 19, 40.5),))).rows) == 1


def test_a_text_that_no_database_holds_is_refused_and_nothing_is_published(
    new_store: PostgisStore,
) -> None:
    new_store.publish(title_and_row(1), "", "")
    frame = versions([None], route=["a\0b"])
    with pytest.raises(StoreError, match=r"the edition was not published: .*0x00"):
        new_store.publish(content(frame), "", "")
    assert new_store.numbers() == [1]
    assert is_whole(new_store)


def test_a_server_that_falls_in_the_midst_of_a_publication_leaves_the_last_edition() -> None:
    # Here the disk is waited for.
    with postgresql([one for one in HASTY if "fsync" not in one and "full" not in one]) as server:
        address = server.address()
        store = PostgisStore(address)
        store.publish(title_and_row(1), "", "")
        ready, go_on = processes.Event(), processes.Event()
        with another_process(helpers.publish_and_wait, address, ready, go_on):
            assert ready.wait(30)
            server.stop("immediate")
        server.start()
        # Who asked before goes on without being told.
        assert store.numbers() == [1]
        assert is_whole(store)
        assert store.publish(title_and_row(2), "", "").number == 2
        server.stop("immediate")
        server.start()
        assert store.numbers() == [1, 2]
        assert is_whole(store)
        store.close()


def test_what_was_fetched_to_this_machine_is_gone_with_the_store(address: str) -> None:
    store = PostgisStore(address)
    store.publish(title_and_row(1), "", "")
    file = store.content(1).files["routes"]
    assert file.is_file()
    kept = store.content(1)
    store.close()
    assert not file.parent.exists()
    assert kept.files["routes"] == file


def test_a_copy_of_the_database_is_read_where_one_is_named(
    databases: Databases, two_editions: str
) -> None:
    copy = databases.new(two_editions.rpartition("/")[2])
    main = databases.new(two_editions.rpartition("/")[2])
    with closing(PostgisStore(main, copy)) as store:
        assert store.publish(title_and_row(3), "", "").number == 3
        assert store.numbers() == [1, 2]
    with closing(PostgisStore(main)) as store:
        assert store.numbers() == [1, 2, 3]
    for one in (copy, main):
        databases.drop(one)
