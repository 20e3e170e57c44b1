"""How are the weights of the movement report model made?

    python -m geolocate.data.build.report ROWS.jsonl --quiet FILE.jsonl... [--out OUT]

ROWS.jsonl: {"text", "category"} with the archive's own category "Russian Military Presence..." as the label (CIR Eyes
on Russia); our own sentences in four languages (`report_examples.tsv`) count three times. The archive was chosen by
people who looked for such reports, and says little of other posts: `--quiet` names collections of {"text"} that hold
hardly any (local news, floods, air raids), each of which counts as 300 texts that report nothing. Logistic regression
with an L2 penalty of 1/2; prints the average precision of five-fold cross-validation on the archive, and what share of
each quiet collection lies over one half when the weights are fitted without it.
"""

import argparse
import json
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from geolocate.text.designations import joined
from geolocate.text.normalise import tokenize
from geolocate.text.report import WEIGHTS, features

OWN = Path(__file__).with_name("report_examples.tsv")
LABEL = "Russian Military Presence"
FOLDS = 5
OWN_WEIGHT = 3.0
#: what a quiet collection counts as, in texts
QUIET_TEXTS = 300.0

Floats = NDArray[np.float64]


Features = dict[str, float]
#: features, label, weight
Example = tuple[Features, bool, float]


def main() -> None:
    """Fit, print how well, write the weights."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("rows", type=Path)
    options.add_argument("--quiet", type=Path, nargs="*", default=[])
    options.add_argument("--out", type=Path, default=WEIGHTS)
    given = options.parse_args()
    archived = [(_read(text), label, weight) for text, label, weight in archive(given.rows)]
    ours = [(_read(text), label, weight) for text, label, weight in own()]
    silent = {path.name: list(quiet(path)) for path in given.quiet}
    everywhere = ours + [example for rows in silent.values() for example in rows]
    print(f"average precision, cross-validated: {_cross_validated(archived, everywhere):.3f}")
    for name, rows in silent.items():
        others = ours + [example for other, found in silent.items() if other != name for example in found]
        weights = _fitted(archived + others)
        print(
            f"{name}: {np.mean([score(weights, found) > 0 for found, _, _ in rows]):.2%} of {len(rows)} over one half"
        )
    note = (
        "made by geolocate.data.build.report from CIR Eyes on Russia descriptions (dev rows), report_examples.tsv and "
    )
    note += "collections that hold hardly any report"
    fitted = {name: round(value, 3) for name, value in _fitted(archived + everywhere).items()}
    given.out.write_text(json.dumps({"note": note, "weights": fitted}, indent=1) + "\n", encoding="utf-8")


def _read(text: str) -> Features:
    return features(joined(text, tokenize(text)))


def _fitted(examples: Sequence[Example]) -> dict[str, float]:
    """Weights by the name of the feature, and the bias."""
    names = sorted({name for found, _, _ in examples for name in found})
    column = {name: i for i, name in enumerate(names)}
    matrix = np.zeros((len(examples), len(names) + 1))
    matrix[:, -1] = 1.0
    for row, (found, _, _) in enumerate(examples):
        for name, value in found.items():
            matrix[row, column[name]] = value
    labels = np.array([label for _, label, _ in examples], dtype=np.float64)
    values = fit(matrix, labels, np.array([weight for _, _, weight in examples]))
    return {name: float(value) for name, value in zip([*names, "bias"], values, strict=True)}


def score(weights: dict[str, float], found: Features) -> float:
    """The log-odds of a text."""
    return weights["bias"] + sum(weights.get(name, 0.0) * value for name, value in found.items())


def _cross_validated(archived: Sequence[Example], others: Sequence[Example]) -> float:
    """Average precision on the archive, in folds of texts with the same features."""
    folds = np.array([zlib.crc32(repr(sorted(found)).encode()) % FOLDS for found, _, _ in archived])
    guessed = np.zeros(len(archived))
    for fold in range(FOLDS):
        weights = _fitted([e for e, k in zip(archived, folds, strict=True) if k != fold] + list(others))
        for i in np.flatnonzero(folds == fold).tolist():
            guessed[i] = score(weights, archived[i][0])
    return average_precision(guessed, np.array([label for _, label, _ in archived], dtype=np.float64))


def quiet(path: Path) -> Iterator[Example]:
    """The different texts of a collection, together of the weight of QUIET_TEXTS at most, as examples of no report."""
    texts = {json.loads(line).get("text") or "" for line in path.read_text(encoding="utf-8").strip().split("\n")}
    told = sorted(texts - {""})
    for text in told:
        yield _read(text), False, min(1.0, QUIET_TEXTS / len(told))


def archive(path: Path) -> Iterator[tuple[str, bool, float]]:
    """(text, label, weight) of each row of the archive."""
    for line in path.read_text(encoding="utf-8").strip().split("\n"):
        row = json.loads(line)
        yield row["text"], (row["category"] or "").startswith(LABEL), 1.0


def own() -> Iterator[tuple[str, bool, float]]:
    """(text, label, weight) of our own sentences."""
    for line in OWN.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            label, text = line.split("\t")
            yield text, label == "1", OWN_WEIGHT


def fit(matrix: Floats, labels: Floats, weights: Floats) -> Floats:
    """Weights of a logistic regression, one a column; the last column, the bias, is not penalised."""

    def loss(values: Floats) -> tuple[float, Floats]:
        guessed = 1 / (1 + np.exp(-np.clip(matrix @ values, -30, 30)))
        likely = labels * np.log(guessed + 1e-12) + (1 - labels) * np.log(1 - guessed + 1e-12)
        slope = matrix.T @ (weights * (guessed - labels))
        slope[:-1] += values[:-1]
        return float(-(weights * likely).sum() + (values[:-1] ** 2).sum() / 2), slope

    found: Floats = minimize(loss, np.zeros(matrix.shape[1]), jac=True, method="L-BFGS-B").x
    return found


def average_precision(scores: Floats, labels: Floats) -> float:
    """Mean precision at each true label, ranked by score."""
    ranked = labels[np.argsort(-scores, kind="stable")]
    return float((ranked * np.cumsum(ranked) / np.arange(1, len(ranked) + 1)).sum() / ranked.sum())


if __name__ == "__main__":
    main()
