"""What did the detector see, for people? The still with its boxes."""

from collections.abc import Sequence

from geolocate.frames.opencv import cv2
from geolocate.frames.vehicles import Detection, Image

_RED, _YELLOW = (40, 40, 230), (0, 210, 250)
_QUALITY = 90


def drawn(image: Image, detections: Sequence[Detection]) -> bytes:
    """A JPEG of the BGR picture: vehicles in yellow, `military` in red, each with its score."""
    canvas = image.copy()
    height, width = canvas.shape[:2]
    line = max(1, round(width / 500))
    for found in detections:
        military = found.label == "military"
        colour = _RED if military else _YELLOW
        left, top = round(found.box[0] * width), round(found.box[1] * height)
        right, bottom = left + round(found.box[2] * width), top + round(found.box[3] * height)
        cv2.rectangle(canvas, (left, top), (right - 1, bottom - 1), colour, line)
        at = (left + 2, min(height - 4, bottom + 12 * line) if military else max(12 * line, top - 3))
        text = f"{found.label} {found.score:.2f}"
        cv2.putText(canvas, text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.45 * line, colour, line, cv2.LINE_AA)
    return cv2.imencode(".jpg", canvas, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])[1].tobytes()
