"""Privacy of free text and of names in code: possible hints at a person are marked, never refused.

A mark is a question to the officer ("mask it, or is it no personal data?"); saving always works.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from field178_shared.codelists import CodeLists, load
from field178_shared.codelists.person_names import PersonNames
from field178_shared.codelists.privacy_rules import LintPattern
from field178_shared.codelists.words import AvoidedWords
from field178_shared.text.name_words import NameWords
from field178_shared.text.normalisation import fold, nfc
from field178_shared.text.person_names import spans_of_people

MASK = "•"

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD = re.compile(r"[^\W_]+")
# Letters of Vietnamese without marks, one for one, so that positions stay.
_FOLDED = {code: fold(chr(code)) for code in (*range(0xC0, 0x1B1), *range(0x1EA0, 0x1EFA))}
_FOLDED = {code: letter for code, letter in _FOLDED.items() if len(letter) == 1}


@dataclass(frozen=True, slots=True)
class PrivacyMark:
    """A range of the NFC text that may name a person or hurt one, with its message."""

    kind: str
    start: int
    end: int
    message: str
    suggestion: str | None = None


def lint(text: str, known_names: Sequence[str] = (), language: str = "vi") -> tuple[PrivacyMark, ...]:
    """Return the privacy marks of a text in reading order; positions refer to the NFC form of the text.

    `known_names` are allowed names, for example the name of the establishment.
    """
    plain = nfc(text)
    folded = plain.translate(_FOLDED).lower()
    lists = load()
    people = _people(plain, known_names)
    marks: list[PrivacyMark] = []
    for pattern in lists.privacy.free_text.linter.patterns:
        message = pattern.en if language == "en" else pattern.vi
        if pattern.regex is not None:
            marks += [PrivacyMark(pattern.id, *span, message) for span in _hits(pattern, plain, folded)]
        elif pattern.algorithm is not None:
            marks += [
                PrivacyMark(kind, start, end, message)
                for kind, start, end in people
                if kind == pattern.id and _context_fits(pattern, plain, start, end)
            ]
        else:
            marks += _stigma_marks(pattern.id, message, plain, language)
    return _without_overlap(marks)


def mask(text: str, marks: Sequence[PrivacyMark]) -> str:
    """Return the NFC text with every marked character hidden; its length does not change."""
    characters = list(nfc(text))
    for mark in marks:
        characters[mark.start : mark.end] = MASK * (mark.end - mark.start)
    return "".join(characters)


def stigma_in(text: str, lists: CodeLists) -> tuple[str, ...]:
    """Return the words of a label that the vocabulary lists as stigmatising."""
    plain = nfc(text)
    return tuple(plain[start:end] for start, end, _ in _stigma(plain, lists.avoided_words))


def forbidden_stems() -> tuple[str, ...]:
    """Return the names that no column, schema field, export or log key may carry."""
    return load().privacy.forbidden_fields.stems


def matches_forbidden(name: str) -> bool:
    """Return whether a name contains a forbidden stem, ignoring case and accents."""
    words = f"_{'_'.join(_words_of(name))}_"
    return any(f"_{stem}_" in words for stem in _folded_stems())


def _words_of(name: str) -> list[str]:
    return _WORD.findall(fold(_CAMEL.sub(" ", nfc(name))))


@cache
def _folded_stems() -> tuple[str, ...]:
    return tuple("_".join(_words_of(stem)) for stem in forbidden_stems())


def _people(text: str, known_names: Sequence[str]) -> list[tuple[str, int, int]]:
    """Return kind and span of names and homes of people in a text, without those inside a known name."""
    lists = load()
    known_spans = _known_spans(text, known_names)
    return [
        (kind, start, end)
        for kind, start, end in spans_of_people(text, _name_words(lists.person_names), known_spans)
        if not any(first <= start and end <= last for first, last in known_spans)
    ]


def _known_spans(text: str, known_names: Sequence[str]) -> list[tuple[int, int]]:
    names = [re.escape(nfc(name)) for name in known_names if name.strip()]
    if not names:
        return []
    return [match.span() for match in re.finditer("|".join(names), text, re.IGNORECASE)]


_prepared: list[tuple[PersonNames, NameWords]] = []


def _name_words(names: PersonNames) -> NameWords:
    # Prepared once for each edition of the list, which a pack replaces while the process runs.
    if not _prepared or _prepared[0][0] is not names:
        _prepared[:] = [(names, NameWords.of(names))]
    return _prepared[0][1]


@cache
def _compiled(regex: str) -> re.Pattern[str]:
    return re.compile(regex)


def _hits(pattern: LintPattern, text: str, folded: str) -> Iterator[tuple[int, int]]:
    for match in _compiled(pattern.regex or "").finditer(folded if pattern.folded else text):
        if _context_fits(pattern, text, match.start(), match.end()):
            yield match.span()


def _context_fits(pattern: LintPattern, text: str, start: int, end: int) -> bool:
    before = text[max(0, start - pattern.reach) : start]
    after = text[end : end + pattern.reach]
    if _holds(pattern.not_near, before) or _starts_with(pattern.not_after, after):
        return False
    return not pattern.near or _holds(pattern.near, before) or _holds(pattern.near, after)


def _holds(words: tuple[str, ...], text: str) -> bool:
    if not words:
        return False
    spaced = f" {' '.join(_words_of(text))} "
    return any(word in spaced for word in _spaced(words))


@cache
def _spaced(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f" {fold(word)} " for word in words)


def _starts_with(words: Sequence[str], text: str) -> bool:
    following = _WORD.match(text.lstrip(" "))
    return following is not None and following[0].lower() in words


def _stigma_marks(kind: str, message: str, text: str, language: str) -> Iterator[PrivacyMark]:
    rows = [row for row in load().avoided_words if not row.label_only]
    for start, end, row in _stigma(text, rows):
        use = (row.en_use or row.use) if language == "en" else row.use
        yield PrivacyMark(kind, start, end, f"{message}: {use}", use)


def _stigma(text: str, rows: Sequence[AvoidedWords]) -> Iterator[tuple[int, int, AvoidedWords]]:
    for row in rows:
        for match in _words_pattern(row.avoid).finditer(text):
            yield match.start(), match.end(), row


@cache
def _words_pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(words, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)", re.IGNORECASE)


def _without_overlap(marks: Sequence[PrivacyMark]) -> tuple[PrivacyMark, ...]:
    kept: list[PrivacyMark] = []
    reached = 0
    for mark in sorted(marks, key=lambda mark: (mark.start, -mark.end)):
        if mark.end > reached:
            kept.append(mark if mark.start >= reached else replace(mark, start=reached))
            reached = mark.end
    return tuple(kept)
