"""Where may a video extractor connect to? Only where `collector.addresses` allows, at every hop.

An extractor follows redirects and playlists by its own code. In its own process we need not trust that: the
interpreter reports each connection before it is made, with the address that it is made to, and we refuse by raising.
"""

import socket
import sys
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from collector.addresses import Guard, is_public, literal
from collector.errors import Misconfigured, Unsupported

#: what an extractor may start: the JavaScript runtimes that some sites' players need
_PROGRAMS = frozenset({"deno", "node", "bun", "qjs", "quickjs"})


def host_and_port(url: str) -> tuple[str, int]:
    """The host that a web address names. Raises `Unsupported` for anything that is no http or https address."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise Unsupported(f"not a web address: {url[:200]!r}") from error
    if parts.scheme not in ("http", "https") or not host:
        raise Unsupported(f"only http and https addresses are fetched, not {url[:200]!r}")
    return host, port or (443 if parts.scheme == "https" else 80)


def install(allow_hosts: Iterable[str], proxy: str | None) -> None:
    """From now on this process connects to public addresses, to `allow_hosts` and to the proxy only. No way back."""
    allowed = _resolve([*allow_hosts, *_proxy_host(proxy)])

    def watch(event: str, args: tuple[Any, ...]) -> None:
        if event == "socket.connect" and isinstance(args[1], tuple):
            _check(str(args[1][0]), int(args[1][1]), allowed)
        elif event == "subprocess.Popen":
            program = str(args[0]).rsplit("/", 1)[-1]
            if program not in _PROGRAMS:
                raise Unsupported(f"the extractor wants to start {program!r}, which could connect anywhere")

    sys.addaudithook(watch)


def _check(address: str, port: int, allowed: frozenset[tuple[str, int | None]]) -> None:
    value = literal(address)
    if value is not None and (is_public(value) or {(address, port), (address, None)} & allowed):
        return
    raise Misconfigured(
        f"the video leads to {address}:{port}, which is not a public address; refused. "
        f'If you mean it, add "{address}:{port}" to allow_hosts'
    )


def _proxy_host(proxy: str | None) -> list[str]:
    if not proxy:
        return []
    parts = urlsplit(proxy)
    return [f"{parts.hostname}:{parts.port}"] if parts.port else [str(parts.hostname)]


def _resolve(hosts: Iterable[str]) -> frozenset[tuple[str, int | None]]:
    found: set[tuple[str, int | None]] = set()
    for entry in hosts:
        # a bare IPv6 address has colons of its own
        name, colon, port = (entry, "", "") if literal(entry) else entry.rpartition(":")
        host, number = (name.strip("[]"), int(port)) if colon and port.isdigit() else (entry.strip("[]"), None)
        try:
            answers = socket.getaddrinfo(host, number)
        except OSError:
            continue  # a name that does not resolve permits nothing
        found.update((str(answer[4][0]), number) for answer in answers)
    return frozenset(found)


def check_url(url: str, allow_hosts: Iterable[str], proxy: str | None) -> None:
    """Refuse an address that leads into the operator's network before anything is started for it."""
    host, port = host_and_port(url)
    guard = Guard(allow_hosts)
    if proxy:
        guard.check_literal(host, port)
    else:
        guard.addresses(host, port)
