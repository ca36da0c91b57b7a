"""Quality flags of a filed record: hints for the reviewer. Flags never block a record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from field178_shared.codelists import CodeLists
from field178_shared.errors import ErrorCode
from field178_shared.record_type import RecordType
from field178_shared.records.points import metres_between, point_of
from field178_shared.records.reading import Data, count_of, day_of_act, entry_of, instant_of, text_of
from field178_shared.rules import outreach, warnings
from field178_shared.rules.free_text import free_texts
from field178_shared.rules.problem import Context, Problem
from field178_shared.text.privacy import lint

# Beyond the accuracy that the receiver states. The points of the register are taken at the gate or on a
# map of the commune, and large hotels have several gates.
FAR_M = 300
# Every code that `quality_flags` can report, in the order in which a reviewer chooses among them.
CODES = (
    ErrorCode.IN_FUTURE,
    ErrorCode.LONG_VISIT,
    ErrorCode.UNUSUAL_COUNT,
    ErrorCode.PERSONAL_DATA,
    ErrorCode.FAR_FROM_POINT,
    ErrorCode.VISITED_TWICE,
    ErrorCode.ALREADY_RECORDED,
    ErrorCode.MISSING_PHOTOS,
    ErrorCode.CLOSED_HOURS,
    ErrorCode.COMPLIANT_WITH_FINDINGS,
    ErrorCode.COMPLIANT_WITH_SHORTCOMINGS,
    ErrorCode.RESULT_WITHOUT_FINDINGS,
    ErrorCode.WRONG_TIER,
    ErrorCode.ESTABLISHMENT_NOT_NAMED,
    ErrorCode.EXCEEDS_ATTENDANCE,
    ErrorCode.UNIT_NOT_VALID,
    ErrorCode.NOT_IN_FORCE,
)
_ORDER = {code: number for number, code in enumerate(CODES)}


@dataclass(frozen=True, slots=True)
class FlagContext:
    """Facts outside the record's data, as far as the store contains them.

    `others`: records of the same type, by id, that are not void and share the establishment or the form.
    """

    received_at: datetime
    establishment: Data = field(default_factory=dict)
    others: Mapping[str, Data] = field(default_factory=dict)
    files_named: int = 0
    files_come: int = 0
    # The field's answers to comments: the path they are about, and the text.
    answers: tuple[tuple[str, str], ...] = ()


def quality_flags(type_name: str, data: Data, lists: CodeLists, context: FlagContext) -> tuple[Problem, ...]:
    """Return the flags of a record with the details of each: metres, counts, ids of other records."""
    kind = text_of(context.establishment, "establishment_type_id") or None
    problems = list(warnings(type_name, data, lists, Context(context.received_at, kind)))
    problems += _far_from_point(data, context.establishment)
    problems += _recorded_twice(type_name, data, context.others)
    problems += _missing_photos(context)
    problems += _personal_data(type_name, data, context)
    return tuple(sorted(problems, key=lambda problem: _ORDER.get(problem.code, len(CODES))))


def _far_from_point(data: Data, establishment: Data) -> Iterator[Problem]:
    check_in = entry_of(data, "check_in")
    here, registered = point_of(check_in), point_of(establishment)
    if here is None or registered is None:
        return
    metres, accuracy = metres_between(here, registered), count_of(check_in, "accuracy_m")
    if metres - (accuracy or 0) > FAR_M:
        age = count_of(check_in, "fix_age_s")
        details = {"metres": metres, "accuracy_m": accuracy, "fix_age_s": age}
        yield Problem("check_in", ErrorCode.FAR_FROM_POINT, details)


def _recorded_twice(type_name: str, data: Data, others: Mapping[str, Data]) -> Iterator[Problem]:
    if type_name == RecordType.INSPECTION:
        path, code, is_same = "started_at", ErrorCode.VISITED_TWICE, is_same_visit
    else:
        path, code, is_same = "session_date", ErrorCode.ALREADY_RECORDED, _is_same_session
    if same := [record_id for record_id, other in others.items() if is_same(data, other)]:
        yield Problem(path, code, {"records": same})


def is_same_visit(data: Data, other: Data) -> bool:
    """Return whether two visits are to one establishment on one day, or at one time around midnight."""
    if data.get("establishment_id") != other.get("establishment_id"):
        return False
    day = day_of_act(data)
    return (day is not None and day == day_of_act(other)) or _overlaps(data, other)


def _overlaps(data: Data, other: Data) -> bool:
    started, ended = instant_of(data, "started_at"), instant_of(data, "ended_at")
    other_started, other_ended = instant_of(other, "started_at"), instant_of(other, "ended_at")
    if not (started and ended and other_started and other_ended):
        return False
    return started < other_ended and other_started < ended


def _is_same_session(data: Data, other: Data) -> bool:
    return outreach.already_recorded(data, [other])


def _missing_photos(context: FlagContext) -> Iterator[Problem]:
    if context.files_come < context.files_named:
        details = {"come": context.files_come, "named": context.files_named}
        yield Problem("attachments", ErrorCode.MISSING_PHOTOS, details)


def _personal_data(type_name: str, data: Data, context: FlagContext) -> Iterator[Problem]:
    name = text_of(context.establishment, "name")
    for path, text in free_texts(type_name, data).items():
        if _may_name_a_person(text, (name,) if name else ()):
            yield Problem(path, ErrorCode.PERSONAL_DATA)
    for path, text in context.answers:
        if _may_name_a_person(text, (name,) if name else ()):
            yield Problem(path, ErrorCode.PERSONAL_DATA, {"text": text})


# Cached: checking a long text takes a millisecond or two, and lists are shown often.
@lru_cache(maxsize=4096)
def _may_name_a_person(text: str, known_names: tuple[str, ...]) -> bool:
    return bool(lint(text, known_names))
