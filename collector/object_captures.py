"""Raw answers and sampled stills that every machine reads: in a bucket, as they would lie in a folder."""

import hashlib
from pathlib import Path

from collector.capture import Captures, packed, unpacked
from collector.errors import Gone
from collector.objects import Objects


class ObjectCaptures(Captures):
    """As `Captures`, below `folder` of a bucket. Nothing is kept on this machine."""

    def __init__(self, objects: Objects, folder: str) -> None:
        super().__init__(Path(folder))
        self._objects = objects

    def store(self, body: bytes) -> str:
        """See `Captures`. Raises `RetryLater` while the bucket does not answer."""
        sha256 = hashlib.sha256(body).hexdigest()
        key = self.path(sha256).as_posix()
        if self._objects.size(key) is None:
            self._objects.put(key, packed(body))
        return sha256

    def read(self, sha256: str) -> bytes:
        """See `Captures`."""
        key = self.path(sha256).as_posix()
        try:
            return unpacked(self._objects.get(key), sha256, f"object {key} in {self._objects.name}")
        except Gone as error:
            raise Gone(f"no capture {sha256} in {self._objects.name}; restore it from a backup") from error

    def clean_temp(self, older_than_s: float = 60.0) -> int:
        """Nothing is ever half-written."""
        return 0
