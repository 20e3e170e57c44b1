"""What is said between a process and its nursery: one line a message, and one number for an answer."""

import json
import socket
import struct
from dataclasses import asdict, dataclass

FORK, END = "fork", "end"
#: a process number, or an exit code
NUMBER = struct.Struct("!q")
_MOST = 64 * 1024


@dataclass(frozen=True)
class Fork:
    """Fork a child for a function of this module; two descriptors come along: its question and its answer."""

    module: str
    memory_mb: int
    path: tuple[str, ...]


@dataclass(frozen=True)
class Over:
    """End this child; one that has answered gets a moment to end by itself."""

    pid: int
    settled: bool


def send(line: socket.socket, message: Fork | Over, *pipes: int) -> None:
    """One message, and the descriptors that come with it."""
    packed = json.dumps([FORK if isinstance(message, Fork) else END, asdict(message)]).encode() + b"\n"
    sent = socket.send_fds(line, [packed], pipes) if pipes else 0
    line.sendall(packed[sent:])


def receive(line: socket.socket) -> tuple[Fork | Over | None, list[int]]:
    """The next message and its descriptors; None when the other end has closed."""
    packed, pipes, _, _ = socket.recv_fds(line, _MOST, 2)
    while packed and not packed.endswith(b"\n"):
        packed += line.recv(_MOST)
    if not packed:
        return None, pipes
    kind, told = json.loads(packed)
    return (Fork if kind == FORK else Over)(**told), pipes
