"""The network of a client address, for limits by address."""

from __future__ import annotations

import ipaddress

_IPV6_NETWORK_BITS = 64


def network_of(address: str) -> str:
    """Return an IPv4 address unchanged, or the /64 network of an IPv6 address, which one machine owns.

    An IPv4-mapped IPv6 address is returned as IPv4. An invalid address is returned unchanged.
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
