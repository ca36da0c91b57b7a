"""Check a visit: problems that block filing, and warnings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from field178_mobile.features.inspection.checklist import VisitReading
from field178_mobile.features.inspection.field_positions import anchor_of, name_of, place_of
from field178_mobile.features.inspection.visit import VisitedEstablishment, finished
from field178_mobile.features.inspection.visit_scene import Marks, VisitScene
from field178_mobile.presentation.checks import Checked, ProblemRow, problem_text
from field178_mobile.presentation.draft_session import Data
from field178_mobile.presentation.wording import Wording
from field178_shared.errors import ErrorCode, message
from field178_shared.record_type import RecordType
from field178_shared.rules import Context, FreeTextMarks, Problem, filing_problems, warnings
from field178_shared.rules.counts import open_sums
from field178_shared.rules.inspection import WORKERS, WORKERS_PATH, contradictory_answers
from field178_shared.rules.problem import by_path
from field178_shared.rules.usual_counts import unusual_workers


def check_visit(scene: VisitScene, now: datetime) -> Checked:
    """Return the problems and warnings of a visit as it would be filed now."""
    data, context = _to_file(scene, now)
    problems = (
        *filing_problems(RecordType.INSPECTION, data, scene.words.lists, context),
        *_untapped(scene),
    )
    rows = _rows(problems, scene)
    return Checked(
        problems=_by_section(rows, scene),
        warnings=_rows(warnings_of(scene, now), scene),
        marks={row.path: row.text for row in reversed(rows)},
        is_asked=True,
    )


def warnings_of(scene: VisitScene, now: datetime) -> tuple[Problem, ...]:
    """Return the warnings of a visit as it would be filed now, by the rules that flag it for the reviewer."""
    data, context = _to_file(scene, now)
    return warnings(RecordType.INSPECTION, data, scene.words.lists, context)


def row_of(problem: Problem, scene: VisitScene) -> ProblemRow:
    """Return a problem as the line that leads to its field."""
    data, words = scene.reading.data, scene.words
    path = anchor_of(problem.path, data)
    return ProblemRow(path, name_of(problem.path, data, words), problem_text(problem, words))


def live_problems(reading: VisitReading, words: Wording) -> dict[str, str]:
    """Return the contradictions between answers by path, shown while typing; they block nothing.

    A sum is not checked before all its parts are counted.
    """
    data, unfinished = reading.data, open_sums(reading.counts, words.lists)
    overall = reading.answers.get("cc_overall")
    contradictions = contradictory_answers(
        reading.counts, overall and overall.value, data.get("overall_result"), words.lists
    )
    problems: dict[str, str] = {}
    for path, codes in by_path(contradictions).items():
        hidden = {ErrorCode.SUM_MISMATCH} if path in unfinished else set()
        code = next((code for code in codes if code not in hidden), None)
        if code is not None:
            problems[anchor_of(path, data)] = message(code, words.language)
    return problems


class MarkReader:
    """Reader of the marks at the paths of one visit; the establishment's name is an allowed name."""

    def __init__(self, comments: Mapping[str, str], visited: VisitedEstablishment, words: Wording) -> None:
        self._comments = comments
        self._names = (visited.name,)
        self._kind = visited.type_id
        self._total: int | None = None
        self._unusual: Mapping[str, str] = {}
        self._words = words
        self._free_texts = FreeTextMarks(RecordType.INSPECTION, words.language)

    def read(self, reading: VisitReading, checked: Checked) -> Marks:
        """Return the marks of one state of the draft; unchanged texts are not checked again."""
        # Performance: called at every tap.
        if (total := reading.counts.get(WORKERS)) != self._total:
            self._total, self._unusual = total, self._unusual_of(total, reading.data)
        return Marks(
            problems={**checked.marks, **live_problems(reading, self._words)},
            comments=self._comments,
            lint=self._free_texts.of(reading.data, self._names),
            warnings=self._unusual,
        )

    def _unusual_of(self, total: int | None, data: Data) -> Mapping[str, str]:
        problems = unusual_workers(WORKERS_PATH, total, self._kind, self._words.lists)
        return {anchor_of(problem.path, data): problem_text(problem, self._words) for problem in problems}


def _untapped(scene: VisitScene) -> Iterable[Problem]:
    # A default in the lists is a suggestion: a required item is answered by a person or not at all.
    open_items = (item for page in scene.reading.pages for item in page.open_required())
    return tuple(Problem(f"answers.{item.id}.v", ErrorCode.REQUIRED) for item in open_items)


def _by_section(rows: tuple[ProblemRow, ...], scene: VisitScene) -> tuple[ProblemRow, ...]:
    """Join the unanswered items of a section into one row that scrolls to the first of them."""
    words = scene.words
    missing = message(ErrorCode.REQUIRED, words.language)
    groups: dict[str, list[ProblemRow]] = {}
    for row in rows:
        field_position = place_of(row.path, scene.reading.data, words)
        groups.setdefault(
            field_position.section if row.text == missing and field_position.section else row.path, []
        ).append(row)
    return tuple(row for key, group in groups.items() for row in _line(key, group, words))


def _line(key: str, group: list[ProblemRow], words: Wording) -> list[ProblemRow]:
    if len(group) == 1 or key not in words.lists.sections:
        return group
    title = words.lists.sections[key].label(words.language)
    return [
        ProblemRow(
            group[0].path, title, words.say("Required and without an answer: {count}", count=len(group))
        )
    ]


def _rows(problems: Iterable[Problem], scene: VisitScene) -> tuple[ProblemRow, ...]:
    rows = (row_of(problem, scene) for problem in problems)
    return tuple({(row.path, row.text): row for row in rows}.values())


def _to_file(scene: VisitScene, now: datetime) -> tuple[Data, Context]:
    context = Context(now, scene.establishment.type_id, bool(scene.follow_ups), scene.is_leader, scene.filed)
    return finished(scene.reading.data, scene.reading.asked_ids(), now), context
