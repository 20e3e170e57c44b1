"""The schema: made from nothing, made twice, equal to the models, and safe for what is stored already."""

import sqlite3

import pytest
from alembic import command
from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Column, Integer, MetaData, Table, inspect, text
from sqlalchemy.exc import IntegrityError

from db.migrate import config, create_rebuilt, current, drop_rebuilt, head, statements, upgrade
from db.models import Base
from db.session import Store
from db.types import Json
from tests.contract.dialects import on_postgresql, on_sqlite
from tests.contract.made import count, saved_post, saved_sightings

VIEWS = (
    "v_sightings", "v_tracks", "v_track_points", "v_track_changes", "v_heading_to_airbase", "v_evidence_trail",
    "v_source_health", "v_backlog", "v_public_sightings", "v_removed_posts", "v_withheld", "v_custody",
    "v_posts", "v_mentions", "v_media", "v_alerts", "v_footage", "v_detections",
)  # fmt: skip


@pytest.fixture
def store(own: Store) -> Store:
    """These tests change the schema."""
    return own


def test_a_store_is_made_from_nothing(empty: Store) -> None:
    assert current(empty) is None
    upgrade(empty)
    assert current(empty) == head()
    assert set(inspect(empty.engine).get_table_names()) >= set(Base.metadata.tables)


def outdate(store: Store) -> None:
    """As if the views had been written by an older program."""
    with store.write() as conn:
        conn.exec_driver_sql("UPDATE ddl_state SET digest = 'older'")


def test_upgrading_again_keeps_everything(store: Store) -> None:
    with store.write() as conn:
        saved_post(conn)
    upgrade(store)
    outdate(store)
    upgrade(store)
    with store.read() as conn:
        assert count(conn, "posts") == 1
    assert set(inspect(store.engine).get_view_names()) >= set(VIEWS)


def test_the_migrations_and_the_models_say_the_same(store: Store) -> None:
    with store.write() as conn:
        command.check(config(conn))  # raises when autogenerate would write something


def test_all_of_the_schema_can_be_taken_down_again(store: Store) -> None:
    with store.write() as conn:
        drop_rebuilt(conn)
        if store.is_sqlite:
            conn.exec_driver_sql("DROP TABLE posts_fts")
            conn.exec_driver_sql("DROP TABLE sightings_rtree")
        command.downgrade(config(conn), "base")
    assert not set(inspect(store.engine).get_table_names()) & set(Base.metadata.tables)


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_can_be_selected_from_when_nothing_is_there(store: Store, view: str) -> None:
    with store.read() as conn:
        assert conn.execute(text(f"SELECT * FROM {view}")).fetchall() == []


def test_a_migration_that_fails_half_way_leaves_nothing(empty: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("db.migrate.create_rebuilt", fails)
    with pytest.raises(OSError, match="disk is full"):
        upgrade(empty)
    assert current(empty) is None
    assert inspect(empty.engine).get_table_names() == []


def test_views_and_triggers_survive_an_upgrade(store: Store) -> None:
    outdate(store)
    upgrade(store)
    with store.write() as conn:
        saved_sightings(conn, "1", "2")
    with store.read() as conn:
        assert count(conn, "v_sightings") == 2
        if store.is_sqlite:
            assert count(conn, "posts_fts", "posts_fts MATCH 'text'") == 2
            assert count(conn, "sightings_rtree") == 2


@on_sqlite
def test_recreating_a_table_deletes_no_rows_of_its_children(store: Store) -> None:
    """A batch recreate drops the old table: with foreign keys on, SQLite would delete what belongs to it."""
    with store.write() as conn:
        saved_sightings(conn, "1", "2")
    with store.engine.connect().execution_options(convoywatch_write=True) as conn:
        dbapi = conn.connection.dbapi_connection
        assert dbapi is not None
        dbapi.execute("PRAGMA foreign_keys=OFF")
        with conn.begin():
            drop_rebuilt(conn)
            operations = Operations(MigrationContext.configure(conn))
            with operations.batch_alter_table("posts", recreate="always") as batch:
                batch.add_column(Column("added", Integer()))
            create_rebuilt(conn)
    with store.read() as conn:
        assert count(conn, "posts") == 2
        assert count(conn, "sighting_members") == 2
        assert count(conn, "post_aliases") == 2
        assert conn.exec_driver_sql("PRAGMA foreign_key_check").fetchall() == []
    with store.write() as conn:  # the triggers are there again
        saved_post(conn, "chan/9", "восстановленный")
        assert count(conn, "posts_fts", "posts_fts MATCH 'восстановленный'") == 1


@on_sqlite
def test_an_upgrade_that_finds_orphans_changes_nothing(store: Store) -> None:
    with sqlite3.connect(str(store.url.database)) as raw:
        raw.execute("INSERT INTO copy_keys VALUES (4711, 'text', 'x')")
    raw.close()
    outdate(store)
    with pytest.raises(RuntimeError, match="1 rows without their owner"):
        upgrade(store)


def test_an_analysts_own_views_outlive_an_upgrade(store: Store) -> None:
    with store.write() as conn:
        conn.exec_driver_sql("CREATE VIEW my_homs AS SELECT id, place FROM v_sightings WHERE place = 'Homs'")
        conn.exec_driver_sql("CREATE VIEW my_many AS SELECT id FROM my_homs")
        saved_sightings(conn, "1")
    outdate(store)
    upgrade(store)
    with store.read() as conn:
        assert count(conn, "my_many") == 1


def test_an_up_to_date_store_is_not_touched_by_an_upgrade(store: Store) -> None:
    """A program that starts must not wait for, or hold up, one that writes."""
    with store.write() as conn:
        saved_post(conn)
        upgrade(store)
        assert count(conn, "posts") == 1


def test_json_columns_are_printed_by_autogenerate(store: Store) -> None:
    """JSON().with_variant(JSONB) is not: it comes out as something that cannot be run."""
    wanted = MetaData()
    Table("wanted", wanted, Column("extra", Json, nullable=False))
    with store.read() as conn:
        context = MigrationContext.configure(conn, opts={"include_object": lambda _o, name, *_: name == "wanted"})
        upgrades = produce_migrations(context, wanted).upgrade_ops
        assert upgrades is not None
        code = render_python_code(upgrades)
    assert "db.types.Json(" in code
    assert "Variant" not in code
    assert "with_variant" not in code


def test_foreign_keys_are_on(store: Store) -> None:
    with pytest.raises(IntegrityError), store.write() as conn:
        conn.exec_driver_sql("INSERT INTO copy_keys (post_id, kind, value) VALUES (4711, 'text', 'x')")


def test_two_programs_may_upgrade_at_once(empty: Store) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def one(_: int) -> None:
        with Store(empty.url) as mine:
            upgrade(mine)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(one, range(3)))
    assert current(empty) == head()


def test_a_ddl_file_is_split_at_its_marks_only() -> None:
    script = "-- a comment\n--;\nCREATE x BEGIN a; b; END\n--;\nSELECT 1"
    assert statements(script) == ["CREATE x BEGIN a; b; END", "SELECT 1"]


@on_postgresql
def test_postgis_is_used_where_it_is(store: Store) -> None:
    with store.read() as conn:
        if not count(conn, "pg_extension", "extname = 'postgis'"):
            pytest.skip("the server has no PostGIS (`apt-get install postgresql-postgis`)")
    with store.write() as conn:
        saved_sightings(conn, "1")
        near = "ST_DWithin(ddl_geog, ST_MakePoint(36.7, 34.7)::geography, 10000)"
        assert count(conn, "sightings", near) == 1
