"""The store on both of its dialects: every test that takes `store` or `empty` runs on SQLite and on PostgreSQL."""

import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from db.migrate import upgrade
from db.models import Base
from db.session import Store
from tests import postgres

_numbers = itertools.count()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The folder of the socket of one server a session, with a migrated database to copy."""
    with postgres.server() as folder:
        postgres.execute(folder, "CREATE DATABASE migrated")
        with Store(postgres.url(folder, "migrated")) as store:
            if _postgis(store):
                postgres.execute(folder, "CREATE EXTENSION postgis", "migrated")
            upgrade(store)
        yield folder


def _postgis(store: Store) -> bool:
    with store.read() as conn:
        return bool(
            conn.exec_driver_sql("SELECT count(*) FROM pg_available_extensions WHERE name = 'postgis'").scalar()
        )


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file to copy."""
    path = tmp_path_factory.mktemp("template") / "store.sqlite"
    with Store(f"sqlite:///{path}") as store:
        upgrade(store)
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def dialect(request: pytest.FixtureRequest) -> str:
    """Which of the two."""
    return str(request.param)


def _sqlite(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    path = tmp_path / "store.sqlite"
    shutil.copy(request.getfixturevalue("sqlite_template"), path)
    with Store(f"sqlite:///{path}") as store:
        yield store


def _database(folder: str, template: str) -> Iterator[Store]:
    name = f"test_{next(_numbers)}"
    postgres.execute(folder, f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        with Store(postgres.url(folder, name)) as store:
            yield store
    finally:
        postgres.execute(folder, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def empty(request: pytest.FixtureRequest, dialect: str, tmp_path: Path) -> Iterator[Store]:
    """A store with nothing in it, not even a schema."""
    if dialect == "sqlite":
        with Store(f"sqlite:///{tmp_path / 'store.sqlite'}") as store:
            yield store
    else:
        yield from _database(request.getfixturevalue("postgres_server"), "template0")


@pytest.fixture
def own(request: pytest.FixtureRequest, dialect: str, tmp_path: Path) -> Iterator[Store]:
    """A store with its schema, which the test may change."""
    if dialect == "sqlite":
        yield from _sqlite(request, tmp_path)
    else:
        yield from _database(request.getfixturevalue("postgres_server"), "migrated")


@pytest.fixture(scope="session")
def emptied(postgres_server: str) -> Iterator[Store]:
    """A database that tests take in turns: emptying it is five times faster than making one."""
    yield from _database(postgres_server, "migrated")


@pytest.fixture
def store(request: pytest.FixtureRequest, dialect: str, tmp_path: Path) -> Iterator[Store]:
    """A store with its schema and no rows."""
    if dialect == "sqlite":
        yield from _sqlite(request, tmp_path)
        return
    shared: Store = request.getfixturevalue("emptied")
    yield shared
    with shared.write() as conn:
        # deleting next to nothing is quicker than truncating, which costs a file a table and index
        conn.exec_driver_sql("TRUNCATE reviews")  # from which nothing can be deleted
        for table in reversed(Base.metadata.sorted_tables):
            conn.execute(table.delete())
