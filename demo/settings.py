"""Which configuration does the demo run the daemon with?"""

from collections.abc import Iterable
from pathlib import Path

from demo.world import DemoChannel

FILE = "convoywatch.toml"
#: the first line of the file: only a folder whose file starts with it is emptied by the demo
MARK = "# written by `make demo`, anew at each run"

DESTINATIONS = """
[[destinations]]
id = "OSLK"
name = "Khmeimim airbase"
lat = 35.411
lon = 35.949
radius_km = 4
weight = 4

[[destinations]]
id = "TARTUS"
name = "Tartus naval base"
lat = 34.915
lon = 35.874
radius_km = 3
weight = 2
"""


def write(folder: Path, port: int, channels: Iterable[DemoChannel]) -> Path:
    """Writes the file into `folder` (which holds the store as well) and returns its path.

    Seconds where a real configuration has minutes: the server is our own, on loopback.
    """
    lines = f"""{MARK}
data_dir = "."

[http]
gap_s = 0.05
contact = "demo@localhost"
allow_hosts = ["127.0.0.1:{port}"]

[telegram]
base_url = "http://127.0.0.1:{port}"
max_silence_h = 876000  # its world ended long ago

[schedule]
tick_s = 0.2
min_interval_s = 2
max_interval_s = 3

[locate]
region = ["SY", "LB"]
"""
    for channel in channels:
        lines += f'\n[[sources]]\nplatform = "telegram"\nname = "{channel.name}"\n'
    path = folder / FILE
    path.write_text(lines + DESTINATIONS, encoding="utf-8")
    return path
