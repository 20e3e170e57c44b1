"""The store on both of its dialects: every test that takes `store` or `empty` runs on SQLite and on PostgreSQL."""

import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from db.migrate import upgrade
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


def _opened(request: pytest.FixtureRequest, dialect: str, tmp_path: Path, *, migrated: bool) -> Iterator[Store]:
    if dialect == "sqlite":
        path = tmp_path / "store.sqlite"
        if migrated:
            shutil.copy(request.getfixturevalue("sqlite_template"), path)
        with Store(f"sqlite:///{path}") as store:
            yield store
        return
    folder = request.getfixturevalue("postgres_server")
    name = f"test_{next(_numbers)}"
    postgres.execute(folder, f"CREATE DATABASE {name} TEMPLATE {'migrated' if migrated else 'template0'}")
    try:
        with Store(postgres.url(folder, name)) as store:
            yield store
    finally:
        postgres.execute(folder, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def empty(request: pytest.FixtureRequest, dialect: str, tmp_path: Path) -> Iterator[Store]:
    """A store with nothing in it, not even a schema."""
    yield from _opened(request, dialect, tmp_path, migrated=False)


@pytest.fixture
def store(request: pytest.FixtureRequest, dialect: str, tmp_path: Path) -> Iterator[Store]:
    """A store with its schema."""
    yield from _opened(request, dialect, tmp_path, migrated=True)
