import ipaddress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.addresses import Guard, is_public
from collector.errors import Misconfigured, RetryLater


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "240.0.0.1", "255.255.255.255", "198.18.0.1", "192.0.2.1",
        "::1", "::", "fe80::1", "fc00::1", "fec0::1", "ff02::1", "2001:db8::1", "::ffff:10.0.0.1", "2002:7f00:1::",
        "64:ff9b::a00:1", "64:ff9b:1::a00:1",
    ],
)  # fmt: skip
def test_addresses_of_the_own_network_are_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address", ["149.154.167.99", "8.8.8.8", "2001:67c:4e8:f004::9", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@given(st.ip_addresses(v=4, network="10.0.0.0/8") | st.ip_addresses(v=4, network="127.0.0.0/8"))
def test_a_private_address_stays_private_inside_ipv6(address: ipaddress.IPv4Address) -> None:
    for network in ("::ffff:0:0", "64:ff9b::"):
        assert not is_public(ipaddress.IPv6Address(int(ipaddress.IPv6Address(network)) | int(address)))
    assert not is_public(ipaddress.IPv6Address(0x2002 << 112 | int(address) << 80))


def answers(*addresses: str) -> Any:
    return lambda host, port, **_: [(0, 0, 0, "", (address, port)) for address in addresses]


def test_allowed_hosts_may_be_private_on_their_port_only() -> None:
    guard = Guard({"Archive.Local:8080", "printer.local"}, answers("192.168.1.5"))
    assert guard.addresses("archive.local", 8080) == ["192.168.1.5"]
    assert guard.addresses("printer.local", 1) == ["192.168.1.5"]
    with pytest.raises(Misconfigured, match=r"allow_hosts"):
        guard.addresses("archive.local", 8081)


def test_public_answers_come_once_each_in_order() -> None:
    assert Guard((), answers("8.8.8.8", "1.1.1.1", "8.8.8.8")).addresses("x.example", 443) == ["8.8.8.8", "1.1.1.1"]


def test_a_name_without_an_address_is_tried_later() -> None:
    with pytest.raises(RetryLater):
        Guard((), answers()).addresses("x.example", 443)


def test_an_answer_that_is_no_address_is_refused() -> None:
    with pytest.raises(Misconfigured):
        Guard((), answers("not-an-address")).addresses("x.example", 443)


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "localhost", "fe80::1%eth0"])
def test_literals_are_checked_without_a_resolver(host: str) -> None:
    with pytest.raises(Misconfigured):
        Guard((), answers()).check_literal(host, 80)
    Guard((), answers()).check_literal("name.example", 80)
