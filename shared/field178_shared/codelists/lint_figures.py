"""Measured figures of the check of free texts, on labelled notes that it was not tuned to."""

from dataclasses import dataclass

from field178_shared.codelists.labels import Labelled
from field178_shared.codelists.rows import CodeListRow


@dataclass(frozen=True, slots=True)
class LintSummary(CodeListRow):
    """Figures of all notes: those with personal data and how many were marked; clean ones marked falsely."""

    notes: int
    marked: int
    clean_notes: int
    falsely_marked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LintFigure(Labelled):
    """Figure of a class of notes, such as given names: how many there are and how many were marked."""

    notes: int
    marked: int
