"""Does a text report military vehicles moving or gathered?

A logistic regression over a few readable features: which groups of words of the lexicon occur, alone and in pairs.
The features know no language; only the commonest ones have a second weight for texts in Latin letters, since the
English rows that the weights were fitted on describe footage. Weights: `data/report_weights.json`.
"""

import json
import math
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from geolocate.text.lexicon import KIND_MEANINGS, meanings
from geolocate.text.normalise import Token
from geolocate.text.words import under, words

WEIGHTS = Path(__file__).parent.parent / "data" / "report_weights.json"
_VEHICLES = frozenset(KIND_MEANINGS) - {"other", "train", "ship"}
#: features with a weight of their own in texts of Latin letters
_BY_SCRIPT = (
    "still", "vehicles_alone", "counted_vehicles", "vehicles", "convoy", "military", "move", "gather", "strike",
    "damage", "unharmed_vehicles", "nothing", "vehicles_on_a_way", "vehicles_moving",
)  # fmt: skip
_COUNTABLE = frozenset(KIND_MEANINGS)
#: what makes a report none: archive footage, a denial, a parade, a plan, everyday news
_UNREAL = frozenset({"archive", "denial", "parade", "plan", "daily"})
_HARM = frozenset({"strike", "damage", "civil", "aid"})
_FROM, _TO = words("role.from"), words("role.to") | words("role.toward") | words("role.in-or-into")
_COUNTS = frozenset(word for found in under("count.").values() for word in found) - words("count.not-vehicles")
#: words between a number and the vehicles it counts
_COUNT_REACH = 4


def features(tokens: Sequence[Token]) -> dict[str, float]:
    """The features of a text, all between 0 and 1."""
    found: set[str] = set().union(*[meanings(token.fold) for token in tokens])
    vehicles, move, military = bool(found & _VEHICLES), "move" in found, "military" in found
    convoy, about = "convoy" in found, bool(found & _UNREAL)
    civil, aid = bool(found & {"civil", "daily"}), "aid" in found
    folds = {token.fold for token in tokens}
    origin, goal = not _FROM.isdisjoint(folds), not _TO.isdisjoint(folds)
    sky, gather = "sky" in found, "gather" in found
    wheels = bool(found & (_VEHICLES - {"helicopter"}))
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
        "counted_vehicles": _counted(tokens), "vehicles_on_a_way": (vehicles or military) and origin and goal,
        "convoy_on_a_way": convoy and origin and goal, "bare_on_a_way": origin and goal and not something,
        "vehicles_in_news": vehicles and bool(found & {"daily", "plan", "parade", "archive", "denial"}),
        "vehicles_harmed": vehicles and bool(found & {"strike", "damage"}),
        "still": not ({"move", "gather"} & found), "vehicles_alone": vehicles and not ({"move", "gather"} & found),
        "flying": sky and not (convoy or wheels or gather),
        "helicopters_alone": "helicopter" in found and not (convoy or wheels or gather),
        "military_alone": military and not (convoy or vehicles or move or gather),
        "nothing": not found, "short": len(tokens) <= 3,
    }  # fmt: skip
    names |= {name: 1.0 for name, holds in pairs.items() if holds}
    if 2 * sum(token.script == "latin" for token in tokens) > len(tokens):
        names |= {"latin": 1.0} | {f"latin_{name}": 1.0 for name in _BY_SCRIPT if name in names}
    names["long"] = min(1.0, len(tokens) / 60)
    return names


def _counted(tokens: Sequence[Token]) -> bool:
    """Whether a number or a word for one stands just before a kind of vehicle."""
    numbers = [i for i, token in enumerate(tokens) if token.script == "digit" or token.fold in _COUNTS]
    return any(meanings(token.fold) & _COUNTABLE for i in numbers for token in tokens[i + 1 : i + 1 + _COUNT_REACH])


def probability(tokens: Sequence[Token]) -> float:
    """The calibrated probability that the text reports military vehicles moving or gathered."""
    weights = _weights()
    total = weights["bias"] + sum(weights.get(name, 0.0) * value for name, value in features(tokens).items())
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


@cache
def _weights() -> dict[str, float]:
    loaded: dict[str, float] = json.loads(WEIGHTS.read_text(encoding="utf-8"))["weights"]
    return loaded
