"""Search finds posts by any form of their words, in whatever script, the same on both databases."""

from collections.abc import Iterator

import pytest

from collector.errors import ConvoywatchError
from collector.search import VERSION, asked, catch_up, indexed
from db import observations, search
from db.search import Narrowed
from db.session import Store
from geolocate.gazetteer import Gazetteer
from tests.contract.made import HOUR, NOW, analyzer, evidence, observation, saved_post

TEXTS = {
    "ru": "Большая колонна техники движется к Хмеймиму, видели у Хомса.",
    "uk": "Колони військової техніки рухаються до авіабази",
    "ar": "شوهد الرتل العسكري قرب مطار حميميم",
    "en": "Two convoys were seen near Kafranbel, heading west.",
    "ru2": "Под Кафранбелем тихо.",
}


@pytest.fixture(scope="module")
def gazetteer() -> Iterator[Gazetteer]:
    with Gazetteer.open() as opened:
        yield opened


@pytest.fixture
def filled(store: Store) -> Store:
    with store.write() as conn:
        for n, (name, text) in enumerate(TEXTS.items()):
            saved_post(conn, f"chan/{name}", text, posted_at=NOW - n * HOUR, channel_name="Chan")
    assert catch_up(store) == len(TEXTS)
    return store


def found(
    store: Store, gazetteer: Gazetteer, question: str, only: Narrowed | None = None, *, every: bool = True
) -> list[str]:
    with store.read() as conn:
        rows = search.find(conn, asked(question, gazetteer), 10, only, every=every)
    return [row.native_id.removeprefix("chan/") for row in rows]


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("колонна", {"ru", "uk"}),
        ("КОЛОННОЙ", {"ru", "uk"}),
        ("колонна Хмеймим", {"ru"}),
        ("رتل", {"ar"}),
        ("الرَّتْل عسكري", {"ar"}),
        ("convoy", {"en"}),
        ("Convoys west", {"en"}),
        ("Кафранбель", {"ru2", "en"}),
        ("kafranbel", {"ru2", "en"}),
        ("tank", set()),
    ],
)
def test_any_form_of_a_word_is_found(filled: Store, gazetteer: Gazetteer, question: str, wanted: set[str]) -> None:
    assert set(found(filled, gazetteer, question)) == wanted


def test_a_place_is_found_in_every_script_once_it_was_located(filled: Store, gazetteer: Gazetteer) -> None:
    assert found(filled, gazetteer, "Хмеймим") == ["ru"]
    ref = next(r for term in asked("Хмеймим", gazetteer) for r in term.refs)
    with filled.write() as conn:
        post_id = next(row.id for row in search.find(conn, asked("مطار", gazetteer), 1))
        observations.save(conn, post_id, analyzer(conn, "locate"), [evidence("حميميم", ref=ref)], observation())
    assert set(found(filled, gazetteer, "Хмеймим")) == {"ru", "ar"}


def test_the_word_itself_comes_before_a_name_that_only_sounds_like_it(filled: Store, gazetteer: Gazetteer) -> None:
    assert found(filled, gazetteer, "Kafranbel") == ["en", "ru2"]
    assert found(filled, gazetteer, "Кафранбель") == ["ru2", "en"]


def test_some_of_the_words_will_do_when_asked_so(filled: Store, gazetteer: Gazetteer) -> None:
    assert found(filled, gazetteer, "convoys Кафранбель") == ["en"]
    assert found(filled, gazetteer, "convoys Кафранбель", every=False) == ["en", "ru2"]


def test_a_common_word_is_looked_for_among_the_newest_first_and_answered_the_same(
    filled: Store, gazetteer: Gazetteer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with filled.write() as conn:  # stored last, but not the newest by their own time
        for n in range(6):
            saved_post(conn, f"chan/{n}", "колонна" if n % 2 else "Колонна, колонны", posted_at=NOW - n * HOUR / 4)
    catch_up(filled)

    def first(limit: int, question: str) -> list[str]:
        with filled.read() as conn:
            return [row.native_id for row in search.find(conn, asked(question, gazetteer), limit)]

    questions = [(limit, question) for limit in (1, 3, 20) for question in ("колонна", "колонна Хомс")]
    whole = [first(*one) for one in questions]
    monkeypatch.setattr(search, "COMMON", 1)
    for newest in (1, 3, 100):
        monkeypatch.setattr(search, "NEWEST", newest)
        assert [first(*one) for one in questions] == whole


def test_times_and_source_narrow_what_is_found(filled: Store, gazetteer: Gazetteer) -> None:
    assert found(filled, gazetteer, "колонна", Narrowed(since=NOW - HOUR / 2)) == ["ru"]
    assert found(filled, gazetteer, "колонна", Narrowed(until=NOW - HOUR / 2)) == ["uk"]
    assert found(filled, gazetteer, "convoy", Narrowed(source="chan")) == ["en"]
    assert found(filled, gazetteer, "convoy", Narrowed(source="other")) == []


@pytest.mark.parametrize("question", ['"', "' OR 1=1 --", "колонна:* NEAR(a b)", "a' & !b", "\\", "AND NOT x", "💥"])
def test_nothing_in_a_question_is_taken_for_the_databases_own_language(
    filled: Store, gazetteer: Gazetteer, question: str
) -> None:
    if any(c.isalpha() for c in question):
        assert set(found(filled, gazetteer, question, every=False)) <= set(TEXTS)
    else:
        with pytest.raises(ConvoywatchError, match="no word"):
            found(filled, gazetteer, question)


def test_a_post_of_older_rules_is_indexed_anew_and_an_edit_hides_what_was_before(store: Store) -> None:
    with store.write() as conn:
        one = saved_post(conn, "chan/1", "nothing")
        search.index(conn, VERSION - 1, {one: ("older", "")})
    assert catch_up(store) == 1
    assert catch_up(store) == 0
    with store.read() as conn:
        assert [r.id for r in search.find(conn, [search.Term(("nothing",))], 5)] == [one]
        assert search.find(conn, [search.Term(("older",))], 5) == []


def test_a_text_of_any_length_can_be_indexed(store: Store, gazetteer: Gazetteer) -> None:
    with store.write() as conn:
        saved_post(conn, "chan/1", "start " + " ".join(f"слово{n}" for n in range(60_000)))
    assert catch_up(store) == 1
    assert found(store, gazetteer, "start") == ["1"]


def test_words_are_kept_once_each() -> None:
    words, names = indexed("Tanks, tanks and a Tank near Homs")
    assert words.split() == ["tanks", "tank", "and", "a", "near", "homs", "hom"]
    assert "hms" in names.split()
