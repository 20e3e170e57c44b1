"""What was seen and read, for people? The still with its boxes."""

from collections.abc import Sequence

from geolocate.frames.opencv import cv2
from geolocate.frames.signs import Seen
from geolocate.frames.vehicles import Box, Detection, Image

_RED, _YELLOW, _GREEN, _GREY = (40, 40, 230), (0, 210, 250), (80, 200, 60), (170, 170, 170)
_QUALITY = 90


def drawn(image: Image, detections: Sequence[Detection], text: Sequence[Seen] = ()) -> bytes:
    """A JPEG of the BGR picture: vehicles in yellow, `military` in red, each with its score.

    Writing in the scene is boxed in green, burnt-in writing in grey; OpenCV draws plain Latin letters only, so of
    what is in others the script is named.
    """
    canvas = image.copy()
    for found in detections:
        military = found.label == "military"
        _boxed(canvas, found.box, f"{found.label} {found.score:.2f}", _RED if military else _YELLOW, below=military)
    for line in text:
        said = line.text if line.text.isascii() else line.script
        colour = _GREEN if line.kind == "scene" else _GREY
        _boxed(canvas, line.box, f"{line.kind}: {said} {line.score:.2f}", colour, below=False)
    return cv2.imencode(".jpg", canvas, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])[1].tobytes()


def _boxed(canvas: Image, box: Box, label: str, colour: tuple[int, int, int], below: bool) -> None:
    height, width = canvas.shape[:2]
    line = max(1, round(width / 500))
    left, top = round(box[0] * width), round(box[1] * height)
    right, bottom = left + round(box[2] * width), top + round(box[3] * height)
    cv2.rectangle(canvas, (left, top), (right - 1, bottom - 1), colour, line)
    at = (left + 2, min(height - 4, bottom + 12 * line) if below else max(12 * line, top - 3))
    cv2.putText(canvas, label, at, cv2.FONT_HERSHEY_SIMPLEX, 0.45 * line, colour, line, cv2.LINE_AA)
