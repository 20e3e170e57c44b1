"""Archives give their files, and nothing lands outside or fills the disk."""

import gzip
import io
import lzma
import os
import tarfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from collector import ingest_archive
from collector.errors import Unparseable, Unsupported
from collector.ingest_archive import archive_kind, files_in, unpack


def zipped(path: Path, members: Sequence[tuple[str, bytes]]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members:
            archive.writestr(name, body)
    return path


def unpacked(archive: Path, into: Path) -> tuple[dict[str, bytes], list[str]]:
    into.mkdir()
    wrong: list[str] = []
    unpack(archive, into, lambda item, why: wrong.append(f"{item}: {why}"))
    return {str(file.relative_to(into)): file.read_bytes() for file in into.rglob("*") if file.is_file()}, wrong


def test_a_zip_gives_its_files(tmp_path: Path) -> None:
    files, wrong = unpacked(zipped(tmp_path / "a.zip", [("in/a.jsonl", b"1"), ("b.csv", b"2")]), tmp_path / "out")
    assert (files, wrong) == ({"in/a.jsonl": b"1", "b.csv": b"2"}, [])


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "a/../../evil", "C:\\evil", "..\\evil"])
def test_no_member_lands_outside(tmp_path: Path, name: str) -> None:
    files, wrong = unpacked(zipped(tmp_path / "a.zip", [(name, b"x"), ("good", b"y")]), tmp_path / "out")
    assert files == {"good": b"y"}
    assert len(wrong) == 1
    assert not list(tmp_path.glob("evil"))


def test_links_and_devices_of_a_tar_are_told(tmp_path: Path) -> None:
    path = tmp_path / "a.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
        body = tarfile.TarInfo("in/a")
        body.size = 2
        archive.addfile(body, io.BytesIO(b"ok"))
    files, wrong = unpacked(path, tmp_path / "out")
    assert files == {"in/a": b"ok"}
    assert "link" in wrong[0]


def test_one_packed_file_is_that_file(tmp_path: Path) -> None:
    for suffix, packed in ((".gz", gzip.compress(b"lines")), (".xz", lzma.compress(b"lines"))):
        path = tmp_path / f"posts.jsonl{suffix}"
        path.write_bytes(packed)
        assert archive_kind(packed[:512]) == "tar"
        assert unpacked(path, tmp_path / f"out{suffix}")[0] == {"posts.jsonl": b"lines"}


def test_an_encrypted_member_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", [("secret", b"x"), ("open", b"y")])
    body = bytearray(path.read_bytes())
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):  # the flag of the first member
        body[body.index(magic) + offset] |= 1
    path.write_bytes(bytes(body))
    files, wrong = unpacked(path, tmp_path / "out")
    assert files == {"open": b"y"}
    assert "encrypted" in wrong[0]


def test_a_damaged_member_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", [("first", b"0123456789" * 100), ("open", b"y")])
    body = bytearray(path.read_bytes())
    body[36] ^= 0xFF
    path.write_bytes(bytes(body))
    files, wrong = unpacked(path, tmp_path / "out")
    assert files == {"open": b"y"}
    assert "first" in wrong[0]


def test_a_bomb_is_refused_before_it_fills_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest_archive, "_ALLOWANCE", 1000)
    path = zipped(tmp_path / "bomb.zip", [("zeros", bytes(20_000_000))])
    with pytest.raises(Unparseable, match="far more than its size"):
        unpacked(path, tmp_path / "out")
    assert sum(file.stat().st_size for file in (tmp_path / "out").rglob("*")) < 5_000_000


def test_a_cut_archive_and_other_kinds_are_told(tmp_path: Path) -> None:
    cut = zipped(tmp_path / "a.zip", [("a", os.urandom(2000))])
    cut.write_bytes(cut.read_bytes()[:1500])
    with pytest.raises(Unparseable):
        unpacked(cut, tmp_path / "out")
    for head in (b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07\x00", b"\x28\xb5\x2f\xfd"):
        with pytest.raises(Unsupported, match="unpack it"):
            archive_kind(head)
    assert archive_kind(b"<html>") is None
    with pytest.raises(Unsupported, match="CSV"):
        unpacked(zipped(tmp_path / "b.xlsx", [("[Content_Types].xml", b"")]), tmp_path / "office")


def test_an_exports_folder_is_one_and_a_pages_folder_is_left_alone(tmp_path: Path) -> None:
    for name in ("page.html", "page_files/ad.png", "chat/result.json", "chat/photos/1.jpg", "x/b.csv", ".git/a"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    assert [str(path.relative_to(tmp_path)) for path in files_in(tmp_path)] == ["chat", "page.html", "x/b.csv"]
