"""Does a text report military vehicles moving or gathered?

A logistic regression over a few readable features: which groups of words of the lexicon occur, alone and in pairs.
The features know no language, so weights fitted on English hold for the others. Weights: `data/report_weights.json`.
"""

import json
import math
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from geolocate.text.lexicon import KIND_MEANINGS, meanings
from geolocate.text.normalise import Token

WEIGHTS = Path(__file__).parent.parent / "data" / "report_weights.json"
_VEHICLES = frozenset(KIND_MEANINGS) - {"other", "train", "ship"}
#: what makes a report none: archive footage, a denial, a parade, a plan, everyday news
_UNREAL = frozenset({"archive", "denial", "parade", "plan", "daily"})
_HARM = frozenset({"strike", "damage", "civil", "aid"})


def features(tokens: Sequence[Token]) -> dict[str, float]:
    """The features of a text, all between 0 and 1."""
    found: set[str] = set()
    for token in tokens:
        found |= meanings(token.fold)
    vehicles, move, military = bool(found & _VEHICLES), "move" in found, "military" in found
    convoy, about = "convoy" in found, bool(found & _UNREAL)
    civil, aid = bool(found & {"civil", "daily"}), "aid" in found
    something = vehicles or military or convoy or bool(found & {"other", "train", "ship"})
    names = {name: 1.0 for name in found if name not in KIND_MEANINGS}
    names |= {f"kind_{name}": 1.0 for name in found if name in KIND_MEANINGS}
    pairs = {
        "vehicles": vehicles, "vehicles_moving": vehicles and move, "military_moving": military and move,
        "military_gathered": "gather" in found and (military or vehicles),
        "military_convoy": convoy and military, "convoy_moving": convoy and move,
        "moving_bare": move and not something, "convoy_bare": convoy and not (military or vehicles or move),
        "convoy_aid": convoy and aid, "convoy_civil": convoy and civil and not (vehicles or military),
        "civil_beside": convoy and civil and (vehicles or military), "said_of_convoy": about and (convoy or vehicles),
        "unharmed_vehicles": (vehicles or "other" in found) and not found & _HARM,
        "convoy_harmed": convoy and bool(found & _HARM),
        "moving_harmed": move and bool(found & _HARM), "train_loaded": "train" in found and (vehicles or military),
        "nothing": not found, "short": len(tokens) <= 3,
    }  # fmt: skip
    names |= {name: 1.0 for name, holds in pairs.items() if holds}
    names["long"] = min(1.0, len(tokens) / 60)
    return names


def probability(tokens: Sequence[Token]) -> float:
    """The calibrated probability that the text reports military vehicles moving or gathered."""
    weights = _weights()
    total = weights["bias"] + sum(weights.get(name, 0.0) * value for name, value in features(tokens).items())
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


@cache
def _weights() -> dict[str, float]:
    loaded: dict[str, float] = json.loads(WEIGHTS.read_text(encoding="utf-8"))["weights"]
    return loaded
