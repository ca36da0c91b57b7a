"""Normal form of what observers see: what differs between two equal worlds is mapped, each to its own name.

Three things are mapped and nothing else. Hash and signature of a root, and the hash of a day's list, are
named in the order in which they are first seen: they cover random ids and a salt, so nobody can compute them.
Times of the wall clock in headers and workbooks become one word. A workbook becomes its members, as its
compressed size depends on those times. Ids are not mapped: both worlds draw them from the same seeds.
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass, field

_HTTP_DATE = re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT")
_COOKIE_END = re.compile(rf"Expires={_HTTP_DATE.pattern}; Max-Age=(?!0)")
_DATED_HEADERS = ("Date", "Expires")
_CREATED = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ(</dcterms)")
_ROOT = re.compile(rb'("root":\{"index":\d+,"hash":")([0-9a-f]{64})(","sig":")([A-Za-z0-9_-]{86})("\})')
# The hash of a day's list, on its page and in the trail.
_COMMITMENT = re.compile('(<code class="hash">|mã băm danh sách: )([0-9a-f]{64})'.encode())
_WORKBOOK = b"PK\x03\x04"


@dataclass(frozen=True)
class Seen:
    """What an observer got at once: status, headers and bytes, with the SQL statements that it took."""

    name: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    statements: tuple[str, ...] = ()


@dataclass
class Normaliser:
    """Normal forms of all that the observers of one world see: equal roots keep one name."""

    names: dict[bytes, bytes] = field(default_factory=dict)

    def normal_form(self, seen: Seen) -> Seen:
        """Return the normal form of what an observer saw."""
        is_workbook = seen.body.startswith(_WORKBOOK)
        headers = tuple(
            (name, _header(name, text))
            for name, text in seen.headers
            if not (is_workbook and name == "Content-Length")
        )
        body = _members(seen.body) if is_workbook else _ROOT.sub(self._named, seen.body)
        body = _COMMITMENT.sub(lambda shown: shown[1] + self._name(shown[2]), body)
        return Seen(seen.name, seen.status, headers, body, seen.statements)

    def _named(self, root: re.Match[bytes]) -> bytes:
        before, hash_, between, sig, after = root.groups()
        return before + self._name(hash_) + between + self._name(sig) + after

    def _name(self, value: bytes) -> bytes:
        return self.names.setdefault(value, b"number %d" % len(self.names))


def _header(name: str, text: str) -> str:
    if name in _DATED_HEADERS and _HTTP_DATE.fullmatch(text):
        return "a date"
    # A cookie that is deleted ends in 1970.
    return _COOKIE_END.sub("Expires=a date; Max-Age=", text) if name == "Set-Cookie" else text


def _members(body: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(body)) as workbook:
        texts = [(name, _CREATED.sub(rb"\1a time\2", workbook.read(name))) for name in workbook.namelist()]
    return b"".join(f"{name} {len(text)}\n".encode() + text + b"\n" for name, text in texts)
