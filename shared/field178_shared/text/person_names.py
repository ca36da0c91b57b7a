"""Detection of a person's name: a surname followed by words in title case."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

from field178_shared.codelists.privacy_rules import LintPattern
from field178_shared.text.normalisation import fold, nfc

_TOKEN = re.compile(r"[^\W_]+")
_LONGEST = 3


@dataclass(frozen=True, slots=True)
class NameRules:
    """Words that begin a person's name, and words that mark places or bodies."""

    surnames: frozenset[str]
    common_words: frozenset[str]
    folded_surnames: frozenset[str]
    skip_after: frozenset[str]
    folded_skip_after: frozenset[str]
    not_names: tuple[str, ...]

    @classmethod
    def of(cls, pattern: LintPattern) -> Self:
        """Return the rules of the list's pattern."""
        return cls(
            surnames=frozenset(pattern.surnames),
            common_words=frozenset(pattern.common_words),
            folded_surnames=frozenset(map(fold, pattern.surnames)),
            skip_after=frozenset(pattern.skip_after),
            folded_skip_after=frozenset(map(fold, pattern.skip_after)),
            not_names=tuple(map(fold, pattern.not_names)),
        )

    def words_needed(self, word: str) -> int | None:
        """Return how many title-case words must follow for a name, or None if no name begins here."""
        if word in self.surnames:
            return 2 if word in self.common_words else 1
        is_other_spelling = word.isascii() or word.isupper()
        if is_other_spelling and word[0].isupper() and fold(word) in self.folded_surnames:
            return 2
        return None


def spans_of_names(text: str, rules: NameRules, known_names: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Return the spans of the NFC text that look like names, without the known names."""
    tokens = list(_TOKEN.finditer(text))
    known_spans = _known_spans(text, known_names)
    index = 0
    while index < len(tokens):
        length = _name_length(text, tokens, index, rules)
        if not length:
            index += 1
            continue
        start, end = tokens[index].start(), tokens[index + length].end()
        if not any(first <= start and end <= last for first, last in known_spans):
            yield start, end
        index += length + 1


def _name_length(text: str, tokens: Sequence[re.Match[str]], index: int, rules: NameRules) -> int:
    """Return the number of words after the surname at this place, 0 if no name begins there."""
    needed = rules.words_needed(tokens[index][0])
    if needed is None or _is_locality(text, tokens, index, rules):
        return 0
    length = _following(text, tokens, index)
    if length < needed:
        return 0
    span = fold(text[tokens[index].start() : tokens[index + length].end()])
    return 0 if span.startswith(rules.not_names) else length


def _following(text: str, tokens: Sequence[re.Match[str]], index: int) -> int:
    in_capitals = tokens[index][0].isupper()
    length = 0
    for end_index in range(index + 1, min(index + 1 + _LONGEST, len(tokens))):
        word = tokens[end_index][0]
        fits = word.isupper() if in_capitals else word.istitle()
        if not fits or not _adjacent(text, tokens, end_index):
            break
        length += 1
    return length


def _is_locality(text: str, tokens: Sequence[re.Match[str]], index: int, rules: NameRules) -> bool:
    if index == 0 or not _adjacent(text, tokens, index):
        return False
    before = tokens[index - 1][0].lower()
    pair = before
    if index > 1 and _adjacent(text, tokens, index - 1):
        pair = f"{tokens[index - 2][0].lower()} {before}"
    if before.isdigit() or before in rules.skip_after or pair in rules.skip_after:
        return True
    is_plain = tokens[index][0].isascii()
    return is_plain and bool({fold(before), fold(pair)} & rules.folded_skip_after)


def _adjacent(text: str, tokens: Sequence[re.Match[str]], index: int) -> bool:
    """Return whether only spaces separate the word from the one before it."""
    return text[tokens[index - 1].end() : tokens[index].start()].isspace()


def _known_spans(text: str, known_names: Sequence[str]) -> list[tuple[int, int]]:
    names = [re.escape(nfc(name)) for name in known_names if name.strip()]
    if not names:
        return []
    return [match.span() for match in re.finditer("|".join(names), text, re.IGNORECASE)]
