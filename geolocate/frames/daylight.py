"""Do stills show a blue sky over a lit ground, which no night shows?

Lamps, headlights, screens and white ceilings are bright at night too; a sky that is blue is not. So only a large blue,
smooth upper part over a brighter-than-night ground that is not blue counts. Most daylight (clouds, close views) is not
told so: what is not known to be day is not known to be night.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from geolocate.frames.opencv import cv2
from geolocate.frames.picture import picture_of
from geolocate.frames.vehicles import Image
from geolocate.types import Frame

#: fewer stills than this say nothing
FEWEST = 3
#: stills looked at, evenly over the clip
_LOOKED_AT = 12
_SMALL = (96, 54)
#: blue in OpenCV's hue (half degrees), its least saturation and value (of 255)
_HUE, _SATURATION, _VALUE = (92, 122), 40, 110
#: share of the upper third that is blue, and of the lower third that may be
_ABOVE, _BELOW = 0.6, 0.2
#: mean value that the lower third has at least, for the ground is lit, too; and how much it must vary, unlike a card's
_GROUND, _VARIES = 60.0, 8.0


def blue_sky(stills: Sequence[Frame]) -> float | None:
    """The share of the stills with a blue sky, 0 to 1; None when there are too few to say."""
    if len(stills) < FEWEST:
        return None
    chosen = {round(k) for k in np.linspace(0, len(stills) - 1, min(_LOOKED_AT, len(stills)))}
    shown = [sky_over_ground(picture_of(stills[k])) for k in sorted(chosen)]
    return sum(shown) / len(shown)


def sky_over_ground(image: Image) -> bool:
    """Whether one BGR picture has a blue sky above lit ground."""
    hsv = cv2.cvtColor(cv2.resize(image, _SMALL, interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2HSV)
    third = _SMALL[1] // 3
    ground = hsv[-third:, :, 2]
    lit = float(ground.mean()) >= _GROUND and float(ground.std()) >= _VARIES
    return lit and _blue(np.asarray(hsv[:third])) >= _ABOVE and _blue(np.asarray(hsv[-third:])) <= _BELOW


def _blue(hsv: NDArray[np.uint8]) -> float:
    hue, saturation, value = hsv[..., 0], hsv[..., 1], hsv[..., 2]
    blue = (hue >= _HUE[0]) & (hue <= _HUE[1]) & (saturation >= _SATURATION) & (value >= _VALUE)
    return float(blue.mean())
