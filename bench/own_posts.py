"""How well does `convoywatch locate` read our own labelled posts? `python -m bench.own_posts [--errors LANG]`

Prints the figures of the tuning part and of the held-out part of `tests/eval/movement_posts_*.tsv`; `--errors` lists
the mistakes in the tuning part (those in the held-out part are never shown). `--stream N` locates the posts over and
over, N in all, each made different by a number, and prints posts a second of processor time and the memory in use.
"""

import argparse
import resource
import time
from dataclasses import asdict

from geolocate.gazetteer import Gazetteer
from geolocate.locate import Locator
from geolocate.types import Located
from tests.eval.own_posts import Labelled, count_right, figures, is_placed, read, role_errors


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--errors", choices=["ru", "ar"])
    options.add_argument("--stream", type=int, default=0)
    given = options.parse_args()
    with Gazetteer.open() as gazetteer:
        locator = Locator(gazetteer)
        if given.stream:
            _stream(locator, given.stream)
            return
        for lang in ("ru", "ar"):
            for held_out in (False, True):
                part = [post for post in read(lang) if post.held_out == held_out]
                shown = {k: round(v, 3) for k, v in asdict(figures(part, locator)).items()}
                print(lang, "held out" if held_out else "tuning", *(f"{k} {v}" for k, v in shown.items()))
        if given.errors:
            for post in read(given.errors):
                if not post.held_out:
                    _show(post, locator.locate(post.text))


def _stream(locator: Locator, many: int) -> None:
    texts = [post.text for lang in ("ru", "ar") for post in read(lang)]
    print(f"{sum(map(len, texts)) / len(texts):.0f} characters a post")
    start = time.process_time()
    for number in range(1, many + 1):
        locator.locate(f"{texts[number % len(texts)]} {number}")
        if number % max(1, many // 5) == 0:
            used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(f"{number} posts {number / (time.process_time() - start):.0f}/s {used:.0f} MB", flush=True)


def _show(post: Labelled, located: Located) -> None:
    errors = []
    if (located.convoy.probability >= 0.5) != post.presence:
        errors.append(f"presence {located.convoy.probability:.2f}, is {int(post.presence)}")
    if post.presence and post.count and not count_right(post, located):
        read_as = (located.convoy.vehicles_min, located.convoy.vehicles_max)
        errors.append(f"count {read_as}, is {post.count}")
    for role in ("from", "to", "via") if post.presence else ():
        _, wrong, missed = role_errors(post, located, role)
        if wrong or missed:
            errors.append(f"{role} wrong {wrong} missed {missed}")
    if post.presence and post.seen and not is_placed(post, located):
        errors.append(f"seen at {post.seen}: {located.explanation}")
    if errors:
        print(post.text.replace("\n", " / "), *errors, sep="\n    ")


if __name__ == "__main__":
    main()
