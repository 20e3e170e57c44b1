"""Where are the files that come with posts when whoever looks at them comes? In the media store, by their hash."""

from dataclasses import replace
from pathlib import Path

from collector.context import Context
from collector.media import StoredFile
from collector.sources.base import Post

_KEPT = "sha256:"


def with_files_kept(ctx: Context, post: Post) -> Post:
    """The post with its files in the media store: the folder they lie in will be gone, or is another machine's."""
    if not any(post.media_files):
        return post
    return replace(post, media_files=tuple(_kept(ctx, file) if file else None for file in post.media_files))


def _kept(ctx: Context, file: str) -> str:
    # what is not there is told when it is to be looked at
    return _KEPT + ctx.media.add_file(Path(file)).sha256 if Path(file).is_file() else file


def stored_file(ctx: Context, file: str) -> StoredFile | None:
    """The file that came with a post, if it was kept; None for one that lies where it lay."""
    if not file.startswith(_KEPT):
        return None
    with ctx.media.local(file.removeprefix(_KEPT)) as path:
        return ctx.media.add_file(path)
