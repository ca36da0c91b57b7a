"""Problems found by a check, each with its field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from field178_mobile.presentation.draft_session import Changes
from field178_mobile.presentation.wording import Wording
from field178_shared.errors import ErrorCode, message
from field178_shared.rules import Problem
from field178_shared.rules.usual_counts import SCHOOL, SESSION, ZONE
from field178_shared.text.formats import number_text
from field178_shared.text.i18n import N_

_UNUSUAL: Mapping[object, str] = {
    SCHOOL: N_("More than the {most} pupils of the school: is that right?"),
    ZONE: N_("More than the {most} workers of the industrial zone: is that right?"),
    SESSION: N_("More than {most} people at one session: is that right?"),
}
_UNUSUAL_FOR_KIND = N_("Usual for this kind of place: {least} to {most}. Is that right?")


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """A problem that blocks filing, or a warning."""

    path: str
    where: str
    text: str


@dataclass(frozen=True, slots=True)
class FilingWarning:
    """Warning to confirm before filing; text and change of its correcting button."""

    row: ProblemRow
    mend: str = ""
    changes: Changes = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Checked:
    """The result of a check: lines to go through, a mark at each field."""

    problems: tuple[ProblemRow, ...] = ()
    warnings: tuple[ProblemRow, ...] = ()
    marks: Mapping[str, str] = field(default_factory=dict)
    is_asked: bool = False

    def following(self, path: str) -> str:
        """Return the path of the problem after the problem at a path, else of the first problem."""
        paths = [row.path for row in self.problems]
        place = paths.index(path) + 1 if path in paths else 0
        return paths[place % len(paths)]


def problem_text(problem: Problem, words: Wording) -> str:
    """Return the text of a problem; an unusual number is shown with the usual number."""
    if problem.code is not ErrorCode.UNUSUAL_COUNT:
        return message(problem.code, words.language)
    template = _UNUSUAL.get(problem.details.get("of"), _UNUSUAL_FOR_KIND)
    usual = {
        name: number_text(number, words.language)
        for name, number in problem.details.items()
        if isinstance(number, int)
    }
    return words.say(template, **usual)
