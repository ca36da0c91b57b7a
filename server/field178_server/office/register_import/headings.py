"""Detection of a table's headings and of the field that each heading means."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from field178_server.office.register_import.fields import FIELDS, PAPERS
from field178_server.office.register_import.persons import names_persons, words_of
from field178_server.office.register_import.reading.sheet import SheetRow

# The headings follow the authority, the motto of the state, the title of the list and its date.
SEARCHED_ROWS = 40
_LEAST_KNOWN = 2
_NUMBERING = re.compile(r"\(?(\d{1,2}|[a-z])\)?")
_ORDINAL_HEADINGS = frozenset({"stt", "tt", "so tt", "so thu tu", "no"})
_END_WORDS = ("het han", "den ngay", "hieu luc den", "thoi han", "co gia tri den")
_DAY_WORDS = ("ngay", "nam cap", "cap ngay")


@dataclass(frozen=True, slots=True)
class Headings:
    """Headings of a table.

    `lines`: rows of the headings as in the file; `last_row`: index of the last of these rows.
    """

    texts: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]
    last_row: int


def find_headings(rows: Sequence[SheetRow]) -> Headings | None:
    """Return the headings among the first rows, None if no row looks like headings."""
    best = max(range(len(rows)), key=lambda index: _known_in(rows[index].texts), default=None)
    if best is None or _known_in(rows[best].texts) < _LEAST_KNOWN:
        return None
    texts, last = list(rows[best].texts), best
    if best + 1 < len(rows):
        first, second = _of_one_width(rows[best].texts, rows[best + 1].texts)
        if rows[best + 1].number == rows[best].number + 1 and _is_second_line(first, second):
            texts, last = _joined(first, second), best + 1
    if last + 1 < len(rows) and _is_numbering(rows[last + 1].texts):
        last += 1
    lines = tuple(row.texts for row in rows[best : last + 1])
    return Headings(_unlike(texts), lines, last)


def guess_fields(headings: Sequence[str]) -> dict[int, str]:
    """Return fields by column, guessed from the headings; a field is given to its best column only."""
    scored: list[tuple[int, int, str]] = []
    paper: dict[str, str] = {}
    for column, heading in enumerate(headings):
        words = " ".join(words_of(heading))
        if not words or names_persons(heading):
            continue
        path, score, paper = _field_of(words, paper)
        if path:
            scored.append((-score, column, path))
    guessed: dict[int, str] = {}
    for _, column, path in sorted(scored):
        if path not in guessed.values():
            guessed[column] = path
    return guessed


def is_ordinal(heading: str) -> bool:
    """Return whether a heading belongs to a column of row numbers."""
    return " ".join(words_of(heading)) in _ORDINAL_HEADINGS


def heading_key(headings: Iterable[str]) -> str:
    """Return a key of headings that does not depend on their order, marks and signs."""
    return "|".join(sorted(filter(None, (" ".join(words_of(heading)) for heading in headings))))


def _field_of(words: str, paper: dict[str, str]) -> tuple[str, int, dict[str, str]]:
    """Return field, score, and the certificate that a plain "Ngày cấp" in the next column belongs to."""
    spaced, part = f" {words} ", _part_of(words)
    for names, paths in PAPERS:
        if any(f" {name} " in spaced for name in names):
            return paths.get(part, ""), 50, dict(paths)
    if part != "number" and paper and words.split()[0] in ("ngay", "thoi", "het", "hieu"):
        return paper.get(part, ""), 40, paper
    score, field_path = max(
        (_score(spaced, field_words), path)
        for path, field in FIELDS.items()
        for field_words in field.words or ("",)
    )
    return (field_path, score, {}) if score else ("", 0, paper if part != "number" else {})


def _score(spaced: str, words: str) -> int:
    """Return the score of words in a heading: highest for all of it, then its beginning."""
    if not words or f" {words} " not in spaced:
        return 0
    count = 10 * (words.count(" ") + 1)
    if spaced == f" {words} ":
        return count + 30
    # A short word inside a long heading is weak evidence: "Số người tại xã".
    begins = spaced.startswith(f" {words} ")
    return count + 5 if begins else count if count > 10 else 1


def _part_of(words: str) -> str:
    spaced = f" {words} "
    if any(f" {end_word} " in spaced for end_word in _END_WORDS):
        return "expires_on"
    return "issued_on" if any(f" {day_word} " in spaced for day_word in _DAY_WORDS) else "number"


def _known_in(texts: Sequence[str]) -> int:
    """Count the cells of a row that are known headings; sentences do not count."""
    short = [text for text in texts if text and len(text) <= 60]
    field_count = len(guess_fields(short))
    return field_count + sum(names_persons(text) or is_ordinal(text) for text in short) if field_count else 0


def _of_one_width(first: Sequence[str], second: Sequence[str]) -> tuple[list[str], list[str]]:
    width = max(len(first), len(second))
    return [*first, *[""] * (width - len(first))], [*second, *[""] * (width - len(second))]


def _is_second_line(first: Sequence[str], second: Sequence[str]) -> bool:
    """Return whether a row contains subheadings of headings that span several columns."""
    spread = {
        column
        for column, text in enumerate(first)
        if not text or (column + 1 < len(first) and not first[column + 1])
    }
    named = {column for column, text in enumerate(second) if text and text != first[column]}
    is_words = all(not any(letter.isdigit() for letter in second[column]) for column in named)
    return len(named) > 1 and named <= spread and is_words


def _joined(above: Sequence[str], below: Sequence[str]) -> list[str]:
    joined: list[str] = []
    last = ""
    for upper, lower in zip(above, below, strict=True):
        last = upper or last if lower else upper
        is_same = not lower or lower == last
        joined.append(last if is_same else f"{last} {lower}".strip())
    return joined


def _is_numbering(texts: Sequence[str]) -> bool:
    """Return whether a row numbers the columns: (1) (2) (3), or A B 1 2."""
    given = [text for text in texts if text]
    return len(given) > 2 and all(_NUMBERING.fullmatch(text.lower()) for text in given)


def _unlike(texts: Sequence[str]) -> tuple[str, ...]:
    """Return the headings with a number appended to repeated ones."""
    seen: dict[str, int] = {}
    unlike: list[str] = []
    for text in texts:
        seen[text] = seen.get(text, 0) + 1
        unlike.append(f"{text} ({seen[text]})" if text and seen[text] > 1 else text)
    return tuple(unlike)
