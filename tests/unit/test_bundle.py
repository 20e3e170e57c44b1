"""An evidence bundle holds the bytes it names, tells what is missing, and runs nothing of strangers."""

import hashlib
import io
import zipfile
from pathlib import Path

from lxml import html

from collector.capture import Captures
from collector.export.bundle import Folders, write
from collector.media import MediaStore

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)> حمص"


def test_what_is_there_is_in_it_and_what_is_not_is_named(tmp_path: Path) -> None:
    captures, media = Captures(tmp_path / "captures"), MediaStore(tmp_path / "media")
    answer, film = b"<html>a page</html>", b"not really a film" * 1000
    stored = media.add_stream(io.BytesIO(film)).sha256
    lost = hashlib.sha256(b"lost").hexdigest()
    base = {
        "platform": "telegram", "channel_name": "chan", "channel_title": HOSTILE, "native_id": "chan/1", "revision": 1,
        "url": "javascript:alert(1)", "posted_at": "2026-03-01T12:00:00Z", "collected_at": None, "removed_at": None,
        "copy_of_post_id": None, "copy_reason": None, "post_text": HOSTILE,
    }  # fmt: skip
    posts = [base | {"post_id": 1, "capture_sha256": captures.store(answer)}]
    posts += [base | {"post_id": 2, "capture_sha256": lost, "post_text": "=1+1"}]
    files = [{"post_id": 1, "kind": "video", "state": "done", "sha256": stored}]
    found = [{"kind": "sighting", "id": 1, "place": HOSTILE, "trail": posts}]
    out = tmp_path / "bundle.zip"
    assert write(out, found, posts, files, Folders(captures, media)) == 1
    first = out.read_bytes()
    assert write(out, found, posts, files, Folders(captures, media)) == 1
    assert out.read_bytes() == first
    with zipfile.ZipFile(out) as made:
        assert made.read(f"captures/{hashlib.sha256(answer).hexdigest()}") == answer
        assert made.read(f"media/{stored}") == film
        assert lost in made.read("missing.csv").decode()
        assert "'=1+1" in made.read("posts.csv").decode()
        page = html.fromstring(made.read("index.html").decode())
    assert page.xpath("//script | //img | //a | //@onerror | //link") == []
    assert HOSTILE in page.text_content()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["bundle.zip", "captures", "media"]


def test_files_are_left_out_unless_they_are_wanted(tmp_path: Path) -> None:
    files = [{"post_id": 1, "kind": "video", "state": "done", "sha256": "ab" * 32}]
    assert write(tmp_path / "b.zip", [], [], files, Folders(Captures(tmp_path / "captures"), None)) == 0
    with zipfile.ZipFile(tmp_path / "b.zip") as made:
        assert sorted(made.namelist()) == ["SHA256SUMS", "data.json", "index.html", "media.csv", "posts.csv"]
