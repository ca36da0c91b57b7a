"""The network of a client: what limits by address count."""

from __future__ import annotations

import ipaddress

_IPV6_NETWORK_BITS = 64


def network_of(address: str) -> str:
    """Return an address, or of IPv6 the network that one machine is given, with all the addresses in it.

    IPv4 written as IPv6 is IPv4: all of it lies in one such network. What is no address is returned as it is.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(parsed), _IPV6_NETWORK_BITS), strict=False))
