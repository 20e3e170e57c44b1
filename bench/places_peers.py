"""How well do packages that find place names do on the same texts? `python -m bench.places_peers [--rows N]`

All in one run: this locator, flashgeotext fed the Latin and Arabic names of the same gazetteer, geotext with
its own list, and natasha's slovnet for Russian spans (`pip install "convoywatch[bench]"`). Spans are scored by
`score_toponyms.py`, positions by `score_places.py`: a peer that gives a name alone gets the most populous place of it.
"""

import argparse
import importlib.util
import json
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench.places import SHARED
from geolocate.gazetteer import EMBEDDED, Gazetteer
from geolocate.locate import Locator
from geolocate.locate_lines import as_contract
from geolocate.text import keys, toponyms
from geolocate.text.normalise import tokenize

SETS = {
    "std_lgl": "score_toponyms.py",
    "std_geowebnews": "score_toponyms.py",
    "idrisi_d_en": "score_toponyms.py",
    "idrisi_d_ar": "score_toponyms.py",
    "ner_nerel_ru": "score_toponyms.py",
    "cir_eyes_on_russia_en": "score_places.py",
    "viina_ru": "score_places.py",
}
SHOWN = ("precision", "recall", "f1", "acc161", "end_to_end161", "any25", "best10", "best25", "best161")
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Peer:
    """A finder of spans: `spans(text)` gives (start, end) in code points."""

    name: str
    spans: Callable[[str], list[Span]]
    languages: frozenset[str]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=300)
    given = options.parse_args()
    with Gazetteer.open() as gazetteer:
        peers = [geotext(), flashgeotext(), slovnet()]
        locator = Locator(gazetteer)
        for name, scorer in SETS.items():
            rows = _rows(name, given.rows)
            _score(name, "convoywatch", scorer, rows, partial(_ours, locator))
            for peer in peers:
                if rows[0]["lang"] in peer.languages:
                    _score(name, peer.name, scorer, rows, partial(_theirs, peer, gazetteer))


def _rows(name: str, most: int) -> list[dict[str, str]]:
    lines = (SHARED / "eval" / "places" / f"{name}.dev.jsonl").read_text(encoding="utf-8").strip().split("\n")
    return [json.loads(line) for line in (lines[:: max(1, len(lines) // most)] if most else lines)]


def _score(
    name: str, peer: str, scorer: str, rows: list[dict[str, str]], answer: Callable[[dict[str, str]], dict[str, object]]
) -> None:
    start = time.perf_counter()
    found = [{**answer(row), "id": row["id"]} for row in rows]
    speed = len(rows) / (time.perf_counter() - start)
    with tempfile.TemporaryDirectory() as folder:
        truth, located = Path(folder) / "truth.jsonl", Path(folder) / "located.jsonl"
        truth.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        located.write_text("".join(json.dumps(row) + "\n" for row in found), encoding="utf-8")
        command = [sys.executable, str(SHARED / "eval" / scorer), str(truth), str(located)]
        command += ["--only-in-text"] if name.startswith("cir_") else []
        printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    figures = json.loads(printed)
    shown = " ".join(f"{key} {figures[key]}" for key in SHOWN if figures.get(key) is not None)
    print(f"{name} {peer} {speed:.0f}/s {shown}", flush=True)


def _ours(locator: Locator, row: dict[str, str]) -> dict[str, object]:
    return as_contract(locator.locate(row["text"], lang=row.get("lang")))


def _theirs(peer: Peer, gazetteer: Gazetteer, row: dict[str, str]) -> dict[str, object]:
    """What a peer's spans become when each gets the most populous place of its name."""
    text = row["text"]
    tokens = tokenize(text)
    units = keys.units(text, tokens)
    places = []
    for start, end in sorted(set(peer.spans(text))):
        mention = toponyms.at_span(text, units, start, end, gazetteer)
        if mention is not None and mention.readings:
            best = max(mention.readings, key=lambda r: r.named.entry.population).named.entry
            places.append(
                {
                    "text": text[start:end], "start": start, "end": end, "name": best.name, "ref": best.ref,
                    "lat": best.lat, "lon": best.lon, "radius_km": 10.0, "role": "mention", "probability": 0.5,
                    "alternatives": [],
                }
            )  # fmt: skip
        elif peer.name == "slovnet":
            places.append(
                {
                    "text": text[start:end], "start": start, "end": end, "name": text[start:end], "ref": "", "lat": 0.0,
                    "lon": 0.0, "radius_km": 10.0, "role": "mention", "probability": 0.5, "alternatives": [],
                }
            )  # fmt: skip
    known = [place for place in places if place["ref"]]
    here = {key: known[0][key] for key in ("lat", "lon", "radius_km")} if known else None
    return {"lang": "", "places": places, "position": here, "convoy": {"probability": 0.0}, "seen": None}


def geotext() -> Peer:
    """The names that geotext's own list finds; it gives no spans, so each name's occurrences are searched."""
    from geotext import GeoText

    def spans(text: str) -> list[Span]:
        found = GeoText(text)
        return [at for name in {*found.cities, *found.countries} for at in _occurrences(text, name)]

    return Peer("geotext", spans, frozenset({"en"}))


def _occurrences(text: str, name: str) -> Iterator[Span]:
    at = text.find(name)
    while at >= 0:
        yield at, at + len(name)
        at = text.find(name, at + 1)


def flashgeotext() -> Peer:
    """flashgeotext with the Latin and Arabic names of our gazetteer, which spells no Cyrillic ones out."""
    from flashgeotext.geotext import GeoText, GeoTextConfiguration
    from flashgeotext.lookup import LookupData
    from loguru import logger

    logger.disable("flashgeotext")
    names = {name: [name] for name in _names() if len(name) > 2}
    finder = GeoText(GeoTextConfiguration(use_demo_data=False, case_sensitive=True))
    finder.add(LookupData(name="places", data=names))

    def spans(text: str) -> list[Span]:
        found = finder.extract(text, span_info=True)["places"]
        return [span for place in found.values() for span in place["span_info"]]

    return Peer("flashgeotext", spans, frozenset({"en", "ar"}))


def _names() -> set[str]:
    """The names in the embedded gazetteer: as spelled, and its Arabic keys."""
    with closing(sqlite3.connect(f"file:{EMBEDDED}?mode=ro", uri=True)) as store:
        spelled = {str(name) for (name,) in store.execute("SELECT name FROM place")}
        keyed = [str(key) + str(tail) for key, tail in store.execute("SELECT key, tail FROM name")]
    return spelled | {key for key in keyed if "ا" <= key[:1] <= "ي"}


def slovnet() -> Peer:
    """natasha's Russian tagger; its data is loaded by itself, for `import natasha` asks for pymorphy2."""
    from navec import Navec
    from slovnet import NER

    spec = importlib.util.find_spec("natasha")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    data = Path(spec.submodule_search_locations[0]) / "data"
    tagger = NER.load(str(data / "model" / "slovnet_ner_news_v1.tar"))
    tagger.navec(Navec.load(str(data / "emb" / "navec_news_v1_1B_250K_300d_100q.tar")))
    return Peer(
        "slovnet", lambda text: [(s.start, s.stop) for s in tagger(text).spans if s.type == "LOC"], frozenset({"ru"})
    )


if __name__ == "__main__":
    main()
