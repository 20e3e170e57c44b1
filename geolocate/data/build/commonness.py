"""How is the table of common words made? `python -m geolocate.data.build.commonness [OUT]`

Folds the words of wordfreq in the languages of each script and keeps those from Zipf frequency LEAST on.
"""

import hashlib
import math
import sys
import zlib
from pathlib import Path

import numpy as np

from geolocate.commonness import TABLE
from geolocate.data.build.gazetteer import FREQUENCY_LANGUAGES, frequencies

#: Zipf frequency (log10 of the uses in a billion words) from which a word is kept
LEAST = 2.5


def main() -> None:
    """Build the table and print its size and SHA-256."""
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else TABLE
    found: dict[int, int] = {}
    for script in FREQUENCY_LANGUAGES:
        for word, share in frequencies(script).items():
            zipf = math.log10(share) + 9
            if zipf >= LEAST:
                value = zlib.crc32(f"{script}:{word}".encode())
                found[value] = max(found.get(value, 0), math.floor(10 * zipf))
    words = np.array(sorted(found), dtype=np.uint32)
    tens = np.array([found[int(word)] for word in words], dtype=np.uint8)
    np.savez_compressed(out, steps=np.diff(words, prepend=np.uint32(0)).astype(np.uint32), tens=tens)
    digest = hashlib.sha256(out.read_bytes()).hexdigest()
    print(f"{out.name}: {len(words)} words, {out.stat().st_size} bytes, sha256 {digest}")


if __name__ == "__main__":
    main()
