"""How much of what reports nothing is taken for a report? Ceilings; they may be lowered, never raised.

Collections that hold hardly any report of columns: disasters, local news, interviews, raids from the air. A newsroom
that follows such channels would otherwise drown in sightings that are none.
"""

import hashlib
import json
import os
from pathlib import Path

import pytest

from geolocate.text.designations import joined
from geolocate.text.normalise import tokenize
from geolocate.text.report import probability

SHARED = Path(os.environ.get("CONVOYWATCH_SHARED", Path(__file__).resolve().parents[2] / ".." / "shared"))

pytestmark = pytest.mark.skipif(not (SHARED / "eval" / "places").is_dir(), reason=f"no evaluation sets at {SHARED}")

#: (collection, its SHA-256, the largest share over one half)
CEILINGS = (
    ("idrisi_d_en", "bbca29055b629f3237a08cd35ef62ff8ea7b476d64f168aa3f5bb99101226358", 0.004),
    ("std_lgl", "d5d7e3b929dca572d9eb52c6e1161785944dcd5d9bce451ecf1829a2f4a2c1c6", 0.004),
    ("ner_nerel_ru", "fe84160d333dfd7d16dce9ba1f06215f0ddccb1b62cd98dcdb8b0093d1900097", 0.004),
    ("syrian_archive_en", "261cd186f7fa0ea792a37a206c8af9f8e12eac221b79cd34dde34c225d9bf8bb", 0.012),
    ("syrian_archive_ar", "123c0a2bda6b90f030961fa6165e483e192548ffb36b220d3d56baf121034fad", 0.002),
    ("viina_uk", "4223b92aa8a43aee7319b5f94c1c101fb70ffa990749c7c54157276a8f56e3dc", 0.006),
)


@pytest.mark.parametrize(("name", "digest", "ceiling"), CEILINGS)
def test_hardly_anything_is_taken_for_a_report(name: str, digest: str, ceiling: float) -> None:
    raw = (SHARED / "eval" / "places" / f"{name}.dev.jsonl").read_bytes()
    if hashlib.sha256(raw).hexdigest() != digest:
        pytest.skip(f"{name} is another edition than the one its ceiling was measured on")
    texts = sorted({json.loads(line).get("text") or "" for line in raw.decode().strip().split("\n")})
    over = [text for text in texts if probability(joined(text, tokenize(text))) >= 0.5]
    assert len(over) / len(texts) <= ceiling, over[:10]
