"""Rows that a tablet can work out itself because it pushed them just now: sent as stubs, or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from field178_server.queries.frames import Line


@dataclass(frozen=True, slots=True)
class OwnRow:
    """A row by what proves it; `is_told`: a range of receipts told it already, nothing is left to send."""

    record_id: str
    seq: int
    rev: int
    h: str
    is_told: bool


def are_all(own: Mapping[int, OwnRow], cursor: int, top: int) -> bool:
    """Tell whether nothing else was stamped above the cursor: then no row need be read."""
    return len(own) == top - cursor and all(cursor < seq <= top for seq in own)


def stubs(scope: str, own: Mapping[int, OwnRow]) -> Iterator[Line]:
    """Return what is left to send, ascending."""
    return (stub(scope, own[seq]) for seq in sorted(own) if not own[seq].is_told)


def stub(scope: str, row: OwnRow) -> Line:
    """Return the `rec` frame that names a revision without its content."""
    known = f'"id":"{row.record_id}","scope":"{scope}","rev":{row.rev},"h":"{row.h}"'
    return Line(row.seq, f'{{"frame":"rec",{known},"stub":true}}'.encode())
