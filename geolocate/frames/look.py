"""What does one picture show? The vehicles, and what the second stage says of them and of the whole."""

from geolocate.frames.convoy import MILITARY, Seen, Vehicle
from geolocate.frames.marks import marks
from geolocate.frames.military import MilitaryScorer
from geolocate.frames.model_file import ModelFile
from geolocate.frames.vehicles import CenterNet, Detection, Detector, Image
from geolocate.frames.yolox import YoloX

_WHOLE = (0.0, 0.0, 1.0, 1.0)
_SHOWN = 0.3  # the military score from which a whole frame is reported as such
_DOUBTFUL = 0.1  # a frame with less is everyday: only its clearest vehicles get a second look
_MOST_LOOKS, _FEW_LOOKS = 8, 3  # second looks at a frame
#: what a military crop adds to the score of its box, and the least score after that (`bench/vehicles.md`)
_BONUS, _LEAST_SCORE = 0.2, 0.3
_CANDIDATE = 0.15
#: pixels of the longer side in each look that is to find distant columns, too (`bench/vehicles.md`)
_DISTANT_SIDES = (256, 640, 960)
#: vehicles that are looked at for painted marks, military or not, and how many in a frame
_PAINTED, _MOST_PAINTED = ("truck", "bus"), 4


class Look:
    """Detector and second stage together."""

    def __init__(self, detector: Detector | None = None) -> None:
        self._detector = detector or CenterNet(least_score=_CANDIDATE)
        self._military = MilitaryScorer()

    def at(self, image: Image) -> Seen:
        """What a BGR picture (height, width, 3) shows; a faint box stays only when its crop looks military."""
        whole = self._military.frame(image)
        looks = _MOST_LOOKS if whole >= _DOUBTFUL else _FEW_LOOKS
        vehicles = []
        for index, found in enumerate(self._detector.detect(image)):
            military = self._military.part(image, found.box) if index < looks else 0.0
            score = min(1.0, found.score + _BONUS * military) if military >= MILITARY else found.score
            if score >= _LEAST_SCORE:
                vehicles.append(Vehicle(Detection(found.label, score, found.box), military))
        vehicles.sort(key=lambda v: -v.detection.score)
        painted = [v.detection.box for v in vehicles if v.military >= MILITARY or v.detection.label in _PAINTED]
        return Seen(whole, tuple(vehicles), marks(image, painted[:_MOST_PAINTED]))


def look_with(model: ModelFile | None, distant: bool = False) -> Look:
    """With the shipped detector, or the operator's `model`. Raises `BadModel`.

    `distant`: the shipped detector looks a third time, larger, for columns far away, at three times the cost.
    """
    if model:
        return Look(YoloX(model, _CANDIDATE))
    return Look(CenterNet(_DISTANT_SIDES, _CANDIDATE)) if distant else Look()


def reported(seen: Seen) -> tuple[Detection, ...]:
    """Vehicles by the detector's labels, `military` for what the second stage says of them and of the frame, marks."""
    found = [v.detection for v in seen.vehicles]
    found += [Detection("military", v.military, v.detection.box) for v in seen.vehicles if v.military >= MILITARY]
    if seen.military >= _SHOWN:
        found.append(Detection("military", seen.military, _WHOLE))
    return (*found, *seen.marks)
