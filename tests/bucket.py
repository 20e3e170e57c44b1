"""A real S3-compatible server on loopback: moto's, which keeps its objects while it is stopped."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from moto.server import ThreadedMotoServer

from collector.settings import Objects

NAME = "convoys"


@dataclass
class Bucket:
    """The server and its one bucket; it may be stopped and started again at the same address."""

    host: str
    port: int
    server: ThreadedMotoServer

    def objects(self, **more: object) -> Objects:
        """How it is reached, as the configuration says it."""
        return Objects.model_validate(
            {"url": f"s3://{NAME}/watch", "endpoint": f"http://{self.host}:{self.port}", "access_key_id": "key",
             "secret_access_key": "secret"} | more
        )  # fmt: skip

    def stop(self) -> None:
        self.server.stop()

    def start(self) -> None:
        self.server = ThreadedMotoServer(self.host, self.port, verbose=False)
        self.server.start()


@contextmanager
def bucket(host: str = "127.0.0.1") -> Iterator[Bucket]:
    # moto looks up machines at cloud providers otherwise
    os.environ.setdefault("AWS_EC2_METADATA_DISABLED", "true")
    server = ThreadedMotoServer(host, 0, verbose=False)
    server.start()
    found = Bucket(host, server.get_host_and_port()[1], server)
    try:
        make(found)
        yield found
    finally:
        found.stop()


def make(found: Bucket) -> None:
    """Makes the bucket, by the one request that this takes."""
    import urllib.request

    asked = urllib.request.Request(f"http://{found.host}:{found.port}/{NAME}", method="PUT")
    with urllib.request.urlopen(asked, timeout=10) as answer:
        assert answer.status == 200
