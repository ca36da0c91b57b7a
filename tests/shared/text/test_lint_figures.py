"""The check of free texts on labelled notes: half of their authors were never looked at to tune it."""

from collections.abc import Mapping

import pytest
from scripts.lint_figures import FIGURES, SPLITS, ClassFigure, classes, figures_file, measured, read_notes

from field178_shared.codelists import load
from field178_shared.text.normalisation import nfc

FOUND, FALSELY_MARKED = 0.90, 0.05


@pytest.fixture(scope="module", params=SPLITS)
def figures(request: pytest.FixtureRequest) -> Mapping[str, ClassFigure]:
    return {figure.id: figure for figure in measured(read_notes(request.param))}


def test_most_notes_with_personal_data_are_found(figures) -> None:
    assert figures["all"].right / figures["all"].notes >= FOUND


@pytest.mark.parametrize("name", [row["id"] for row in classes()])
def test_no_class_of_personal_data_is_overlooked(figures, name) -> None:
    assert figures[name].right / figures[name].notes >= 0.8


def test_few_notes_without_personal_data_are_marked(figures) -> None:
    clean = figures["clean"]
    assert (clean.notes - clean.right) / clean.notes <= FALSELY_MARKED


def test_figures_that_people_read_are_those_of_the_judging_notes() -> None:
    """After a change of the lint: scripts/lint_figures.py build, then scripts/codelists.py build."""
    assert FIGURES.read_text("utf-8") == figures_file()


def test_notes_of_an_author_are_in_one_split_alone() -> None:
    tuning, judging = ([note for note in read_notes(split)] for split in SPLITS)
    assert {note.author for note in tuning}.isdisjoint(note.author for note in judging)
    assert {note.text for note in tuning}.isdisjoint(note.text for note in judging)
    assert len({note.author for note in (*tuning, *judging)}) >= 6
    for notes in (tuning, judging):
        assert sum(note.is_clean for note in notes) >= 300
        assert sum(not note.is_clean for note in notes) >= 270


def test_every_note_has_a_class_and_the_spans_of_its_kind() -> None:
    labels = {label for row in classes() for label in row["labels"]}
    for note in (note for split in SPLITS for note in read_notes(split)):
        assert note.is_clean or note.label in labels, note
        assert bool(note.spans) is not note.is_clean, note
        assert note.text == nfc(note.text)
    assert [row["id"] for row in classes()] == [figure.id for figure in load().lint_figures]
