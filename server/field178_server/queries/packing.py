"""What a pack of a scope is made of, and whether one that was made may still be shown."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import Session

from field178_server.models import Feed, Record, Scope
from field178_server.queries.pull import rows_above
from field178_server.queries.scopes_now import ScopeNow

_LINES_A_CHUNK = 250
_PURGED = '{"purged":'

_FLOOR = select(Scope.floor).where(
    Scope.tenant_id == bindparam("tenant_id"), Scope.scope == bindparam("scope")
)
_TAKEN_AWAY = (
    select(Feed.seq)
    .join(Record, and_(Record.tenant_id == Feed.tenant_id, Record.record_id == Feed.record_id))
    .where(
        Feed.tenant_id == bindparam("tenant_id"),
        Feed.scope == bindparam("scope"),
        Feed.seq > bindparam("seq"),
        or_(Feed.kind == "leave", Record.body.startswith(_PURGED, autoescape=True)),
    )
    .limit(1)
)


def packed_lines(session: Session, tenant_id: str, scope: ScopeNow) -> Iterator[bytes]:
    """Yield the `rec` frames of a scope's live records at its seq, so many at once."""
    lines: list[bytes] = []
    for line in rows_above(session, tenant_id, scope, 0):
        lines.append(line.text)
        if len(lines) == _LINES_A_CHUNK:
            yield b"\n".join((*lines, b""))
            lines.clear()
    if lines:
        yield b"\n".join((*lines, b""))


def may_be_shown(session: Session, tenant_id: str, scope: str, seq: int) -> bool:
    """Tell whether what a scope held at a seq may be shown now, and a pull can go on from there.

    What was purged or moved out since MUST NOT be shown again.
    """
    wanted = {"tenant_id": tenant_id, "scope": scope}
    floor = session.scalars(_FLOOR, wanted).one_or_none()
    if floor is None or seq < floor:
        return False
    return session.execute(_TAKEN_AWAY, {**wanted, "seq": seq}).first() is None
