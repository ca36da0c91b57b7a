"""The row of headings of a table, wherever it stands, and the field that each heading means."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from field178_server.office.register_import.fields import FIELDS, PAPERS
from field178_server.office.register_import.persons import names_persons, words_of
from field178_server.office.register_import.reading.sheet import SheetRow

# Above it stand the authority, the motto of the state, the title of the list, its date.
SEARCHED_ROWS = 40
_LEAST_KNOWN = 2
_NUMBERING = re.compile(r"\(?(\d{1,2}|[a-z])\)?")
_ORDINAL_HEADINGS = frozenset({"stt", "tt", "so tt", "so thu tu", "no"})
_END_WORDS = ("het han", "den ngay", "hieu luc den", "thoi han", "co gia tri den")
_DAY_WORDS = ("ngay", "nam cap", "cap ngay")


@dataclass(frozen=True, slots=True)
class Headings:
    """The headings of a table.

    `lines` are their rows as they stand in the file, `last_row` is the index of the last one.
    """

    texts: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]
    last_row: int


def find_headings(rows: Sequence[SheetRow]) -> Headings | None:
    """Return the headings among the first rows, None where no row looks like them."""
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
    """Return the field of each column that its heading tells; no field twice, the surest column first."""
    scored: list[tuple[int, int, str]] = []
    paper: dict[str, str] = {}
    for column, heading in enumerate(headings):
        words = " ".join(words_of(heading))
        if not words or names_persons(heading):
            continue
        found, score, paper = _field_of(words, paper)
        if found:
            scored.append((-score, column, found))
    guessed: dict[int, str] = {}
    for _, column, found in sorted(scored):
        if found not in guessed.values():
            guessed[column] = found
    return guessed


def is_ordinal(heading: str) -> bool:
    """Tell whether a column only counts the rows."""
    return " ".join(words_of(heading)) in _ORDINAL_HEADINGS


def heading_key(headings: Iterable[str]) -> str:
    """Return the key of a set of headings: the same for the same words in any order and spelling."""
    return "|".join(sorted(filter(None, (" ".join(words_of(heading)) for heading in headings))))


def _field_of(words: str, paper: dict[str, str]) -> tuple[str, int, dict[str, str]]:
    """Return field, score, and the paper that a plain "Ngày cấp" in the next column belongs to."""
    spaced, part = f" {words} ", _part_of(words)
    for names, paths in PAPERS:
        if any(f" {name} " in spaced for name in names):
            return paths.get(part, ""), 50, dict(paths)
    if part != "number" and paper and words.split()[0] in ("ngay", "thoi", "het", "hieu"):
        return paper.get(part, ""), 40, paper
    score, found = max(
        (_score(spaced, one), path) for path, field in FIELDS.items() for one in field.words or ("",)
    )
    return (found, score, {}) if score else ("", 0, paper if part != "number" else {})


def _score(spaced: str, words: str) -> int:
    """Return how much of a heading these words are: all of it, its beginning, or a part."""
    if not words or f" {words} " not in spaced:
        return 0
    count = 10 * (words.count(" ") + 1)
    if spaced == f" {words} ":
        return count + 30
    # One short word inside of a long heading says little: "Số người tại xã".
    begins = spaced.startswith(f" {words} ")
    return count + 5 if begins else count if count > 10 else 1


def _part_of(words: str) -> str:
    spaced = f" {words} "
    if any(f" {one} " in spaced for one in _END_WORDS):
        return "expires_on"
    return "issued_on" if any(f" {one} " in spaced for one in _DAY_WORDS) else "number"


def _known_in(texts: Sequence[str]) -> int:
    """Return how many cells of a row are headings known here; a sentence is none."""
    short = [text for text in texts if text and len(text) <= 60]
    known = len(guess_fields(short))
    return known + sum(names_persons(text) or is_ordinal(text) for text in short) if known else 0


def _of_one_width(first: Sequence[str], second: Sequence[str]) -> tuple[list[str], list[str]]:
    width = max(len(first), len(second))
    return [*first, *[""] * (width - len(first))], [*second, *[""] * (width - len(second))]


def _is_second_line(first: Sequence[str], second: Sequence[str]) -> bool:
    """Tell whether a row names the parts of headings that stretch over several columns."""
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
    """Tell whether a row counts the columns: (1) (2) (3), or A B 1 2."""
    given = [text for text in texts if text]
    return len(given) > 2 and all(_NUMBERING.fullmatch(text.lower()) for text in given)


def _unlike(texts: Sequence[str]) -> tuple[str, ...]:
    """Return the headings with a number behind those that stand twice."""
    seen: dict[str, int] = {}
    unlike: list[str] = []
    for text in texts:
        seen[text] = seen.get(text, 0) + 1
        unlike.append(f"{text} ({seen[text]})" if text and seen[text] > 1 else text)
    return tuple(unlike)
