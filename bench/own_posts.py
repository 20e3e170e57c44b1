"""How well does `convoywatch locate` read our own labelled posts? `python -m bench.own_posts [--errors LANG]`

Prints the figures of the tuning part and of the held-out part of `tests/eval/movement_posts_*.tsv`; `--errors` lists
the mistakes in the tuning part (those in the held-out part are never shown).
"""

import argparse
from dataclasses import asdict

from geolocate.gazetteer import Gazetteer
from geolocate.locate import Locator
from geolocate.types import Located
from tests.eval.own_posts import Labelled, count_right, figures, is_placed, read, role_errors


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--errors", choices=["ru", "ar"])
    given = options.parse_args()
    with Gazetteer.open() as gazetteer:
        locator = Locator(gazetteer)
        for lang in ("ru", "ar"):
            for held_out in (False, True):
                part = [post for post in read(lang) if post.held_out == held_out]
                shown = {k: round(v, 3) for k, v in asdict(figures(part, locator)).items()}
                print(lang, "held out" if held_out else "tuning", *(f"{k} {v}" for k, v in shown.items()))
        if given.errors:
            for post in read(given.errors):
                if not post.held_out:
                    _show(post, locator.locate(post.text))


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
