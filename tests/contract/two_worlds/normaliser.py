"""Normal form of what observers see: what differs between two equal worlds is mapped, each to its own name.

Hash and signature of a root, and the hash of a day's list, are named in the order in which they are first
seen: they cover random ids and a salt, so nobody can compute them. Nothing else is mapped: both worlds draw
ids from the same seeds, and their wall clocks stand still.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

_ROOT = re.compile(rb'("root":\{"index":\d+,"hash":")([0-9a-f]{64})(","sig":")([A-Za-z0-9_-]{86})("\})')
# The hash of a day's list, on its page and in the trail.
_COMMITMENT = re.compile('(<code class="hash">|mã băm danh sách: )([0-9a-f]{64})'.encode())


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
        body = _ROOT.sub(self._named, seen.body)
        body = _COMMITMENT.sub(lambda shown: shown[1] + self._name(shown[2]), body)
        return replace(seen, body=body)

    def _named(self, root: re.Match[bytes]) -> bytes:
        before, hash_, between, sig, after = root.groups()
        return before + self._name(hash_) + between + self._name(sig) + after

    def _name(self, value: bytes) -> bytes:
        return self.names.setdefault(value, b"number %d" % len(self.names))
