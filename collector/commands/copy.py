"""convoywatch db copy: a whole store from one database to another."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy.exc import ArgumentError, OperationalError

from collector.commands.open import settings
from collector.commands.output import as_json, plain
from collector.errors import ConvoywatchError, Misconfigured
from collector.lock import DaemonLock
from db.session import Store
from db.transfer import CannotCopy, Told, copy_store, count_rows


@click.command(name="copy")
@click.argument("origin", metavar="FROM")
@click.argument("target", metavar="TO")
@as_json
@click.pass_context
def copy(ctx: click.Context, origin: str, target: str, machine: bool) -> None:
    """Copy a whole store to an empty database: SQLite to PostgreSQL, or back. FROM and TO are addresses, as `store` in
    the configuration, or SQLite files.

    Stop the daemon first. Killed, it goes on when called again. Counts and digests of every table are compared.
    """
    wanted = settings(ctx)
    if _address(origin) == wanted.store_url and DaemonLock(wanted.data).held():
        raise Misconfigured("a daemon works on this store: stop it first, or what it stores meanwhile stays behind")
    with _opened(origin) as source, _opened(target, new=True) as other, bar(source, 2) as told:
        try:
            moved = copy_store(source, other, told)
        except CannotCopy as error:
            raise ConvoywatchError(f"db copy: {error}") from error
    for one in moved if machine else ():
        click.echo(json.dumps({"table": one.table, "rows": one.rows, "digest": one.digest}))
    if not machine:
        rows = sum(one.rows for one in moved)
        click.echo(f"{rows:,} rows in {len(moved)} tables copied; counts and digests agree. Now name it as `store`.")
        if not _address(target).startswith("sqlite"):
            click.echo('For many machines (dispatch = "postgres"): `db upgrade`, then `dispatch rebuild`.')


def _address(given: str) -> str:
    return given if "://" in given else f"sqlite:///{Path(given).resolve()}"


@contextmanager
def _opened(given: str, *, new: bool = False) -> Iterator[Store]:
    address = _address(given)
    try:
        with Store(address) as opened:
            if opened.is_sqlite and not new and not Path(opened.url.database or "").is_file():
                raise Misconfigured(f"there is no store {plain(given)}")
            yield opened
    except ArgumentError as error:
        raise Misconfigured(f"{plain(given)}: write sqlite:///FILE or postgresql+psycopg://...") from error
    except OperationalError as error:
        raise ConvoywatchError(f"the store {plain(given)} does not answer: {error.orig}") from error


@contextmanager
def bar(source: Store, passes: int) -> Iterator[Told]:
    """A bar over the rows of a store, which are gone through so many times."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as drawn:
        task = drawn.add_task("", total=None)

        def told(doing: str, table: str, rows: int) -> None:
            if drawn.tasks[0].total is None:
                with source.read() as conn:
                    drawn.update(task, total=passes * count_rows(conn))
            drawn.update(task, description=f"{doing} {table}", advance=rows)

        yield told
