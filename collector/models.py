"""Which detectors did the operator add, where do they lie, and which one is used?

Each is a folder `models/NAME` in the data folder with `model.onnx` and `about.json`; `models/used` names the one that
is used. A model is checked in a process of its own before it is kept: it is a stranger's bytes, too.
"""

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from collector.atomic import storage_errors, temporary
from collector.errors import Misconfigured, Unparseable
from collector.http import PoliteClient
from collector.sandbox import run_isolated
from geolocate.frames.model_file import BadModel, ModelFile

FOLDER, EMBEDDED = "models", "embedded"
MAX_BYTES = 1024**3
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_TIMEOUT_S, _MEMORY_MB = 120.0, 4096


@dataclass(frozen=True, slots=True)
class About:
    """What is kept beside a model. `classes` as in `ModelFile`."""

    name: str
    sha256: str
    source: str
    licence: str
    classes: tuple[str, ...] = ()
    added_at: str | None = None
    used: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """A model that is known to work: Apache-2.0 weights that their authors publish."""

    name: str
    megabytes: float
    url: str
    licence: str = "Apache-2.0 (YOLOX, Megvii)"


_RELEASE = "https://github.com/Megvii-BaseDetection/YOLOX/releases/download/0.1.1rc0"
KNOWN = tuple(
    Known(f"yolox_{size}", megabytes, f"{_RELEASE}/yolox_{size}.onnx")
    for size, megabytes in (("nano", 3.7), ("tiny", 20.2), ("s", 35.9), ("m", 101.4), ("l", 217.0), ("x", 396.6))
)
_SHIPPED = About(EMBEDDED, "", "CenterNet on MobileNetV3, shipped", "see NOTICE")


def take_in(
    data: Path, name: str, fill: Callable[[BinaryIO], None], source: str, licence: str, classes: tuple[str, ...],
    sha256: str | None,
) -> About:  # fmt: skip
    """Keep the model that `fill` writes, if it has the hash and can be run. Raises Misconfigured, Unparseable."""
    if not _NAME.fullmatch(name) or name == EMBEDDED:
        raise Misconfigured(f"a model cannot be called {name!r}: use --name with a-z, 0-9, - and _")
    root = data / FOLDER
    with storage_errors(root), temporary(root) as made:
        fill(made.file)
        made.file.flush()
        with made.path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if sha256 and digest != sha256.lower():
            raise Unparseable(f"its SHA-256 is {digest}, not {sha256.lower()}: it was not kept")
        run_isolated(check, (ModelFile(name, made.path, classes),), _TIMEOUT_S, _MEMORY_MB)
        at = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        about = About(name, digest, source, licence, classes, at)
        made.publish(root / name / f"{digest}.onnx")
        _write(root, root / name / "about.json", json.dumps(asdict(about), ensure_ascii=False, indent=1))
    for old in (root / name).glob("*.onnx"):
        if old.stem != digest:
            old.unlink()
    return about


def check(model: ModelFile) -> None:
    """Runs in a process that may die. Raises Unparseable for what is no detector of the family that is read."""
    from geolocate.frames.yolox import YoloX  # the networks take half a second to load

    try:
        YoloX(model)
    except BadModel as wrong:
        raise Unparseable(f"{model.name}: {wrong}") from wrong


def listed(data: Path) -> Iterator[About]:
    """The shipped detector and every one that was added."""
    name = _used_name(data)
    for about in (_SHIPPED, *(_about(data, path.parent.name) for path in sorted((data / FOLDER).glob("*/about.json")))):
        yield About(**asdict(about) | {"used": about.name == name})


def use(data: Path, name: str) -> None:
    """From now on vehicles are found with it, by a running daemon from its next start on.

    Raises Misconfigured when there is none of this name.
    """
    root = data / FOLDER
    if name != EMBEDDED:
        _file(data, _about(data, name))
    with storage_errors(root):
        _write(root, root / "used", name)


def used(data: Path) -> ModelFile | None:
    """The model that is used; None for the shipped one. Raises Misconfigured when it is no longer there."""
    name = _used_name(data)
    if name == EMBEDDED:
        return None
    about = _about(data, name)
    return ModelFile(f"{name}-{about.sha256[:8]}", _file(data, about), about.classes)


def copied(path: Path) -> Callable[[BinaryIO], None]:
    """Writes a local file. Raises Misconfigured when it cannot be read."""

    def fill(into: BinaryIO) -> None:
        try:
            with path.open("rb") as file:
                shutil.copyfileobj(file, into)
        except OSError as error:
            raise Misconfigured(f"{path}: {error.strerror}") from error

    return fill


def fetched(client: PoliteClient, url: str) -> Callable[[BinaryIO], None]:
    """Writes what is at `url`. Raises as `PoliteClient.download`."""

    def fill(into: BinaryIO) -> None:
        client.download(url, into, MAX_BYTES)

    return fill


def _used_name(data: Path) -> str:
    file = data / FOLDER / "used"
    return file.read_text(encoding="utf-8").strip() if file.is_file() else EMBEDDED


def _about(data: Path, name: str) -> About:
    file = data / FOLDER / name / "about.json"
    if not _NAME.fullmatch(name) or not file.is_file():
        raise Misconfigured(f"there is no model {name!r}; see: convoywatch models list")
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
        return About(**said | {"classes": tuple(said["classes"])})
    except (ValueError, TypeError, KeyError) as wrong:
        raise Misconfigured(f"{file} is damaged ({wrong}); add the model again") from wrong


def _file(data: Path, about: About) -> Path:
    path = data / FOLDER / about.name / f"{about.sha256}.onnx"
    if not path.is_file():
        raise Misconfigured(f"{path} is gone; add the model again, or: convoywatch models use {EMBEDDED}")
    return path.resolve()


def _write(root: Path, target: Path, text: str) -> None:
    with temporary(root) as made:
        made.file.write(text.encode())
        made.publish(target)
