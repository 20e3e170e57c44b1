"""convoywatch models: other detectors of vehicles than the one that is shipped."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from collector.commands.open import settings
from collector.commands.output import as_json, plain, table
from collector.errors import Misconfigured


@click.group()
def models() -> None:
    """Other detectors: ONNX files of the YOLOX family, kept in the data folder."""


@models.command(name="list")
@click.option("--known", is_flag=True, help="Those that are known to work, and where their authors publish them.")
@as_json
@click.pass_context
def list_(ctx: click.Context, known: bool, machine: bool) -> None:
    """The shipped detector and the added ones: licence, origin, which one is used."""
    from collector.models import KNOWN, listed

    if known:
        rows = [(k.name, f"{k.megabytes:g}", k.licence, k.url) for k in KNOWN]
        found: list[dict[str, object]] = [asdict(k) for k in KNOWN]
        columns: tuple[str, ...] = ("name", "MB", "licence", "address")
    else:
        abouts = list(listed(settings(ctx).data))
        rows = [("*" if a.used else "", a.name, plain(a.licence), plain(a.source), a.sha256[:12]) for a in abouts]  # type: ignore[misc]
        found = [asdict(a) for a in abouts]
        columns = ("used", "name", "licence", "origin", "SHA-256")
    if machine:
        for one in found:
            click.echo(json.dumps(one, ensure_ascii=False))
        return
    table("Models", columns, rows, empty="none")


@models.command()
@click.argument("what", metavar="FILE|URL|KNOWN")
@click.option("--name", help="What to call it (default: after the file).")
@click.option("--sha256", help="What its bytes must hash to; required for what is downloaded.")
@click.option(
    "--classes", type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A class name a line, in the model's order; an empty line for what is no vehicle (default: COCO's).",
)  # fmt: skip
@click.option("--licence", default=None, help="Under which terms the weights may be used; kept and shown.")
@click.pass_context
def add(
    ctx: click.Context, what: str, name: str | None, sha256: str | None, classes: Path | None, licence: str | None
) -> None:
    """Keep a detector: a local ONNX file, a URL, or a name of `models list --known`.

    It is run once, in a process of its own, before it is kept; `models use NAME` then switches to it.
    """
    import threading

    from collector.models import KNOWN, copied, fetched, take_in
    from collector.parts import make_client

    said = settings(ctx)
    known = next((k for k in KNOWN if k.name == what), None)
    source = known.url if known else what
    remote = source.startswith(("https://", "http://"))
    if remote and not sha256:
        raise Misconfigured("--sha256 is required for what is downloaded: it says that these are the weights you mean")
    try:
        labels = tuple(map(str.strip, classes.read_text(encoding="utf-8").splitlines())) if classes else ()
    except UnicodeDecodeError as wrong:
        raise Misconfigured(f"--classes {classes}: it is not UTF-8 text") from wrong
    called = name or source.rsplit("/", 1)[-1].removesuffix(".onnx").lower()
    terms = licence or (known.licence if known else "not stated")
    if not remote:
        about = take_in(said.data, called, copied(Path(source)), Path(source).name, terms, labels, sha256)
    else:
        client = make_client(said, threading.Event())
        try:
            about = take_in(said.data, called, fetched(client, source), source, terms, labels, sha256)
        finally:
            client.close()
    click.echo(f"{about.name}: SHA-256 {about.sha256}; licence: {about.licence}", err=True)
    click.echo(f"use it: convoywatch models use {about.name}", err=True)


@models.command()
@click.argument("name")
@click.pass_context
def use(ctx: click.Context, name: str) -> None:
    """Find vehicles with this model from now on; `embedded` goes back to the shipped one."""
    from collector.models import use as switch

    switch(settings(ctx).data, name)
    click.echo(f"vehicles are found with {name} from now on", err=True)
