"""Violations that each measure of the visit answers; asked if there are several."""

from __future__ import annotations

from dataclasses import dataclass

from field178_mobile.presentation.draft_session import Changes, Data
from field178_mobile.presentation.wording import Option, Wording
from field178_shared.merge import write_path
from field178_shared.records.reading import entries_of, ids_of, text_of
from field178_shared.records.sanctions import BEGINNINGS


@dataclass(frozen=True, slots=True)
class AnsweringMeasure:
    """A measure that ends a matter, and the violations of the visit to choose from."""

    key: str
    title: str
    violations: tuple[Option, ...]
    hint: str


def answering_measures(data: Data, words: Wording) -> tuple[AnsweringMeasure, ...]:
    """Return the final measures; empty if the visit has at most one violation."""
    violation_ids = sorted(_violations(data))
    if len(violation_ids) < 2:
        return ()
    return tuple(
        _answering(key, measure, violation_ids, words)
        for key, measure in entries_of(data, "measures").items()
        if text_of(measure, "measure_id") not in BEGINNINGS
    )


def toggle_answered(data: Data, key: str, violation_id: str) -> Changes:
    """Return the change that adds or removes a violation answered by a measure."""
    answered = {*ids_of(entries_of(data, "measures").get(key, {}), "violation_ids")}
    return _answered(key, (answered ^ {violation_id}) & _violations(data))


def without_gone(data: dict[str, object]) -> dict[str, object]:
    """Return the data of a visit whose measures answer no violation that was taken back."""
    violation_ids = _violations(data)
    for key, measure in entries_of(data, "measures").items():
        answered = {*ids_of(measure, "violation_ids")}
        if not answered <= violation_ids:
            for path, value in _answered(key, answered & violation_ids).items():
                data = write_path(data, path, value)
    return data


def _answering(key: str, measure: Data, violation_ids: list[str], words: Wording) -> AnsweringMeasure:
    answered = {*ids_of(measure, "violation_ids")} & {*violation_ids}
    offered = ((violation, words.lists.violations.get(violation)) for violation in violation_ids)
    return AnsweringMeasure(
        key=key,
        title=words.choice("measure", text_of(measure, "measure_id")),
        violations=tuple(
            Option(violation_id, row.label(words.language) if row else violation_id, violation_id in answered)
            for violation_id, row in offered
        ),
        hint=""
        if answered
        else words.translate(
            "Choose the violations that it answers: without them the figures do not count all as handled."
        ),
    )


def _violations(data: Data) -> set[str]:
    return {text_of(finding, "violation_id") for finding in entries_of(data, "findings").values()}


def _answered(key: str, violation_ids: set[str]) -> Changes:
    return {f"measures.{key}.violation_ids": sorted(violation_ids) or None}
