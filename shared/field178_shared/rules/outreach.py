"""Rules across the fields of an outreach session: two consistent counts, and no mark of a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from field178_shared.codelists import CodeLists
from field178_shared.codelists.outreach import OutreachFormat
from field178_shared.errors import ErrorCode
from field178_shared.records.reading import Data, entries_of
from field178_shared.records.value import Value
from field178_shared.rules.problem import Context, Problem, Rule, not_in_force
from field178_shared.rules.usual_counts import unusual_attendance
from field178_shared.time.clock import local_date

_FINE_LOCATION = ("zone_id", "school_id")
_COUNTED = ("audiences", "establishments")
_PARTS = ("first_time_count", "female_count")
# Peer sessions and counselling: no place finer than the area, no breakdown, no picture.
_NOT_ANONYMOUS = ("venue", "establishments", "attachments", *_FINE_LOCATION)
# Rules that `contradictions` checks.
RULES = (
    *(
        Rule(f"{name}.*.{part}", ErrorCode.EXCEEDS_ATTENDANCE, (f"{name}.*.attendance_count",))
        for name in _COUNTED
        for part in _PARTS
    ),
    Rule("zone_id", ErrorCode.ONLY_ONE_PLACE, ("school_id",)),
    Rule("audiences", ErrorCode.REQUIRED),
    Rule("note", ErrorCode.REQUIRED),
    *(Rule(path, ErrorCode.NOT_IN_ANONYMOUS_FORM) for path in (*_NOT_ANONYMOUS, "audiences.*.female_count")),
)


def contradictions(session: Value, lists: CodeLists) -> Iterator[Problem]:
    """Yield session values that contradict each other or that the form does not record."""
    for name, entries in (("audiences", session.audiences), ("establishments", session.establishments)):
        for key, entry in (entries or {}).items():
            yield from _parts_above_attendance(f"{name}.{key}", entry)
    if session.zone_id and session.school_id:
        yield Problem("zone_id", ErrorCode.ONLY_ONE_PLACE)
    form = lists.forms.get(session.outreach_form_id)
    if form is not None:
        yield from _form_demands(session, form)


def filing_problems(session: Value, lists: CodeLists, context: Context) -> Iterator[Problem]:
    """Yield no problems: nothing besides contradictions blocks filing a session."""
    yield from ()


def warnings(session: Value, lists: CodeLists, context: Context) -> Iterator[Problem]:
    """Yield warnings for values to check again; they block nothing."""
    day, unit_id = session.session_date, session.unit_id
    if day and day > local_date(context.now):
        yield Problem("session_date", ErrorCode.IN_FUTURE)
    if day and unit_id and not lists.unit_valid_on(unit_id, day):
        yield Problem("unit_id", ErrorCode.UNIT_NOT_VALID)
    if day:
        yield from _not_in_force(session, lists, day)
    form = lists.forms.get(session.outreach_form_id)
    named = session.establishments
    if form is not None and form.links_establishment and not named:
        yield Problem("establishments", ErrorCode.ESTABLISHMENT_NOT_NAMED)
    yield from unusual_attendance(session, lists)
    if named and _attendance(named) > _attendance(session.audiences or {}):
        yield Problem("establishments", ErrorCode.EXCEEDS_ATTENDANCE)


def _not_in_force(session: Value, lists: CodeLists, day: date) -> Iterator[Problem]:
    """Yield recorded rows that are not in force on the day of the session, for example from older lists."""
    for _form in not_in_force(lists.forms, [session.outreach_form_id], day):
        yield Problem("outreach_form_id", ErrorCode.NOT_IN_FORCE)
    if any(not_in_force(lists.topics, session.topic_ids or (), day)):
        yield Problem("topic_ids", ErrorCode.NOT_IN_FORCE)
    for key in not_in_force(lists.audiences, session.audiences or (), day):
        yield Problem(f"audiences.{key}", ErrorCode.NOT_IN_FORCE)
    for key in not_in_force(lists.materials, session.materials or (), day):
        yield Problem(f"materials.{key}", ErrorCode.NOT_IN_FORCE)


def already_recorded(data: Data, others: Iterable[Data]) -> bool:
    """Return whether another session has the same date and form and shares an establishment.

    Outreach during an inspection creates its own session; a second session entered by hand would count people
    twice.
    """
    named = set(entries_of(data, "establishments"))
    return any(
        other.get("session_date") == data.get("session_date")
        and other.get("outreach_form_id") == data.get("outreach_form_id")
        and named & set(entries_of(other, "establishments"))
        for other in others
    )


def _parts_above_attendance(path: str, entry: Value) -> Iterator[Problem]:
    attendance = entry.attendance_count
    # By iteration: an establishment may have parts that its schema does not declare.
    for part, count in entry if attendance is not None else ():
        if part in _PARTS and type(count) is int and count > attendance:
            yield Problem(f"{path}.{part}", ErrorCode.EXCEEDS_ATTENDANCE)


def _form_demands(session: Value, form: OutreachFormat) -> Iterator[Problem]:
    if form.counts_people and not session.audiences:
        yield Problem("audiences", ErrorCode.REQUIRED)
    if form.requires_note and not (session.note or "").strip():
        yield Problem("note", ErrorCode.REQUIRED)
    if form.anonymous_only:
        yield from _too_fine_for_anonymous(session)


def _too_fine_for_anonymous(session: Value) -> Iterator[Problem]:
    paths = [name for name in _NOT_ANONYMOUS if getattr(session, name)]
    paths += [
        f"audiences.{key}.female_count"
        for key, audience in (session.audiences or {}).items()
        if audience.female_count is not None
    ]
    yield from (Problem(path, ErrorCode.NOT_IN_ANONYMOUS_FORM) for path in paths)


def _attendance(entries: Mapping[str, Value]) -> int:
    return sum(entry.attendance_count or 0 for entry in entries.values())
