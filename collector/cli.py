"""The command: which sub-commands there are. Each is imported only when it is called, so that --help answers at once.

Exit codes: 0 done; 1 a failure that the message explains; 2 the call or the configuration is wrong; 3 some items were
bad and skipped, the rest done; 130 interrupted.
"""

import importlib
import io
import sys
from pathlib import Path

import click

from collector.errors import ConvoywatchError, Misconfigured

#: name -> (module in collector.commands, what --help says)
COMMANDS = {
    "run": ("run", "Poll the sources, place what comes, link it into tracks; until Ctrl-C."),
    "status": ("status", "Is all well, and if not, what needs a person?"),
    "alerts": ("alerts", "What a person should know; what a person has seen."),
    "reload": ("reload", "Let the running daemon read its configuration again."),
    "ingest": ("ingest", "Take in a link, a file, a folder, an archive, a table, an export, or JSON lines."),
    "sources": ("sources", "Add, list, check, pause or remove sources."),
    "destinations": ("destinations", "Add, list or remove watched airbases and ports."),
    "media": ("media", "Files that a platform withholds: list them, undo a wrong match."),
    "posts": ("lists", "The newest posts and what was made of them."),
    "sightings": ("lists", "The newest sightings of convoys."),
    "tracks": ("lists", "The newest tracks and where they head."),
    "search": ("search", "Posts by their words, in any language and script."),
    "near": ("near", "Sightings and posts around a place."),
    "show": ("show", "A sighting or a track with its whole evidence trail."),
    "brief": ("brief", "What moved since, toward where, how sure, told by whom."),
    "review": ("review", "Confirm, reject, move or annotate a sighting or a track; what needs it most."),
    "sql": ("sql", "Ask the store in SQL, on a connection that cannot write."),
    "export": ("export", "Sightings and tracks as GeoJSON, KML, CSV, GeoPackage or GeoParquet."),
    "bundle": ("bundle", "A sighting or a track with all its evidence as one zip file."),
    "parse": ("batch", "Saved pages and exports to JSON lines of posts."),
    "locate": ("batch", "JSON lines of texts to JSON lines of places."),
    "inspect": ("inspect", "Videos and pictures to JSON lines of vehicles."),
    "models": ("models", "Other detectors of vehicles: add, list, use."),
    "match": ("match", "Which videos and pictures show the same footage, as JSON lines."),
    "landmarks": ("landmarks", "Pictures of known places, by which footage locates itself."),
    "link": ("batch", "JSON lines of sightings to tracks and destinations."),
    "dedupe": ("dedupe", "JSON lines of posts to which of them are copies."),
    "gazetteer": ("gazetteer", "Import more places, or list what there is."),
    "worker": ("worker", "Do work that the scheduler hands out, on any machine (PostgreSQL)."),
    "dispatch": ("dispatch", "The engine of many machines: how it does, and filling it again."),
    "db": ("store", "Bring the store's schema up to date, check the store, copy it elsewhere."),
    "backup": ("backup", "Copy the store and every new file to another folder, while the daemon runs."),
    "restore": ("backup", "Put a backup back, and check that all of it came."),
    "prune": ("prune", "Remove old files that nothing confirmed stands on."),
    "doctor": ("doctor", "Is this installation able to work?"),
}


class Lazy(click.Group):
    """A group whose commands are modules."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the one that is asked for."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"collector.commands.{COMMANDS[cmd_name][0]}")
        command = getattr(module, cmd_name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """From the table, without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, told) for name, (_, told) in COMMANDS.items()])


@click.command(cls=Lazy, epilog="Exit codes: 0 done, 1 failed, 2 wrong call or configuration, 3 some items skipped.")
@click.option(
    "--config", type=click.Path(path_type=Path), help="The configuration (default: ./convoywatch.toml, if there)."
)
@click.version_option(package_name="convoywatch")
@click.pass_context
def convoywatch(ctx: click.Context, config: Path | None) -> None:
    """Collect public convoy sightings, place them with their uncertainty, link them into tracks toward airbases."""
    ctx.obj = config


def main() -> None:
    """The console script: expected failures are one line and an exit code, never a traceback."""
    for stream in (sys.stdout, sys.stderr):  # posts hold every script, whatever the terminal's locale
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        code = convoywatch.main(standalone_mode=False)
    except click.exceptions.Abort:
        code = 130
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except ConvoywatchError as error:
        click.echo(f"convoywatch: {error}", err=True)
        code = 2 if isinstance(error, Misconfigured) else 1
    except BrokenPipeError:
        sys.stderr.close()
        code = 0
    sys.exit(code or 0)


if __name__ == "__main__":
    main()
