"""What does the program do with a recorded world? Serves it on loopback, runs the real daemon, shows what came out."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

from demo import check, settings
from demo.server import DemoServer
from demo.world import World, load

FOLDER = Path("demo-data")
STORE = FOLDER / "convoywatch.sqlite"
COMMAND = Path(sys.executable).parent / "convoywatch"
#: the post with which the second act begins: after it come the last reports, and an edit of an earlier one
SECOND_ACT = "levant_monitor_demo/12"
RUN_LIMIT_S = 120


def main() -> int:
    """Runs the demo in ./demo-data; returns the exit code: 0 when every convoy was found, 1 otherwise."""
    began = time.monotonic()
    world = load()
    _empty(FOLDER)
    with DemoServer(world, folder=FOLDER / "world", shown=_first_act(world)) as server:
        config = settings.write(FOLDER, server.port, world.channels.values())
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
    for verdict in check.verdicts(STORE):
        if verdict.track is not None:
            say(f"The evidence behind track {verdict.track}")
            run(config, "show", f"track:{verdict.track}")
    return close(config, asked, time.monotonic() - began)


def close(config: Path, asked: int, seconds: float) -> int:
    """The closing summary: against the truth of the recorded world, and what to try next."""
    verdicts = check.verdicts(STORE)
    say("Against what really happened in the recorded world")
    for verdict in verdicts:
        print(f"  {check.told(verdict)}")
    say(f"{asked} requests, {seconds:.0f} s. Everything is in {FOLDER}/. To look further:")
    for words in ("posts", "sightings --json", "sources list", 'sql "SELECT * FROM v_heading_to_airbase"'):
        print(f"  {COMMAND.name} --config {config} {words}")
    return 0 if all(verdict.right for verdict in verdicts) else 1


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
    sys.exit(main())
