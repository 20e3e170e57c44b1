"""What of a message would a copy keep, and are two messages one: word for word, nearly, or in another language?

Runs of three words, each weighed by how much its words say (`message.bits`). A formula that many write proves nothing
("the convoy moves toward Khmeimim"), the same thirty words do; what lies between proves it for a while, since two
people seldom write the same within the hour. A number or rare word in the place of another speaks against it: that is
what differs between two reports from one template. In another script only numbers and names are compared.
"""

import hashlib
import re
import struct
import zlib
from dataclasses import dataclass
from itertools import pairwise
from math import inf

import numpy as np
from numpy.typing import NDArray

from geolocate.message import bits, is_year, message
from geolocate.text.skeleton import romanise, skeleton

#: raise it whenever prints of the same text come out differently: prints of two versions are not compared
VERSION = 1
Runs = NDArray[np.uint32]
Weights = NDArray[np.uint8]
Anchors = NDArray[np.int64]
#: words in a run; runs that a text needs before it can be nearly another
_WORDS, _ENOUGH = 3, 6
#: of so many neighbouring runs one at least is an anchor (winnowing: Schleimer, Wilkerson and Aiken 2003)
_WINDOW = 6
#: mean bits a word from which a run makes a good anchor
_TELLING = 4.0
#: share of the shorter text that the other must hold; and how many times as much that may say
CONTAINED, LONGER = 0.7, 4.0
#: bits under which the same words prove nothing; bits more double the hours for which they do; bits of a proof for ever
_LEAST, _DOUBLING, _PROOF = 20.0, 4.0, 80.0
_HALF_HOUR = 0.5
#: what near-same words prove less than the same words, bits; and bits for which one number or name may differ
_NOT_THE_SAME, _SLIP = 10.0, 100.0
#: in another script: bits from which numbers and names prove a copy, what more doubles the hours, and at most so many
_FOREIGN, _FOREIGN_DOUBLING, _FOREIGN_HOURS = 24.0, 3.0, 72.0
_NAME_BITS, _NAMES_BITS = 5.0, 15.0
_MARK_BITS = 7.0
_DATE = re.compile(r"\b\d{1,2}[./-]\d{1,2}[./-](?:19|20)?\d\d\b|\b20\d\d-\d\d-\d\d\b")
#: scripts by the last character of each: Latin, Cyrillic, Arabic, others
_SCRIPTS = (("\u024f", "l"), ("\u03ff", "o"), ("\u052f", "c"), ("\u05ff", "o"), ("\u077f", "a"), ("\U0010ffff", "o"))
_HEAD = struct.Struct("<BcIIIII")


@dataclass(frozen=True, slots=True)
class TextPrint:
    """Of one message: `digest` of its words; `bits` they say; `runs` of words, sorted, with `weights` in quarter bits;
    `marks`, numbers and rare words; `free`, the numbers and names that every language shares; its `script`; and
    `anchors`, 63-bit numbers by which texts that may be near are found."""

    digest: str
    bits: float
    runs: Runs
    weights: Weights
    marks: Runs
    free: Runs
    script: str
    anchors: Anchors

    @property
    def hours(self) -> float:
        """How far apart two posts of just this message may lie and still be copies."""
        return hours(self.bits)


def text_print(text: str) -> TextPrint | None:
    """The print of a text; None when its words are too few or too common to prove anything."""
    plain = message(text)
    words = plain.split()
    said = [bits(word) for word in words]
    total = float(sum(said))
    if total < _LEAST:
        return None
    runs = [_hash(" ".join(words[k : k + _WORDS])) for k in range(len(words) - _WORDS + 1)]
    weights = np.array([sum(said[k : k + _WORDS]) / _WORDS for k in range(len(runs))])
    script = _script(words)
    free, chained = _free(message(_DATE.sub(" ", text)).split() if _DATE.search(text) else words, script)
    short, first = np.unique(np.array(runs, np.uint64).astype(np.uint32), return_index=True)
    marks = {zlib.crc32(_mark(w).encode()) for w, b in zip(words, said, strict=True) if b >= _MARK_BITS or w.isdigit()}
    digest = hashlib.sha256(f"{VERSION}\n{plain}".encode("utf-8", "surrogatepass")).hexdigest()
    quarters = np.clip(np.round(weights[first] * 4), 1, 255).astype(np.uint8)
    anchors = np.array(sorted({*_anchors(runs, weights), *chained}), np.int64)
    return TextPrint(digest, total, short, quarters, _sorted(marks), free, script, anchors)


def hours(proof: float) -> float:
    """How far apart posts may lie that share so many bits of words."""
    if proof >= _PROOF:
        return inf
    return _HALF_HOUR * (2.0 ** ((proof - _LEAST) / _DOUBLING) - 1.0) if proof > _LEAST else 0.0


def near_hours(a: TextPrint, b: TextPrint) -> float:
    """How far apart posts of these two messages may lie and still be copies: 0 for never, infinity for any distance."""
    if a.digest == b.digest:
        return a.hours
    if a.script != b.script:
        return _foreign_hours(a, b)
    shorter, longer = (a, b) if (_said(a), a.digest) <= (_said(b), b.digest) else (b, a)
    least = _said(shorter)
    if len(shorter.runs) < _ENOUGH or _said(longer) > LONGER * least:
        return 0.0
    common = np.isin(shorter.runs, longer.runs, assume_unique=True)
    shared = int(shorter.weights[common].sum(dtype=np.int64)) / 4
    if shared < CONTAINED * least:
        return 0.0
    # a mark that one has in place of the other's; one that was only left out or added is none
    kept = int(np.isin(shorter.marks, longer.marks, assume_unique=True).sum())
    slips = min(len(shorter.marks), len(longer.marks)) - kept
    return hours(shared - _NOT_THE_SAME) if slips <= shared // _SLIP else 0.0


def _said(print_: TextPrint) -> float:
    return int(print_.weights.sum(dtype=np.int64)) / 4


def _foreign_hours(a: TextPrint, b: TextPrint) -> float:
    """By what no translator changes. Numbers of the one that tells fewer must all be in the other."""
    fewer, more = (a, b) if len(a.free) <= len(b.free) else (b, a)
    common = fewer.free[np.isin(fewer.free, more.free, assume_unique=True)]
    values = _worth(common)
    numbers = [v for v in values if v > 0]
    names = min(_NAMES_BITS, _NAME_BITS * (len(values) - len(numbers)))
    told = [v for v in _worth(fewer.free) if v > 0]
    if len(numbers) < 2 or len(told) > len(numbers):
        return 0.0
    proof = sum(numbers) + names
    return min(_FOREIGN_HOURS, 2.0 ** ((proof - _FOREIGN) / _FOREIGN_DOUBLING) - 1.0) if proof > _FOREIGN else 0.0


def _worth(free: Runs) -> list[float]:
    """Bits of each: the last five bits of the value hold those of a number; 0 for a name."""
    return [float(v) for v in (free & np.uint32(31)).tolist()]


def _free(words: list[str], script: str) -> tuple[Runs, list[int]]:
    """Numbers and names, and anchors made of each two numbers that follow one another. `words` are without dates."""
    numbers = [_mark(w) for w in words if w.isdigit() and not is_year(w)]
    told = {(zlib.crc32(b"n" + n.encode()) & ~31) | max(1, min(31, round(_number_bits(n)))) for n in numbers}
    if script != "a":
        names = {s for w in words if bits(w) >= _MARK_BITS and not w.isdigit() and (s := skeleton(romanise(w)))}
        told |= {zlib.crc32(b"s" + name.encode()) & ~31 for name in names}
    chained = [_hash(f"\x00{a} {b}") for a, b in pairwise(numbers) if _number_bits(a) + _number_bits(b) > 5]
    return _sorted(told), chained


def _number_bits(number: str) -> float:
    return 2.0 if len(number) < 2 else 3.3 * len(number) - 3.0 * (number.endswith("0"))


def _mark(word: str) -> str:
    """One spelling of a number: in any script's digits, without leading zeros."""
    return str(int(word)) if word.isdecimal() and len(word) < 30 else word


def _anchors(runs: list[int], weights: NDArray[np.float64]) -> list[int]:
    """Of each few neighbouring runs the one with the least hash, a telling one if there is one."""
    if not runs:
        return []
    keys = np.array(runs, np.uint64) + (weights < _TELLING).astype(np.uint64) * np.uint64(1 << 63)
    windows = np.lib.stride_tricks.sliding_window_view(keys, min(_WINDOW, len(keys)))
    chosen = np.unique(windows.min(axis=1)) & np.uint64((1 << 63) - 1)
    return [int(v) for v in chosen.tolist()]


def _hash(run: str) -> int:
    return int.from_bytes(hashlib.blake2b(run.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little") >> 1


def _sorted(values: set[int]) -> Runs:
    return np.array(sorted(values), np.uint32)


def _script(words: list[str]) -> str:
    """Which script most words are of: "l" Latin, "c" Cyrillic, "a" Arabic, "o" another or none."""
    count = {"l": 0, "c": 0, "a": 0, "o": 0}
    for word in words:
        if not word.isdigit():
            count[next(name for end, name in _SCRIPTS if word[0] <= end)] += 1
    return max(sorted(count), key=lambda name: count[name])


def pack(print_: TextPrint) -> bytes:
    """The print as bytes, some seven a word; the digest is not among them."""
    parts = (print_.runs, print_.marks, print_.free)
    sizes = (*map(len, parts), len(print_.anchors))
    head = _HEAD.pack(VERSION, print_.script.encode(), round(print_.bits * 16), *sizes)
    whole = b"".join(part.astype("<u4").tobytes() for part in parts) + print_.anchors.astype("<i8").tobytes()
    return head + whole + print_.weights.tobytes()


def unpack(digest: str, data: bytes) -> TextPrint:
    """The print of `pack`. Raises ValueError for any other bytes."""
    try:
        version, script, said, *counts = _HEAD.unpack_from(data)
        if version != VERSION:
            raise ValueError(f"a text's print of version {version}; this is version {VERSION}")
    except struct.error as error:
        raise ValueError("not a text's print, or cut off") from error
    runs, marks, free, anchors = counts
    values = np.frombuffer(data, "<u4", runs + marks + free, _HEAD.size)
    after = _HEAD.size + values.nbytes
    chained = np.frombuffer(data, "<i8", anchors, after)
    weights = np.frombuffer(data, np.uint8, runs, after + chained.nbytes)
    words, marked, shared = np.split(values, [runs, runs + marks])
    return TextPrint(digest, said / 16, words, weights, marked, shared, script.decode(), chained)
