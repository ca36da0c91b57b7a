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
    """One thing to correct or to look at; `path` is where the screen jumps to."""

    path: str
    code: ErrorCode
    details: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of a record type; in `path`, `*` stands for any one key.

    `others` are the paths that it reads beside: the fault may lie in any of them. `is_sum` tells that the
    value at `path` is the sum of theirs.
    """

    path: str
    code: ErrorCode
    others: tuple[str, ...] = ()
    is_sum: bool = False

    def of(self, path: str) -> Rule:
        """Return the rule of one path that `path` with its `*` stands for."""
        keys = iter(
            [key for key, wild in zip(path.split("."), self.path.split("."), strict=True) if wild == "*"]
        )
        key = next(keys, "")
        return Rule(path, self.code, tuple(path.replace("*", key) for path in self.others), self.is_sum)

    def covers(self, path: str) -> bool:
        """Tell whether `path` is what this rule's path stands for."""
        keys, wild = path.split("."), self.path.split(".")
        return len(keys) == len(wild) and all(
            part in ("*", key) for key, part in zip(keys, wild, strict=True)
        )


@dataclass(frozen=True, slots=True)
class Context:
    """Facts that a record's data does not hold and the tablet knows at filing.

    `filed`: the data of the record as it was filed before. Without the kind of establishment the rules that
    need it are skipped.
    """

    now: datetime
    establishment_type: str | None = None
    has_open_follow_ups: bool = False
    is_leader: bool = False
    filed: Mapping[str, object] = field(default_factory=dict)

    def conditions(self, finding_count: int) -> ConditionContext:
        """Return what the conditions of checklist items may ask."""
        return ConditionContext(self.has_open_follow_ups, finding_count)


def not_in_force(rows: Mapping[str, Dated], ids: Iterable[str], day: date) -> Iterator[str]:
    """Yield the ids whose row is not in force on the day of the act; unknown ones are told elsewhere."""
    return (each for each in ids if each in rows and not rows[each].valid_on(day))


def by_path(problems: Iterable[Problem]) -> dict[str, list[str]]:
    """Return problems as {path: [codes]}, the form of a quarantine's details."""
    codes_by_path: dict[str, list[str]] = {}
    for problem in problems:
        codes = codes_by_path.setdefault(problem.path, [])
        if problem.code.value not in codes:
            codes.append(problem.code.value)
    return codes_by_path
