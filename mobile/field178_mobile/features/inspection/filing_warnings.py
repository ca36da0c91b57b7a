"""Warnings to confirm before a visit is filed, each with its correcting change."""

from __future__ import annotations

from collections.abc import Iterable

from field178_mobile.features.inspection import conclusion, findings
from field178_mobile.features.inspection.visit_checks import row_of
from field178_mobile.features.inspection.visit_scene import VisitScene
from field178_mobile.presentation.checks import FilingWarning, ProblemRow
from field178_shared.errors import ErrorCode
from field178_shared.records.reading import entries_of, text_of
from field178_shared.rules import Problem
from field178_shared.rules.findings import offered_violations

# Result that matches the recorded findings.
_RESULTS = {
    ErrorCode.COMPLIANT_WITH_FINDINGS: "violation_recorded",
    ErrorCode.COMPLIANT_WITH_SHORTCOMINGS: "minor_shortcomings",
}


def filing_warnings(problems: Iterable[Problem], scene: VisitScene) -> tuple[FilingWarning, ...]:
    """Return the questions about the warnings of a visit."""
    return tuple(_filing_warning(problem, scene) for problem in problems)


def _filing_warning(problem: Problem, scene: VisitScene) -> FilingWarning:
    row, words = row_of(problem, scene), scene.words
    if (result := _RESULTS.get(problem.code)) is not None:
        label = words.choice("overall_result", result)
        mend = words.say("Change the result to: {result}", result=label)
        return FilingWarning(row, mend, conclusion.choose_result(result))
    if problem.code is ErrorCode.WRONG_TIER:
        return _other_tier(row, problem.path.split(".")[1], scene)
    return FilingWarning(row)


def _other_tier(row: ProblemRow, key: str, scene: VisitScene) -> FilingWarning:
    """Return the offer of the tier that fits the number counted."""
    words, finding = scene.words, entries_of(scene.reading.data, "findings")[key]
    item_id, violation_id = text_of(finding, "checklist_item_id"), text_of(finding, "violation_id")
    offered = offered_violations(
        words.lists, item_id, scene.reading.counts, scene.day, type_id=scene.establishment.type_id
    )
    fitting = next((offer.violation for offer in offered if offer.fits), None)
    if fitting is None or fitting.id == violation_id:
        return FilingWarning(row)
    changes = {
        f"findings.{key}": None,
        **findings.choose_violation(words.lists, item_id, fitting.id, scene.day),
    }
    return FilingWarning(
        row, words.say("Change to: {violation}", violation=fitting.label(words.language)), changes
    )
