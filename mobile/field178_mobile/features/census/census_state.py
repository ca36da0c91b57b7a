"""State of the worker census form, made from the draft."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from field178_mobile.components.forms.simple_fields import Pins, SimpleField, simple_field
from field178_mobile.features.census.census_data import COUNTS, MALE, TOTAL, rest_of
from field178_mobile.features.census.worker_counts import WorkerCount, last_count_text
from field178_mobile.presentation.checks import Checked, problem_text
from field178_mobile.presentation.draft_session import Data
from field178_mobile.presentation.feedback import Feedback
from field178_mobile.presentation.wording import Wording
from field178_mobile.store import StateWord
from field178_shared.record_type import RecordType
from field178_shared.records.reading import count_of, text_of
from field178_shared.rules.usual_counts import unusual_workers
from field178_shared.schemas.fields.catalogue import FIELDS
from field178_shared.text.formats import number_text

# Fields with a control of their own, and where it is in the form.
CONTROLS = {
    "counted_on": "day",
    **dict.fromkeys(COUNTS, "counts"),
    "source_document": "source_document",
    "note": "note",
}
_TEXTS = ("source_document", "note")


@dataclass(frozen=True, slots=True)
class CountState:
    """State of a count: label, number and last number; `rest` is the offered number."""

    path: str
    label: str
    unit: str
    number: int | None
    last: str
    last_number: int | None
    rest: int | None
    problem: str
    warning: str


@dataclass(frozen=True, slots=True)
class CensusScene:
    """Inputs of the state. `last`: the newest earlier count."""

    data: Data
    words: Wording
    establishment: str
    last: WorkerCount | None
    word: str
    is_new: bool
    pins: Pins = field(default_factory=Pins)
    establishment_type: str | None = None
    returned: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CensusState:
    """State of the form. `repeat`: text of "as last time", "" without an earlier count."""

    establishment: str
    counted_on: str
    day_problem: str
    counts: tuple[CountState, ...]
    repeat: str
    returned: str
    texts: Mapping[str, SimpleField]
    word: str
    word_label: str
    is_new: bool
    has_draft: bool
    checked: Checked
    feedback: Feedback
    focus: str


def census_state(scene: CensusScene, checked: Checked, feedback: Feedback, focus: str) -> CensusState:
    """Return the state of the form."""
    data, words, last = scene.data, scene.words, scene.last
    is_untouched = all(count_of(data, name) is None for name in COUNTS)
    return CensusState(
        establishment=scene.establishment,
        counted_on=text_of(data, "counted_on"),
        day_problem=scene.pins.problems.get("counted_on", ""),
        counts=tuple(_count(scene, path) for path in COUNTS),
        returned="\n".join(scene.returned),
        repeat=last_count_text(last, words) if last is not None and is_untouched else "",
        texts={
            path: simple_field(
                RecordType.WORKER_CENSUS, FIELDS[RecordType.WORKER_CENSUS][path], data, scene.pins, words
            )
            for path in _TEXTS
        },
        word=scene.word,
        word_label=words.choice("shown_state", scene.word),
        is_new=scene.is_new,
        has_draft=scene.word == StateWord.DRAFT,
        checked=checked,
        feedback=feedback,
        focus=focus,
    )


def _count(scene: CensusScene, path: str) -> CountState:
    data, words = scene.data, scene.words
    shown = simple_field(
        RecordType.WORKER_CENSUS, FIELDS[RecordType.WORKER_CENSUS][path], data, scene.pins, words
    )
    last = None if scene.last is None else scene.last.numbers.get(path)
    total = shown.number if path == TOTAL else None
    unusual = unusual_workers(path, total, scene.establishment_type, words.lists)
    last_count = (
        "" if last is None else words.say("Last time: {count}", count=number_text(last, words.language))
    )
    return CountState(
        path=path,
        label=f"{shown.words.label} *" if path == TOTAL else shown.words.label,
        unit=shown.words.unit,
        number=shown.number,
        last=last_count,
        last_number=last,
        rest=rest_of(data) if path == MALE else None,
        problem=shown.problem,
        warning="\n".join(problem_text(problem, words) for problem in unusual),
    )
