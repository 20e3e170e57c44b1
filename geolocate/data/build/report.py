"""How are the weights of the movement report model made? `python -m geolocate.data.build.report ROWS.jsonl [OUT]`

ROWS.jsonl: {"text", "category"} with the archive's own category "Russian Military Presence..." as the label (CIR Eyes
on Russia); our own sentences in three languages (`report_examples.tsv`) are added at double weight. Logistic
regression with an L2 penalty of 1/2; prints the average precision of five-fold cross-validation.
"""

import json
import sys
import zlib
from collections.abc import Iterator
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
OWN_WEIGHT = 2.0

Floats = NDArray[np.float64]


def main() -> None:
    """Fit, print the cross-validated average precision, write the weights."""
    rows = Path(sys.argv[1])
    out = Path(sys.argv[2]) if len(sys.argv) > 2 else WEIGHTS
    examples = [*archive(rows), *own()]
    named = [features(joined(text, tokenize(text))) for text, _, _ in examples]
    names = sorted({name for found in named for name in found})
    matrix = np.array([[found.get(name, 0.0) for name in names] + [1.0] for found in named])
    labels = np.array([label for _, label, _ in examples], dtype=np.float64)
    weights = np.array([weight for _, _, weight in examples])
    folds = np.array([zlib.crc32(repr(sorted(found)).encode()) % FOLDS for found in named])
    guessed = np.zeros(len(labels))
    for fold in range(FOLDS):
        rest = folds != fold
        guessed[~rest] = matrix[~rest] @ fit(matrix[rest], labels[rest], weights[rest])
    archived = weights == 1.0
    print(f"average precision, cross-validated: {average_precision(guessed[archived], labels[archived]):.3f}")
    values = fit(matrix, labels, weights)
    fitted = {name: round(float(value), 3) for name, value in zip([*names, "bias"], values, strict=True)}
    note = "made by geolocate.data.build.report from CIR Eyes on Russia descriptions (dev rows) and report_examples.tsv"
    out.write_text(json.dumps({"note": note, "weights": fitted}, indent=1) + "\n", encoding="utf-8")


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
