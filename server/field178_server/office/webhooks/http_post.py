"""A POST to a receiver: to a checked address, without redirects, in bounded time and memory."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from field178_server.settings import is_loopback

# Timeouts of a network step and of the whole request.
STEP_S, WHOLE_S = 10.0, 20.0
MAX_URL = 500
GONE = 410
_OK, _REDIRECT, _REFUSED = 200, 300, 400
_PORTS = {"https": 443, "http": 80}
_HEADERS = {"Content-Type": "application/json", "User-Agent": "field178-webhooks"}
# IPv6 addresses through which a NAT64 translator reaches IPv4 addresses.
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class PostReason(StrEnum):
    """Reason why a message was not accepted."""

    UNKNOWN_HOST = "unknown_host"
    PRIVATE_ADDRESS = "private_address"
    NO_ANSWER = "no_answer"
    TOO_SLOW = "too_slow"
    CERTIFICATE = "certificate"
    REDIRECT = "redirect"
    REFUSED = "refused"
    BAD_ANSWER = "bad_answer"


class PostFailed(Exception):
    """A message was not accepted; `status`: HTTP status of the receiver, 0 without an answer."""

    def __init__(self, reason: PostReason, status: int = 0) -> None:
        super().__init__(reason.value, status)
        self.reason = reason
        self.status = status


@dataclass(frozen=True, slots=True)
class PostLimits:
    """Limits of a request; `hosts`: allowed private hosts, `authorities`: file of trusted certificates."""

    hosts: Collection[str] = ()
    authorities: Path | None = None
    step_s: float = STEP_S
    whole_s: float = WHOLE_S


def address_problem(url: str, hosts: Collection[str]) -> str:
    """Return the problem of a receiver's URL: `format`, `https` or `private`; "" if it is allowed."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
        # Refuse a host that cannot be encoded for DNS.
        host.encode("idna")
    except ValueError:
        return "format"
    is_plain = url.isascii() and url.isprintable() and " " not in url and len(url) <= MAX_URL
    if not is_plain or not host or parts.scheme not in _PORTS or "@" in parts.netloc or parts.fragment:
        return "format"
    if parts.scheme == "http" and not (host in hosts and is_loopback(host)):
        return "https"
    return "private" if host not in hosts and _is_private_name(host) else ""


def post(url: str, body: bytes, headers: Mapping[str, str], limits: PostLimits) -> int:
    """Send a message and return the receiver's status, 200 to 299; raises PostFailed otherwise."""
    parts = urlsplit(url)
    if address_problem(url, limits.hosts):
        raise PostFailed(PostReason.PRIVATE_ADDRESS)
    address = _checked_address(parts, limits.hosts)
    try:
        with _connected(parts, address, limits) as connection:
            path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
            connection.request("POST", path, body, {**_HEADERS, **headers})
            status = connection.getresponse().status
    except ssl.SSLError:
        raise PostFailed(PostReason.CERTIFICATE) from None
    except TimeoutError:
        raise PostFailed(PostReason.TOO_SLOW) from None
    except OSError:
        raise PostFailed(PostReason.NO_ANSWER) from None
    except (http.client.HTTPException, ValueError):
        raise PostFailed(PostReason.BAD_ANSWER) from None
    if not _OK <= status < _REDIRECT:
        is_redirect = _REDIRECT <= status < _REFUSED
        raise PostFailed(PostReason.REDIRECT if is_redirect else PostReason.REFUSED, status)
    return status


@contextmanager
def _connected(
    parts: SplitResult, address: tuple[str, int], limits: PostLimits
) -> Iterator[http.client.HTTPConnection]:
    """Open a connection to an address; it is cut after the whole timeout, also if data still arrives."""
    host = parts.hostname or ""
    trusted = _trust(limits) if parts.scheme == "https" else None
    connection = http.client.HTTPConnection(host, address[1], timeout=limits.step_s)
    connection.default_port = _PORTS[parts.scheme]
    connection.auto_open = 0  # reopening would look up the host again, and without TLS
    with _cut_in_time(socket.create_connection(address, limits.step_s), limits.whole_s) as opened:
        if trusted is not None:
            opened.socket = trusted.wrap_socket(
                opened.socket, server_hostname=host, do_handshake_on_connect=False
            )
            opened.socket.do_handshake()
        connection.sock = opened.socket
        try:
            yield connection
        finally:
            connection.close()


_Socket = socket.socket


@dataclass(slots=True)
class _Opened:
    """An open connection's socket that another thread can cut."""

    socket: _Socket
    was_cut: bool = False

    def cut(self) -> None:
        self.was_cut = True
        with suppress(OSError):  # already closed
            # Shutdown of the plain socket: that of a TLS socket would change the state of the reading thread.
            _Socket.shutdown(self.socket, socket.SHUT_RDWR)


@contextmanager
def _cut_in_time(connected: _Socket, whole_s: float) -> Iterator[_Opened]:
    opened = _Opened(connected)
    timer = threading.Timer(whole_s, opened.cut)
    timer.daemon = True
    timer.start()
    try:
        yield opened
    except (OSError, http.client.HTTPException, ValueError):
        if not opened.was_cut:
            raise
    finally:
        timer.cancel()
        opened.socket.close()
    if opened.was_cut:
        # A response that was cut within its headers looks complete.
        raise PostFailed(PostReason.TOO_SLOW)


def _trust(limits: PostLimits) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context()
        if limits.authorities is not None:
            context.load_verify_locations(limits.authorities)
    except OSError:  # no such file, or no certificate in it
        raise PostFailed(PostReason.CERTIFICATE) from None
    return context


def _checked_address(parts: SplitResult, hosts: Collection[str]) -> tuple[str, int]:
    """Return the address to connect to; it is looked up once, so that the checked address is used."""
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    try:
        infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise PostFailed(PostReason.UNKNOWN_HOST) from None
    addresses = [str(info[4][0]) for info in infos]
    if host not in hosts and any(_is_private(address) for address in addresses):
        raise PostFailed(PostReason.PRIVATE_ADDRESS)
    if parts.scheme == "http" and not all(ipaddress.ip_address(address).is_loopback for address in addresses):
        raise PostFailed(PostReason.PRIVATE_ADDRESS)
    return addresses[0], port


def _is_private_name(host: str) -> bool:
    try:
        return _is_private(host)
    except ValueError:
        return is_loopback(host)


def _is_private(address: str) -> bool:
    """Return whether an IP address is not public; for IPv4 within IPv6 the IPv4 address counts."""
    ip_address = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip_address, ipaddress.IPv6Address):
        inner = ip_address.ipv4_mapped or ip_address.sixtofour
        if ip_address in _NAT64:
            inner = ipaddress.IPv4Address(int(ip_address) & 0xFFFFFFFF)
        if inner is not None:
            return _is_private(str(inner))
    return not ip_address.is_global or ip_address.is_multicast
