"""Words of a note with their places, their folded spelling and their capitals."""

import re
from collections.abc import Sequence
from operator import attrgetter
from typing import NamedTuple

from field178_shared.text.normalisation import fold

# A word of letters; H'Hen, K'Brèo, "H' Hen" and đ/c are one word. Digits are words of their own.
_WORD = re.compile(r"\b[đĐdD]/c\b|(?:[HKMNR]['’ʼ′] ?)?[^\W\d_]+(?:['’ʼ′][^\W\d_]+)*|\d+")
_SYLLABLE = re.compile(
    r"(?:ngh|ng|nh|kh|gh|gi|ph|th|tr|ch|qu|[bcdghklmnpqrstvx])?"
    r"(?:(?:[aeiou]|oo|ie|ye|ia|ya|uo|ua|oa|oe|ue|uy|uye|uya)(?:ch|nh|ng|[cmnpt])|[aeiouy]{1,3}|g)"
)
_SPACES = frozenset(" \t\u00a0")
_IS_ADJACENT = attrgetter("is_adjacent")
_APOSTROPHE = re.compile("[’ʼ′] ?|' ")
_HIGHLAND_PREFIX = re.compile(r"(?:[hkmnr]|bh|kb)'[a-z]{2}")
# Telex as it is typed: vowels and d doubled or followed by w, the tone as a letter at the end.
_TELEX = re.compile(r"...[sfrxj]$|[aou]w|dd")
_DOUBLED = (("dd", "d"), ("aa", "a"), ("ee", "e"), ("oo", "o"))
_TONE = re.compile(r"[sfrxjw]")


class NoteWord(NamedTuple):
    """A word of a text: `gap` is what stands before it, `folded` its spelling to look up.

    `is_plain`: it has no marks, so that its spelling may lack them; `is_adjacent`: only spaces separate it
    from the word before it.
    """

    text: str
    start: int
    end: int
    gap: str
    lower: str
    folded: str
    is_plain: bool
    is_adjacent: bool

    @property
    def is_title(self) -> bool:
        """Return whether a capital begins the word, and only names of the highlands have another."""
        return self.text[0].isupper() and (len(self.text) == 1 or not self.text.isupper())

    @property
    def is_capitals(self) -> bool:
        """Return whether the word is written in capitals."""
        return len(self.text) > 1 and self.text.isupper()

    @property
    def is_digits(self) -> bool:
        """Return whether the word is a number."""
        return self.text.isdigit()


def words_of(text: str) -> list[NoteWord]:
    """Return the words of an NFC text in order."""
    words: list[NoteWord] = []
    is_typed_raw = text.isascii()
    end = 0
    for match in _WORD.finditer(text):
        word = match[0]
        folded = _APOSTROPHE.sub("'", fold(word))
        if is_typed_raw and not is_syllable(folded):
            folded = _typed(folded)
        gap = text[end : match.start()]
        is_adjacent = gap[:1] in _SPACES and gap.isspace()
        end = match.end()
        lower = word.lower()
        words.append(NoteWord(word, match.start(), end, gap, lower, folded, word.isascii(), is_adjacent))
    return words


def _typed(plain: str) -> str:
    """Return the syllable of a word typed while the keyboard method was off (nguyeenx), or the word."""
    if not _TELEX.search(plain):
        return plain
    typed = plain
    for doubled, single in _DOUBLED:
        typed = typed.replace(doubled, single)
    typed = typed[0] + _TONE.sub("", typed[1:])
    return typed if is_syllable(typed) else plain


def has_highland_prefix(word: NoteWord) -> bool:
    """Return whether the word is a name behind a syllable with an apostrophe: H'Hen, K'Brèo."""
    return _HIGHLAND_PREFIX.match(word.folded) is not None


def is_syllable(plain: str) -> bool:
    """Return whether a folded word can be a syllable of Vietnamese."""
    return _SYLLABLE.fullmatch(plain) is not None


def is_phrase(words: Sequence[NoteWord]) -> bool:
    """Return whether only spaces separate the words after the first."""
    return all(map(_IS_ADJACENT, words[1:]))
