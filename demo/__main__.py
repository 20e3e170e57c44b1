"""What does the program do with a recorded world? Serves it on loopback, runs the real daemon, shows what came out."""

import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from demo import check, settings
from demo.server import DemoServer
from demo.world import World, load

FOLDER = Path("demo-data")
COMMAND = Path(sys.executable).parent / "convoywatch"
#: the post with which the second act begins: after it come the last reports, and an edit of an earlier one
SECOND_ACT = "levant_monitor_demo/12"
RUN_LIMIT_S = 300


def main(folder: Path = FOLDER) -> int:
    """Runs the demo in `folder`; returns the exit code: 0 when every step ran, whatever was found."""
    began = time.monotonic()
    world = load()
    _empty(folder)
    with DemoServer(world, folder=folder / "world", shown=_first_act(world)) as server:
        config = settings.write(folder, server.port, world.channels.values())
        say(f"An invented world of {len(world.channels)} channels, December 2024, is served at {server.base_url}")
        say("First run of the daemon: four days of posts, to the afternoon of the 14th")
        run(config, "run", "--until-idle")
        server.reveal_all()
        say("The world moves on: the last posts come out, one earlier post is edited. Second run, same store")
        run(config, "run", "--until-idle")
        asked = len(server.requests())
    say("Sightings: copies of one report count once")
    run(config, "sightings")
    say("Tracks: sightings that are one convoy, and where it is heading")
    run(config, "tracks")
    verdicts = check.verdicts(folder / "convoywatch.sqlite")
    for track in dict.fromkeys(verdict.track for verdict in verdicts if verdict.track is not None):
        say(f"The evidence behind track T{track}: every point with the posts that it stands on")
        run(config, "show", f"T{track}")
    close(config, verdicts, asked, time.monotonic() - began)
    return 0


def close(config: Path, verdicts: Sequence[check.Verdict], asked: int, seconds: float) -> None:
    """The closing summary: against the truth of the recorded world, and what to try next."""
    say("Where the convoys are heading")
    for line in check.headings(config.parent / "convoywatch.sqlite"):
        print(f"  {line}")
    found = sum(verdict.right for verdict in verdicts)
    say(f"Against what really happened in the recorded world: {found} of {len(verdicts)} convoys found")
    for verdict in verdicts:
        print(f"  {check.told(verdict)}")
    say(f"{asked} requests, {seconds:.0f} s. Everything is in {config.parent}/. To look further:")
    for words in ("posts", "sightings --json", "sources list", 'sql "SELECT * FROM v_heading_to_airbase"'):
        print(f"  {shlex.join([_shown(COMMAND), '--config', str(config)])} {words}")


def run(config: Path, *words: str) -> None:
    """Runs the real command with its output shown live; stops the demo when it fails.

    Raises SystemExit with what to do, on an exit code other than 0 and after RUN_LIMIT_S seconds.
    """
    print(f"$ convoywatch --config {config} {' '.join(words)}", flush=True)
    try:
        code = subprocess.run([COMMAND, "--config", config, *words], timeout=RUN_LIMIT_S, check=False).returncode
    except FileNotFoundError:
        raise SystemExit(f"{COMMAND} is not there: run `make install` first, then `make demo`") from None
    except subprocess.TimeoutExpired:
        raise SystemExit(f"`convoywatch {' '.join(words)}` took more than {RUN_LIMIT_S} s and was stopped") from None
    if code:
        raise SystemExit(f"`convoywatch {' '.join(words)}` ended with exit code {code}: the demo stops here")


def _shown(path: Path) -> str:
    """A path as one would type it here."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def say(words: str) -> None:
    """A heading, set apart from what the command prints."""
    print(f"\n=== {words}", flush=True)


def _first_act(world: World) -> int:
    return [post.key for post in world.timeline].index(SECOND_ACT) + 1


def _empty(folder: Path) -> None:
    """Removes what an earlier demo left; refuses a folder that the demo did not write."""
    file = folder / settings.FILE
    if folder.exists() and any(folder.iterdir()):
        if not file.is_file() or not file.read_text(encoding="utf-8").startswith(settings.MARK):
            raise SystemExit(f"{folder}/ holds something else than an earlier demo: move it away, then try again")
        shutil.rmtree(folder)
    folder.mkdir(exist_ok=True)


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:2])))
