"""What does a person say of two sightings: one convoy, or not? It outweighs all evidence."""

from collections.abc import Mapping

import numpy as np

from geolocate.affinity import Affinity

#: ids of two sightings, the lower first
Pair = tuple[str, str]

#: log-odds of a ruled pair: more than all evidence of a part of a timeline together; whole, so that sums are exact
_SAID = 1_048_576.0


class PairRulings:
    """The pairs ruled on; kept between runs, so that only what a ruling touches is linked again."""

    def __init__(self) -> None:
        self._ruled: dict[Pair, bool] = {}

    def change(self, ruled: Mapping[Pair, bool]) -> set[str]:
        """Hold these and no others from now on; the ids of those of which something else is said than before."""
        other = {p for p in self._ruled.keys() | ruled.keys() if self._ruled.get(p) != ruled.get(p)}
        self._ruled = dict(ruled)
        return {name for pair in other for name in pair}

    def apply(self, listed: Affinity, slot: Mapping[str, int]) -> Affinity:
        """The pairs with the ruled ones among them, at the weight of a person's word."""
        held = [(slot[a], slot[b], one) for (a, b), one in self._ruled.items() if a in slot and b in slot]
        if not held:
            return listed
        i, j = (np.array(side, dtype=np.int64) for side in list(zip(*held, strict=True))[:2])
        i, j = np.minimum(i, j), np.maximum(i, j)
        said = np.where([one for *_, one in held], _SAID, -_SAID)
        width = max(slot.values()) + 1
        low, high = np.minimum(listed.i, listed.j), np.maximum(listed.i, listed.j)
        rest = listed.take(~np.isin(low * width + high, i * width + j))
        return Affinity(
            np.concatenate([rest.i, i]), np.concatenate([rest.j, j]),
            np.concatenate([rest.evidence, said]), np.concatenate([rest.weight, said]),
        )  # fmt: skip
