"""Measures the check of free texts on labelled notes: `show` prints both splits, `build` writes the file."""

import argparse
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from field178_shared.text.privacy import lint

ROOT = Path(__file__).resolve().parent.parent
NOTES = ROOT / "tests/shared/text/notes"
FIGURES = ROOT / "shared/field178_shared/codelists/data/lint_figures.yaml"
SPLITS = ("tuning", "judging")
_CLEAN = "clean"
_HEAD = """codelist: lint_figures
version: "2026.3"
note: >
  How many labelled notes the check of free texts finds, class by class, and how many notes without personal
  data it marks all the same. Written by scripts/lint_figures.py from the notes that it was not tuned to
  (tests/shared/text/notes/judging.txt); a test compares both.
"""


@dataclass(frozen=True, slots=True)
class LabelledNote:
    """A note with the author, its class and the spans that name a person."""

    author: str
    label: str
    text: str
    spans: tuple[tuple[int, int], ...]

    @property
    def is_clean(self) -> bool:
        """Return whether the note names nobody."""
        return self.label.startswith(_CLEAN)

    def is_right(self) -> bool:
        """Return whether the marks cover each letter and digit of the spans, or nothing in a clean note."""
        marks = [mark for mark in lint(self.text) if mark.kind != "stigma"]
        if self.is_clean:
            return not marks
        marked = {place for mark in marks for place in range(mark.start, mark.end)}
        named = (place for start, end in self.spans for place in range(start, end))
        return all(place in marked for place in named if self.text[place].isalnum())


@dataclass(frozen=True, slots=True)
class ClassFigure:
    """Result of the notes of a class: how many there are, and for how many the check was right."""

    id: str
    notes: int
    right: int


def read_notes(split: str) -> Iterator[LabelledNote]:
    """Yield the notes of a split. `## author`, `# class`; what names a person is in braces."""
    author = label = ""
    for line in (NOTES / f"{split}.txt").read_text("utf-8").splitlines():
        if line.startswith("## "):
            author = line.removeprefix("## ")
        elif line.startswith("# "):
            label = line.removeprefix("# ")
        elif line:
            yield _labelled(author, label, line)


def _labelled(author: str, label: str, line: str) -> LabelledNote:
    text = re.sub(r"[{}]", "", line)
    spans = [
        (match.start() - 2 * number, match.end() - 2 * number - 2)
        for number, match in enumerate(re.finditer(r"\{[^}]*\}", line))
    ]
    return LabelledNote(author, label, text, tuple(spans))


def measured(notes: Iterable[LabelledNote]) -> list[ClassFigure]:
    """Return the figure of each class, of all notes with personal data (`all`) and of the clean notes."""
    results = [(note, note.is_right()) for note in notes]
    figures = []
    for row in classes():
        figures.append(_figure(row["id"], [right for note, right in results if note.label in row["labels"]]))
    figures.append(_figure("all", [right for note, right in results if not note.is_clean]))
    figures.append(_figure(_CLEAN, [right for note, right in results if note.is_clean]))
    return figures


def _figure(name: str, results: list[bool]) -> ClassFigure:
    return ClassFigure(name, len(results), sum(results))


def classes() -> list[dict[str, str]]:
    """Return the classes of notes with their labels in both languages."""
    rows: list[dict[str, str]] = yaml.safe_load((NOTES / "classes.yaml").read_text("utf-8"))["classes"]
    return rows


def figures_file() -> str:
    """Return the expected content of the file of figures."""
    figures = {figure.id: figure for figure in measured(read_notes("judging"))}
    rows = [
        f"- {{id: {row['id']}, notes: {figures[row['id']].notes}, marked: {figures[row['id']].right}, "
        f'vi: "{row["vi"]}", en: "{row["en"]}"}}'
        for row in classes()
    ]
    total, clean = figures["all"], figures[_CLEAN]
    summary = (
        f"summary: {{notes: {total.notes}, marked: {total.right}, "
        f"clean_notes: {clean.notes}, falsely_marked: {clean.notes - clean.right}}}"
    )
    return _HEAD + "\n".join([summary, "classes:", *rows]) + "\n"


def main(arguments: list[str]) -> int:
    """Run one command; `check` fails if the file differs from what is measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=["show", "build", "check"])
    command = parser.parse_args(arguments).command
    if command == "show":
        for split in SPLITS:
            for figure in measured(read_notes(split)):
                counts = f"{figure.right:4} / {figure.notes:4} = {figure.right / figure.notes:.1%}"
                print(f"{split:8} {figure.id:14} {counts}")
        return 0
    text = figures_file()
    if command == "build":
        FIGURES.write_text(text, encoding="utf-8")
        return 0
    return 0 if FIGURES.read_text("utf-8") == text else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
