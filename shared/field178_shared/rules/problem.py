"""Problem that a rule reports: path, code, parameters of its sentence; and the context of a rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from field178_shared.codelists.conditions import ConditionContext
from field178_shared.codelists.validity import Dated
from field178_shared.errors import ErrorCode


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem at a path of the record; the screen scrolls to `path`."""

    path: str
    code: ErrorCode
    details: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rule:
    """Rule of a record type; `*` in `path` matches any key.

    `others` are the other paths that the rule reads; the mistake may be in any of them. `is_sum`: the value
    at `path` is the sum of the values at `others`.
    """

    path: str
    code: ErrorCode
    others: tuple[str, ...] = ()
    is_sum: bool = False

    def of(self, path: str) -> Rule:
        """Return the rule for one concrete path that matches the rule's pattern."""
        keys = iter(
            [key for key, wild in zip(path.split("."), self.path.split("."), strict=True) if wild == "*"]
        )
        key = next(keys, "")
        return Rule(path, self.code, tuple(path.replace("*", key) for path in self.others), self.is_sum)

    def covers(self, path: str) -> bool:
        """Return whether `path` matches the path pattern of this rule."""
        keys, wild = path.split("."), self.path.split(".")
        return len(keys) == len(wild) and all(
            part in ("*", key) for key, part in zip(keys, wild, strict=True)
        )


@dataclass(frozen=True, slots=True)
class Context:
    """Facts outside the record's data that the tablet has at filing.

    `filed`: data of the last filed version of the record. Rules that need the kind of establishment are
    skipped if it is None.
    """

    now: datetime
    establishment_type: str | None = None
    has_open_follow_ups: bool = False
    is_leader: bool = False
    filed: Mapping[str, object] = field(default_factory=dict)

    def conditions(self, finding_count: int) -> ConditionContext:
        """Return the facts that conditions of checklist items read."""
        return ConditionContext(self.has_open_follow_ups, finding_count)


def not_in_force(rows: Mapping[str, Dated], ids: Iterable[str], day: date) -> Iterator[str]:
    """Yield the ids whose row is not in force on the day of the act; other rules report unknown ids."""
    return (each for each in ids if each in rows and not rows[each].valid_on(day))


def by_path(problems: Iterable[Problem]) -> dict[str, list[str]]:
    """Return problems as {path: [codes]}, the form of a quarantine's details."""
    codes_by_path: dict[str, list[str]] = {}
    for problem in problems:
        codes = codes_by_path.setdefault(problem.path, [])
        if problem.code.value not in codes:
            codes.append(problem.code.value)
    return codes_by_path
