"""How is everything kept a second time, while the daemon goes on writing, and how does it come back?

A backup folder holds `store-TIME.sqlite` (the whole store at one moment, whatever database it is in), `store-TIME.json`
(what it holds, with a digest of every table: written last, so that a backup without it is unfinished), and the files by
their hash, wherever they are kept, each once however often a backup is made.
"""

import gzip
import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
import zlib
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from collector.atomic import temporary
from collector.errors import ConvoywatchError
from collector.shelves import Shelf
from db import plain_rows
from db.migrate import current, head, upgrade
from db.session import Store
from db.transfer import CannotCopy, Told, copy_store, tables

#: folders of files by their hash, and whether a file is compressed inside
FOLDERS = {"captures": True, "frames": True, "media": False}
#: what else an operator keeps in the data folder
OWN = ("destinations.json", "gazetteers", "models")
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Kept:
    """A finished copy of the store: when, at which schema, rows and digest of every table, and the file's SHA-256."""

    at: str
    schema: str
    tables: dict[str, tuple[int, str]]
    sha256: str


@dataclass(frozen=True, slots=True)
class Files:
    """Files that were copied, and those that were there already; keys of those that are damaged."""

    copied: int
    there: int
    damaged: tuple[str, ...]


def back_up_store(store: Store, folder: Path, at: datetime, told: Told) -> Kept:
    """One consistent copy of the store; whoever writes to it meanwhile goes on."""
    folder.mkdir(parents=True, exist_ok=True)
    name = f"store-{at:%Y%m%dT%H%M%SZ}"
    for left in folder.glob("store-*.part*"):
        left.unlink()
    part = folder / f"{name}.part"
    if store.is_sqlite:
        _online(store, part)
    else:
        with Store(f"sqlite:///{part}") as target:
            copy_store(store, target, told)
    found = _digests(part, told)
    _single_file(part)
    kept = Kept(f"{at:%Y-%m-%dT%H:%M:%SZ}", current(store) or "", found, _sha256(part))
    os.replace(part, folder / f"{name}.sqlite")
    with temporary(folder) as new:
        new.file.write(json.dumps(asdict(kept), indent=1).encode())
        new.publish(folder / f"{name}.json")
    return kept


def _online(store: Store, target: Path) -> None:
    """SQLite's own way of copying a database that is being written to."""
    source = sqlite3.connect(f"{Path(str(store.url.database)).resolve().as_uri()}?mode=ro", uri=True)
    other = sqlite3.connect(target)
    try:
        source.backup(other)
    finally:
        other.close()
        source.close()


def _single_file(file: Path) -> None:
    """No log beside it that would have to be kept with it."""
    conn = sqlite3.connect(file)
    conn.execute("PRAGMA journal_mode=DELETE")
    conn.close()


def _digests(file: Path, told: Told) -> dict[str, tuple[int, str]]:
    found = {}
    with Store(f"sqlite:///{file}") as store, store.read() as conn:
        for table in tables():
            one = plain_rows.digest(conn, table, lambda rows, name=table.name: told("check", name, rows))  # type: ignore[misc]
            found[table.name] = (one.rows, one.digest)
    return found


def finished(folder: Path) -> list[Path]:
    """The manifests of the finished copies, the oldest first."""
    return sorted(p for p in folder.glob("store-*.json") if p.with_suffix(".sqlite").exists())


def forget_oldest(folder: Path, keep: int) -> int:
    """Remove all copies of the store but the newest; how many. Files are kept."""
    old = finished(folder)[:-keep]
    for manifest in old:
        manifest.unlink()
        manifest.with_suffix(".sqlite").unlink()
    return len(old)


def restore_store(folder: Path, manifest: Path, target: Store, told: Told) -> Kept:
    """Put a copy of the store into an empty database. Raises ConvoywatchError when it is damaged, or has no place."""
    kept = Kept(**json.loads(manifest.read_text(encoding="utf-8")))
    file = manifest.with_suffix(".sqlite")
    if _sha256(file) != kept.sha256:
        raise ConvoywatchError(f"{file} is damaged: its SHA-256 is not what {manifest.name} says; take an older one")
    if target.is_sqlite:
        _place(file, Path(str(target.url.database)))
        upgrade(target)
    else:
        _send(file, target, told)
    wrong = _differing(target, kept) if kept.schema == head() else []
    if wrong:
        raise ConvoywatchError(f"restore: {', '.join(wrong)} is not what the backup holds")
    return kept


def _send(file: Path, target: Store, told: Told) -> None:
    """From a copy of the file, which opening and upgrading would change."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as folder:
        copied = Path(folder) / "store.sqlite"
        shutil.copyfile(file, copied)
        with Store(f"sqlite:///{copied}") as source:
            upgrade(source)
            try:
                copy_store(source, target, told)
            except CannotCopy as error:
                raise ConvoywatchError(f"restore: {error}") from error


def _differing(target: Store, kept: Kept) -> list[str]:
    with target.read() as conn:
        found = {table.name: plain_rows.digest(conn, table) for table in tables()}
    return [name for name, one in found.items() if tuple(kept.tables.get(name, ())) != (one.rows, one.digest)]


def _place(file: Path, target: Path) -> None:
    if target.exists():
        raise ConvoywatchError(f"there is a store at {target}: restore into an empty data folder")
    target.parent.mkdir(parents=True, exist_ok=True)
    with temporary(target.parent) as new, file.open("rb") as source:
        shutil.copyfileobj(source, new.file, _CHUNK)
        new.publish(target)


def copy_files(source: Shelf, target: Shelf) -> Files:
    """Copy the files by hash that are not there yet, each checked against its name as it is after the copy."""
    copied = there = 0
    damaged: list[str] = []
    for name, packed in FOLDERS.items():
        for key, size in source.files(name):
            if target.size(key) == size:
                there += 1
            elif _copy_one(source, target, key, packed):
                copied += 1
            else:
                damaged.append(key)
    return Files(copied, there, tuple(damaged))


def _copy_one(source: Shelf, target: Shelf, key: str, packed: bool) -> bool:
    with target.room(key) as new:
        source.fetch(key, new.file)
        new.file.flush()
        sound = _sound(new.path, key.rpartition("/")[2].partition(".")[0], packed)
        if sound:
            target.put(key, new)
        return sound


def copy_own(source: Path, target: Path) -> None:
    """What operators keep in the data folder: destinations that they added, gazetteers, models."""
    for name in OWN:
        if (source / name).is_dir():
            shutil.copytree(source / name, target / name, dirs_exist_ok=True)
        elif (source / name).exists():
            shutil.copy2(source / name, target / name)


def _sound(file: Path, sha256: str, packed: bool) -> bool:
    """Does it hold what its name says?"""
    try:
        return _sha256(file, packed) == sha256
    except (EOFError, gzip.BadGzipFile, zlib.error):
        return False


def _sha256(file: Path, packed: bool = False) -> str:
    digest = hashlib.sha256()
    with gzip.open(file) if packed else file.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
