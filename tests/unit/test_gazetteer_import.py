"""Importing gazetteers: what each format gives, what bad rows cost, and how places of several files are joined."""

import gzip
import sqlite3
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geolocate.commonness import commonness
from geolocate.gazetteer import EMBEDDED, Entry, Gazetteer, Named
from geolocate.gazetteer_file import Source
from geolocate.gazetteer_import import About, about, import_gazetteer
from geolocate.gazetteer_merge import IMPORTED_POPULATION, merge
from geolocate.imports import columns, geonames, whosonfirst
from geolocate.imports.names import clean
from geolocate.imports.rows import BadTable
from geolocate.imports.surroundings import settle

ABOUT = About("mine", "mine.tsv", "csv", "ours", "2024-01-01T00:00:00Z")
WOF = "wof_id\tplacetype\tcc\tlat\tlon\tpopulation\tname\teng\tara\tother\n"


class Told(list[tuple[int, str]]):
    def __call__(self, number: int, what: str) -> None:
        self.append((number, what))


def geonames_row(number: str, name: str, code: str, lat: str = "35.5", population: str = "10") -> str:
    return "\t".join(
        [number, name, name, "Тестовка,قرية تجريبية,xx", lat, "36.5", "P", code, "SY", "", "12", "", "", "",
         population, "", "300", "Asia/Damascus", "2020-01-01"]
    )  # fmt: skip


def test_a_geonames_dump_gives_towns_areas_and_bases_and_leaves_streams_out(tmp_path: Path) -> None:
    file = tmp_path / "XX.txt"
    rows = [("1", "Testabad", "PPL"), ("2", "Test Governorate", "ADM1"), ("3", "Test District", "ADM2"),
            ("4", "Test Air Base", "AIRB"), ("5", "Test Brook", "STM")]  # fmt: skip
    file.write_text("\n".join(geonames_row(*row) for row in rows), encoding="utf-8")
    bad = Told()
    found = list(geonames.read(file, bad))
    assert [(p.ref, p.kind) for p in found] == [
        ("geonames:1", "town"), ("geonames:2", "area"), ("geonames:3", "area"), ("geonames:4", "airfield")
    ]  # fmt: skip
    assert found[0].names == ["Testabad", "Тестовка", "قرية تجريبية"]
    assert (found[0].country, found[0].admin1) == ("SY", "12")
    assert found[2].population == 0
    assert bad == []


def test_alternate_names_are_added_preferred_first(tmp_path: Path) -> None:
    dump, names = tmp_path / "XX.zip", tmp_path / "alternateNamesV2.txt"
    with zipfile.ZipFile(dump, "w") as archive:
        archive.writestr("readme.txt", "x" * 5000)
        archive.writestr("XX.txt", geonames_row("1", "Testabad", "PPL"))
    names.write_text("7\t1\tar\tتستاباد\t1\t\t\t\n8\t1\tzh\t测试\n9\t2\ten\tElsewhere\nbroken\n", encoding="utf-8")
    bad = Told()
    (place,) = geonames.read(dump, bad, names)
    assert place.names[:2] == ["Testabad", "تستاباد"]
    assert place.primaries == 2
    assert "测试" not in place.names
    assert bad == [(4, "1 columns, a row of alternate names has at least 4")]


def test_bad_geonames_rows_are_told_and_the_rest_is_read(tmp_path: Path) -> None:
    file = tmp_path / "XX.txt"
    rows = [geonames_row("x", "A town", "PPL"), geonames_row("2", "Off", "PPL", lat="123"), "short",
            geonames_row("3", "Nan", "PPL", lat="nan"), geonames_row("4", "People", "PPL", population="many"),
            geonames_row("5", "Good", "PPL")]  # fmt: skip
    file.write_bytes("\n".join(rows).encode() + b"\n\xff\xfe\tbroken bytes\n\0\tnul\n")
    bad = Told()
    assert [p.ref for p in geonames.read(file, bad)] == ["geonames:5"]
    assert [number for number, _ in bad] == [1, 2, 3, 4, 5, 7, 8]


def test_a_who_s_on_first_file_gives_kinds_names_and_main_names(tmp_path: Path) -> None:
    file = tmp_path / "wof.tsv.gz"
    rows = ["11\tlocality\tSY\t35.5\t36.5\t2\tTestābād\tTestabad|Testobad\tتستاباد\tТестабад|テスト",
            "12\tcounty\tSY\t35.5\t36.5\t90000\tTestabad", "13\tcampus\tSY\t35.5\t36.6\t\tTest Airport",
            "14\tocean\tXX\t1\t2\t\tSea", "oops\tlocality\tSY\t35\t36\t\tBad"]  # fmt: skip
    file.write_bytes(gzip.compress((WOF + "\n".join(rows)).encode()))
    bad = Told()
    found = list(whosonfirst.read(file, bad))
    assert [(p.ref, p.kind, p.population) for p in found] == [
        ("wof:11", "town", 2), ("wof:12", "area", 0), ("wof:13", "airfield", 0)
    ]  # fmt: skip
    assert found[0].names == ["Testābād", "Testabad", "تستاباد", "Testobad", "Тестабад"]
    assert found[0].primaries == 3
    assert [number for number, _ in bad] == [6]


@pytest.mark.parametrize("separator", ["\t", ";", ","])
def test_a_table_is_read_by_its_column_map(tmp_path: Path, separator: str) -> None:
    file = tmp_path / "places.csv"
    rows = [["code", "breite", "laenge", "lat_name", "ar_name"], ["C1", "35.5", "36.5", "Bab (old)", "باب القرية"]]
    file.write_text("\ufeff" + "\n".join(separator.join(row) for row in rows), encoding="utf-8")
    mapped = columns.parse_map("ref=code, name=lat_name,name=ar_name,lat=breite,lon=laenge")
    (place,) = columns.read(file, Told(), "mine", mapped)
    assert (place.ref, place.names, place.primaries) == ("mine:C1", ["Bab", "باب القرية"], 2)


def test_usual_headings_need_no_map(tmp_path: Path) -> None:
    file = tmp_path / "places.tsv"
    file.write_text(
        'pcode\tlat\tlon\tname_en\tname_ar\tradius_km\tkind\nC1\t35.5\t36.5\tA "quoted\tاسم طويل\t0.5\tbridge\n',
        encoding="utf-8",
    )
    (place,) = columns.read(file, Told(), "mine")
    assert (place.ref, place.kind, place.radius_km, len(place.names)) == ("mine:C1", "bridge", 0.5, 2)


@pytest.mark.parametrize("stated", ["lat", "lat=", "height=h", "lat=a,lat=b"])
def test_a_wrong_column_map_is_refused(stated: str) -> None:
    with pytest.raises(ValueError):
        columns.parse_map(stated)


@pytest.mark.parametrize(
    ("content", "said"),
    [("", "empty"), ("a,b\n1,2\n", "no column is known to be name, lat, lon"), ("name,lat,lon\nX,,\n", "no usable")],
)
def test_a_file_without_places_is_refused(tmp_path: Path, content: str, said: str) -> None:
    file = tmp_path / "places.csv"
    file.write_text(content)
    with pytest.raises(BadTable, match=said):
        import_gazetteer(file, tmp_path / "out.sqlite", "csv", ABOUT, bad=Told())


def test_a_damaged_archive_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "places.csv.gz"
    file.write_bytes(gzip.compress(b"name,lat,lon\n" + b"Some Town,35,36\n" * 5000)[:-20])
    with pytest.raises(BadTable, match="damaged"):
        list(columns.read(file, Told(), "mine"))


def test_a_quotation_that_is_not_closed_costs_one_row(tmp_path: Path) -> None:
    file = tmp_path / "places.csv"
    rows = ['"Two\nLines",35,36', '"Open Town,35,36', *["Later Town,35,36"] * 100, '"Comma, Town",35,36']
    file.write_text("name,lat,lon\n" + "\n".join(rows), encoding="utf-8")
    bad = Told()
    assert [p.names[0] for p in columns.read(file, bad, "mine")] == ["Two Lines", *["Later Town"] * 100, "Comma, Town"]
    assert bad == [(4, "a quotation that is not closed")]


def test_a_line_without_an_end_is_skipped(tmp_path: Path) -> None:
    file = tmp_path / "places.csv"
    file.write_bytes(b"name,lat,lon\nFirst Town,35,36\n" + b"x" * 2_500_000 + b"\nLast Town,35,36\n")
    bad = Told()
    assert [p.names[0] for p in columns.read(file, bad, "mine")] == ["First Town", "Last Town"]
    assert bad == [(3, "the line is longer than a megabyte")]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(max_size=60), max_size=8))
def test_no_table_of_strangers_raises_anything_else(tmp_path: Path, rows: list[str]) -> None:
    file = tmp_path / "odd.csv"
    file.write_bytes(("name,lat,lon\n" + "\n".join(rows)).encode("utf-8", "surrogatepass"))
    for place in columns.read(file, Told(), "mine"):
        assert place.names
        assert abs(place.lat) <= 90


def test_names_lose_brackets_and_alternatives_become_names() -> None:
    assert clean(["Ain al-Arab (Kobani)", "Kobane / Kobani", "KAC", "kobani", "コバニ", ""]) == [
        "Ain al-Arab", "Kobane", "Kobani"
    ]  # fmt: skip


def test_country_and_area_come_from_towns_near_by() -> None:
    found = [
        Source("a:1", "town", 35.93, 36.63, 1.0, "", "XY1", 0, ["One"]),
        Source("a:2", "town", 35.94, 36.64, 1.0, "", "XY1", 0, ["Two"]),
        Source("a:3", "town", -50.0, -150.0, 1.0, "", "", 0, ["Nowhere"]),
    ]
    settle(found, keep_admin1=False)
    assert [(p.country, p.admin1) for p in found] == [("SY", "12"), ("SY", "12"), ("", "")]


def test_an_imported_file_answers_and_says_what_it_is(tmp_path: Path) -> None:
    file, out = tmp_path / "places.csv", tmp_path / "out.sqlite"
    file.write_text("id,name,name_ar,lat,lon\n1,Qwertabad,قورتاباد,35.9,36.6\n2,,,0,0\n", encoding="utf-8")
    done = import_gazetteer(file, out, "csv", ABOUT, bad=Told())
    assert (done.places, done.bad) == (1, 1)
    assert about(out) == done
    with Gazetteer.open([out]) as gazetteer:
        assert all(map(gazetteer.known, ("'qwertabad", "قورتاباد")))
        (named,) = gazetteer.lookup("قورتاباد")
    assert (named.entry.ref, named.entry.country, named.primary) == ("mine:1", "SY", True)


def test_the_shipped_gazetteer_says_what_it_is() -> None:
    assert about(EMBEDDED).places > 200_000


def test_a_file_that_is_no_gazetteer_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.sqlite").write_bytes(b"no database at all, but long enough to be read" * 10)
    with pytest.raises(sqlite3.DatabaseError):
        about(tmp_path / "x.sqlite")


def named(ref: str, lat: float, kind: str = "town", population: int = 0, country: str = "SY") -> Named:
    return Named(Entry(ref, ref, kind, lat, 36.0, 1.0, country, "", population), "", True, False, 0)


def test_one_place_of_two_files_is_one_entry_with_the_larger_population() -> None:
    (one,) = merge([[named("geonames:1", 35.0)], [named("wof:2", 35.01, population=90_000)]])
    assert (one.entry.ref, one.entry.lat, one.entry.population) == ("geonames:1", 35.0, 90_000)


def test_places_of_one_file_other_kinds_and_far_ones_stay_apart() -> None:
    first = [named("geonames:1", 35.0), named("geonames:2", 35.01)]
    second = [named("wof:3", 35.5), named("wof:4", 35.0, kind="area"), named("wof:5", 35.0, country="TR")]
    assert {n.entry.ref for n in merge([first, second])} == {"geonames:1", "geonames:2", "wof:3", "wof:4", "wof:5"}


def test_a_place_of_a_second_file_goes_to_the_nearest_of_the_first() -> None:
    found = merge([[named("a:1", 35.0), named("a:2", 35.02)], [named("b:1", 35.019, population=70_000)]])
    assert [(n.entry.ref, n.entry.population) for n in found] == [("a:1", 0), ("a:2", 70_000)]


def test_an_imported_village_weighs_like_a_small_town_whether_or_not_it_is_shipped_too() -> None:
    for shipped in ([], [named("a:1", 35.0)]):
        (one,) = merge([shipped, [named("b:1", 35.0)]])
        assert one.entry.population == IMPORTED_POPULATION
    (alone,) = merge([[named("a:1", 35.0)], []])
    assert alone.entry.population == 0


def test_common_words_are_known_as_such() -> None:
    assert commonness("Revolution") > 35
    assert commonness("الثورة") > 40
    assert commonness("Qwertabad") == commonness("New York") == commonness("") == 0
