"""Where do bytes lie that several machines need? In a bucket of any S3-compatible store, under their hash.

An object appears whole or not at all (S3 promises that), and is there for all once `put` returns. Whatever goes wrong,
except that an object is not there, may pass: a store that is away for an hour must not make a thousand files "gone".
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import urlsplit

from collector.errors import Gone, Misconfigured, RetryLater
from collector.settings import Objects as Wanted

if TYPE_CHECKING:
    from obstore.store import S3Store

#: how long a store that fails is left alone, seconds
AGAIN_S = 30.0
#: how long one request is tried at all, so that a thread does not hang; a large file may take its time while it moves
_CONNECT, _READ, _WHOLE = timedelta(seconds=5), timedelta(seconds=30), timedelta(hours=1)
_RETRIES, _RETRY_FOR = 3, timedelta(seconds=15)
_CHUNK = 4 * 2**20


class Objects:
    """One bucket, below one prefix. Thread-safe. Raises `RetryLater` for what may pass, `Gone` for what is not there.

    `name` is how messages call it.
    """

    def __init__(self, wanted: Wanted) -> None:
        parts = urlsplit(wanted.url)
        self._wanted, self._bucket, self._prefix = wanted, parts.netloc, parts.path.strip("/")
        self.name = f"{wanted.url.rstrip('/')} at {wanted.endpoint or 'AWS'}"

    def put(self, key: str, body: bytes | Path) -> None:
        """Store an object; it replaces what is there."""
        import obstore

        with self._errors(key, missing=False):
            # a file is sent in parts when it is large, and appears with the last of them
            obstore.put(self._store, self._key(key), body, chunk_size=8 * 2**20)

    def get(self, key: str) -> bytes:
        """A whole object."""
        import obstore

        with self._errors(key):
            return bytes(obstore.get(self._store, self._key(key)).bytes())

    def fetch(self, key: str, into: BinaryIO) -> None:
        """A whole object, a piece at a time."""
        import obstore

        with self._errors(key):
            for chunk in obstore.get(self._store, self._key(key)).stream(min_chunk_size=_CHUNK):
                into.write(bytes(chunk))

    def size(self, key: str) -> int | None:
        """How many bytes an object has; None when there is none."""
        import obstore

        try:
            with self._errors(key):
                return int(obstore.head(self._store, self._key(key))["size"])
        except Gone:
            return None

    def listed(self, prefix: str) -> Iterator[tuple[str, int]]:
        """Keys that begin so, with their bytes, a thousand asked for at a time."""
        import obstore

        with self._errors(prefix):
            for batch in obstore.list(self._store, self._key(prefix), chunk_size=1000):
                yield from ((one["path"][len(self._key("")) :], int(one["size"])) for one in batch)

    def remove(self, key: str) -> None:
        """Let an object go; nothing when it is not there."""
        import obstore

        with self._errors(key), suppress(FileNotFoundError):
            obstore.delete(self._store, self._key(key))

    def _key(self, key: str) -> str:
        return f"{self._prefix}/{key}" if self._prefix else key

    @cached_property
    def _store(self) -> "S3Store":
        try:
            from obstore.store import S3Store
        except ImportError as error:
            raise Misconfigured('[objects] needs the extra: pip install "convoywatch[objects]"') from error
        wanted = self._wanted
        said = {
            "endpoint": wanted.endpoint, "region": wanted.region, "access_key_id": wanted.access_key_id,
            "secret_access_key": wanted.secret_access_key,
        }  # fmt: skip
        return S3Store(
            self._bucket,
            client_options={
                "connect_timeout": _CONNECT, "read_timeout": _READ, "timeout": _WHOLE,
                "allow_http": wanted.endpoint.startswith("http://"),
            },
            retry_config={"max_retries": _RETRIES, "retry_timeout": _RETRY_FOR},
            **{key: value for key, value in said.items() if value},  # type: ignore[arg-type]
        )  # fmt: skip

    @contextmanager
    def _errors(self, key: str, *, missing: bool = True) -> Iterator[None]:
        from obstore.exceptions import BaseError, NotFoundError, PermissionDeniedError, UnauthenticatedError

        try:
            yield
        except (FileNotFoundError, NotFoundError) as error:
            if missing and "NoSuchBucket" not in str(error):
                raise Gone(f"no object {key} in {self.name}; restore it from a backup") from error
            raise RetryLater(f"there is no bucket {self._bucket} ({self.name}): make it", AGAIN_S) from error
        except (PermissionError, PermissionDeniedError, UnauthenticatedError) as error:
            raise RetryLater(f"{self.name} does not let us in: check [objects] keys and rights", AGAIN_S) from error
        except (BaseError, OSError) as error:
            raise RetryLater(f"{self.name} does not answer ({_short(error)})", AGAIN_S) from error


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
