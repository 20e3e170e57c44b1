"""How a command gets at the configuration and the store."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy.exc import ArgumentError, OperationalError

from collector.errors import ConvoywatchError, Misconfigured
from collector.settings import Settings, load
from db.migrate import current, head
from db.session import Store


def settings(ctx: click.Context) -> Settings:
    """The configuration that --config, or the folder, names."""
    return load(ctx.find_root().obj)


@contextmanager
def store(ctx: click.Context, *, existing: bool = True) -> Iterator[Store]:
    """The opened store. With `existing`, it must be there and at this program's schema."""
    wanted = settings(ctx)
    try:
        with Store(wanted.store_url) as opened:
            if wanted.dispatch != "local":
                from collector.dispatch.postgres import arm

                arm(opened, wanted)
            if existing:
                _ready(opened, wanted)
            yield opened
    except ArgumentError as error:
        raise Misconfigured(f"store: {error}; write sqlite:///FILE or postgresql+psycopg://...") from error
    except OperationalError as error:
        raise ConvoywatchError(f"the store {wanted.store_url} does not answer: {error.orig}") from error


def _ready(opened: Store, wanted: Settings) -> None:
    at = current(opened) if not opened.is_sqlite or _file_there(opened) else None
    if at is None:
        raise Misconfigured(
            f"there is no store at {wanted.store_url} yet: run `convoywatch run` or `convoywatch ingest`"
        )
    if at != head():
        raise Misconfigured(f"the store is at schema {at}, this program needs {head()}: run `convoywatch db upgrade`")


def _file_there(opened: Store) -> bool:
    from pathlib import Path

    return Path(opened.url.database or "").is_file()
