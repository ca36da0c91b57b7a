"""Rest of a password without the common words and patterns that attackers try first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files

from field178_shared.text.normalisation import fold

_ROWS = ("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm")
_COLUMNS = ("qaz", "wsx", "edc", "rfv", "tgb", "yhn", "ujm")
_LEET = str.maketrans("@$!|013457", "asiioieast")
_ENDS = re.compile(r"^(?:[\d\W_](?<![@$]))+|[\d\W_]+$")
_NUMBERS = re.compile(r"\d{3,}")
_SHORTEST = 3
_SHORTEST_WALK = 4


def rest_of(password: str, own: Iterable[str] = ()) -> str:
    """Return the rest of a password without common words, keyboard walks, repetitions and numbers.

    `own`: words about the officer. It is the shortest rest of several readings: with symbols and digits
    replaced by similar letters, and with the letters alone.
    """
    folded = fold(password).replace(" ", "")
    words = tuple(word for word in (fold(text).replace(" ", "") for text in own) if len(word) >= _SHORTEST)
    return min((_without_common(text, words) for text in _readings(folded)), key=len)


def _readings(folded: str) -> Iterator[str]:
    inner = _NUMBERS.sub(" ", _ENDS.sub("", folded))
    yield _once(_letters(inner.translate(_LEET)))
    # Only if nothing is left of the letters: digits between the letters of a walk, as in q1w2e3r4.
    letters = _once(_letters(re.sub(r"\d", "", folded)))
    if not _without_common(letters, ()):
        yield letters


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text)


def _once(text: str) -> str:
    """Return the block of which a text is made by repetition, or the text itself."""
    text = re.sub(r"(.)\1{2,}", r"\1", text)
    for length in range(1, len(text) // 2 + 1):
        block = text[:length]
        if (block * (len(text) // length + 1)).startswith(text):
            return block
    return text


def _without_common(text: str, own: tuple[str, ...]) -> str:
    for word in own:
        text = text.replace(word, " ")
    return _pattern().sub(" ", text).replace(" ", "")


@cache
def _pattern() -> re.Pattern[str]:
    """Return the pattern of every common word and walk, the longest first."""
    words = sorted({*_common_words(), *_walks()}, key=lambda word: (-len(word), word))
    return re.compile("|".join(words))


@cache
def _common_words() -> frozenset[str]:
    text = files(__package__).joinpath("common_passwords.txt").read_text("utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return frozenset(word for line in lines for word in line.split())


@cache
def _walks() -> frozenset[str]:
    """Return the parts of rows and columns of a keyboard and of the alphabet, both ways."""
    rows = [*_ROWS, *_COLUMNS, "".join(_COLUMNS)]
    both = [*rows, *(row[::-1] for row in rows)]
    return frozenset(
        row[start:end]
        for row in both
        for start in range(len(row))
        for end in range(start + min(_SHORTEST_WALK, len(row)), len(row) + 1)
    )
