"""Counts that are unusual compared with the known numbers of a place; they are only warnings."""

from __future__ import annotations

from collections.abc import Iterator

from field178_shared.codelists import CodeLists
from field178_shared.codelists.places import Place
from field178_shared.errors import ErrorCode
from field178_shared.records.value import Value
from field178_shared.rules.problem import Problem

# Limit if the place has no known number.
MOST_AT_A_SESSION = 5_000
SCHOOL, ZONE, SESSION = "school", "zone", "session"


def unusual_workers(path: str, total: int | None, kind_id: str | None, lists: CodeLists) -> Iterator[Problem]:
    """Yield a number of workers that is unusual for the kind of establishment."""
    kind = lists.types.get(kind_id or "")
    if kind is not None and total is not None and not kind.workers.least <= total <= kind.workers.most:
        details = {"least": kind.workers.least, "most": kind.workers.most}
        yield Problem(path, ErrorCode.UNUSUAL_COUNT, details)


def unusual_attendance(session: Value, lists: CodeLists) -> Iterator[Problem]:
    """Yield each audience of a session with more people than its school or zone has.

    If those numbers are unknown, compare the attendance of the whole session and report its largest audience.
    """
    audiences = {key: entry.attendance_count or 0 for key, entry in (session.audiences or {}).items()}
    usual = _known_people(session, lists)
    if usual is not None:
        of, most = usual
        above = [key for key, count in audiences.items() if count > most]
    else:
        of, most = SESSION, MOST_AT_A_SESSION
        above = [max(audiences, key=lambda key: audiences[key])] if sum(audiences.values()) > most else []
    for key in above:
        path = f"audiences.{key}.attendance_count"
        yield Problem(path, ErrorCode.UNUSUAL_COUNT, {"of": of, "most": most})


def _known_people(session: Value, lists: CodeLists) -> tuple[str, int] | None:
    """Return which place the session was at, and how many people belong to it on that day."""
    places: tuple[tuple[str, Place | None], ...] = (
        (SCHOOL, lists.schools.get(session.school_id)),
        (ZONE, lists.zones.get(session.zone_id)),
    )
    day = session.session_date
    for of, place in places:
        count = place.count_on(day) if place is not None and day is not None else None
        if count is not None:
            return of, count.count
    return None
