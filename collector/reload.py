"""What of the configuration has changed, and can the daemon go on with it without a restart?"""

from collector.errors import Misconfigured
from collector.settings import Settings

#: what a running daemon cannot let go of: its lock, its store, its log file
FIXED = ("data", "store_url", "log", "dispatch")


def difference(old: Settings, new: Settings) -> list[str]:
    """The names of the parts that differ. Raises Misconfigured when one of them needs a restart."""
    fixed = [name for name in FIXED if getattr(old, name) != getattr(new, name)]
    if fixed:
        names = {"data": "data_dir", "store_url": "store", "log": "[log]", "dispatch": "dispatch"}
        told = " and ".join(names[n] for n in fixed)
        raise Misconfigured(f"a change of {told} needs a restart: stop the daemon and start it again")
    parts = [name for name in Settings.model_fields if name not in ("file", "data_dir", "store")]
    return [name for name in parts if getattr(old, name) != getattr(new, name)]
