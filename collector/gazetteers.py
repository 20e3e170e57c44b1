"""Which gazetteers were imported, where do they lie, and how does one get there whole or not at all?"""

import re
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from collector.atomic import clean_temporary, storage_errors, temporary
from collector.errors import ConvoywatchError, Misconfigured
from geolocate.gazetteer import EMBEDDED
from geolocate.gazetteer_import import LICENCES, About, Format, about, import_gazetteer
from geolocate.imports.columns import Columns
from geolocate.imports.rows import BadTable, Told

FOLDER = "gazetteers"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_ENDINGS = re.compile(r"(\.(gz|zip|tsv|csv|txt))+$", re.I)


class NotImported(ConvoywatchError):
    """The file could not be made a gazetteer; the message says why."""


def name_of(file: Path) -> str:
    """The name that an import of `file` has when none is given."""
    plain = re.sub(r"[^a-z0-9_-]+", "_", _ENDINGS.sub("", file.name).lower()).strip("_-")
    return checked(plain[:64])


def checked(name: str) -> str:
    """`name`, if a gazetteer may be called so. Raises Misconfigured."""
    if not _NAME.fullmatch(name) or name == "embedded":
        raise Misconfigured(f"a gazetteer cannot be called {name!r}: use --name with a-z, 0-9, - and _")
    return name


def find(data: Path, name: str) -> Path:
    """The file of an imported gazetteer, or of one given by its path. Raises Misconfigured when there is none."""
    kept = data / FOLDER / f"{name}.sqlite"
    if _NAME.fullmatch(name) and kept.is_file():
        return kept
    if Path(name).is_file():
        return Path(name)
    known = ", ".join(path.stem for path in _kept(data)) or "none"
    raise Misconfigured(f"there is no gazetteer {name!r} (imported: {known}); see: convoywatch gazetteer import --help")


def listed(data: Path) -> Iterator[About]:
    """The shipped gazetteer and every imported one. Raises NotImported on a file that is damaged."""
    for file in (EMBEDDED, *_kept(data)):
        try:
            yield about(file)
        except (sqlite3.DatabaseError, TypeError) as wrong:
            raise NotImported(f"{file} is not a gazetteer ({wrong}); import it again") from wrong


def take_in(
    file: Path,
    data: Path,
    kind: Format,
    *,
    name: str,
    licence: str | None,
    columns: Columns | None,
    alternate: Path | None,
    bad: Told,
    progress: Callable[[int], None],
) -> About:
    """Import `file` as `name`, replacing what had that name. Raises NotImported, Misconfigured, RetryLater."""
    at = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    described = About(name, file.name, kind, licence or LICENCES[kind], at)
    root = data / FOLDER
    with storage_errors(root):
        root.mkdir(parents=True, exist_ok=True)
        clean_temporary(root)
        with temporary(root) as made:
            try:
                done = import_gazetteer(
                    file, made.path, kind, described,
                    columns=columns, alternate=alternate, bad=bad, progress=progress,
                )  # fmt: skip
            except BadTable as wrong:
                raise NotImported(str(wrong)) from wrong
            made.publish(root / f"{name}.sqlite")
    return done


def _kept(data: Path) -> list[Path]:
    return sorted((data / FOLDER).glob("*.sqlite"))
