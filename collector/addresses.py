"""May we connect to this host? No, when it would lead into the operator's own network.

A link in a post is a stranger's word. Following it to a private, loopback, link-local, multicast or reserved address
would let a stranger read what only this machine may read (server-side request forgery), so such addresses are refused
unless the operator lists the host in `allow_hosts`. The check is made on the DNS answers, and whoever asks must connect
to an address returned here, never to the name again (a name may answer differently the second time).
"""

import ipaddress
import socket
from collections.abc import Callable, Iterable
from typing import Any

from collector.errors import Misconfigured, RetryLater

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
#: as `socket.getaddrinfo(host, port, type=...)`
Resolver = Callable[..., list[tuple[Any, ...]]]

_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: the last four bytes are an IPv4 address
_LOCAL_NAT64 = ipaddress.ip_network("64:ff9b:1::/48")  # RFC 8215


def is_public(address: Address) -> bool:
    """Whether the address belongs to the public internet; IPv4 inside IPv6 is judged by the IPv4."""
    if isinstance(address, ipaddress.IPv6Address):
        if address in _LOCAL_NAT64 or address.is_site_local:
            return False
        inner = _embedded(address)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast and not address.is_reserved and not address.is_unspecified


def _embedded(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def literal(host: str) -> Address | None:
    """The address that `host` spells out, or None for a name. Brackets and zone ids are understood."""
    try:
        return ipaddress.ip_address(host.strip("[]").split("%", 1)[0])
    except ValueError:
        return None


class Guard:
    """Turns a host into the addresses that we may connect to.

    `allow_hosts` holds `host` or `host:port` entries whose private addresses the operator permits.
    """

    def __init__(self, allow_hosts: Iterable[str] = (), resolve: Resolver = socket.getaddrinfo) -> None:
        self._allowed = frozenset(entry.lower() for entry in allow_hosts)
        self._resolve = resolve

    def permits(self, host: str, port: int) -> bool:
        """Whether the operator listed this host (with this port, or with any)."""
        bare = host.lower().strip("[]")
        names = {bare, f"{bare}:{port}", f"[{bare}]:{port}"}
        return not names.isdisjoint(self._allowed)

    def addresses(self, host: str, port: int) -> list[str]:
        """Every address of `host`, in the resolver's order.

        Raises `RetryLater` when the name does not resolve, `Misconfigured` when *any* answer is not public and the
        host is not permitted: a name that mixes public and private answers is an attack or an accident.
        """
        found = self._lookup(host, port)
        if not self.permits(host, port):
            for address in found:
                self._require_public(host, port, address)
        return found

    def check_literal(self, host: str, port: int) -> None:
        """Refuse an address spelled out in the URL; for use behind a proxy, where names are the proxy's to resolve."""
        inner = "127.0.0.1" if host.lower().rstrip(".") == "localhost" else host
        if literal(inner) is not None and not self.permits(host, port):
            self._require_public(host, port, inner)

    def _lookup(self, host: str, port: int) -> list[str]:
        try:
            answers = self._resolve(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise RetryLater(
                f"{host}: the name does not resolve ({error}); check the name and the connection"
            ) from error
        found = list(dict.fromkeys(str(answer[4][0]) for answer in answers))
        if not found:
            raise RetryLater(f"{host}: the name has no address")
        return found

    def _require_public(self, host: str, port: int, address: str) -> None:
        value = literal(address)
        if value is None or not is_public(value):
            raise Misconfigured(
                f"{host} leads to {address}, which is not a public address; refused. "
                f'If you mean it, add "{host}:{port}" to allow_hosts'
            )
