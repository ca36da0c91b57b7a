"""Passphrases: words of our list, chosen by chance; they are typed with or without marks.

A PIN is enough only where the system's key store holds the device's secret. Without one a thief has the
secret with the folder and tries a million PINs in a few days; four words of the list have 2^44 orders.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from pathlib import Path

from field178_shared.text.normalisation import fold

WORDS = 4
# Each word of the list has two syllables, so that a typed text divides in one way.
_SYLLABLES = 2
_BETWEEN = re.compile(r"[\W_]+")


@functools.cache
def word_list() -> tuple[str, ...]:
    """Return the words of the list as they are written."""
    lines = Path(__file__).with_name("words.txt").read_text("utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))


@functools.cache
def _folded_words() -> frozenset[str]:
    return frozenset(fold(word) for word in word_list())


def proposed(random_bytes: Callable[[int], bytes]) -> str:
    """Return a passphrase of different words, chosen by chance."""
    words: list[str] = []
    while len(words) < WORDS:
        word = _chosen(random_bytes)
        if word not in words:
            words.append(word)
    return ", ".join(words)


def folded(text: str) -> str:
    """Return the form of a passphrase, or PIN, from which its key is made: no marks, no commas."""
    return " ".join(fold(_BETWEEN.sub(" ", text)).split())


def unknown_word(text: str) -> str:
    """Return the first word of a typed passphrase that the list does not have, "" without one."""
    return next((word for word in _words(text) if word not in _folded_words()), "")


def is_weak(text: str) -> bool:
    """Return whether a text is no passphrase: too few words, a repeated or an unknown one."""
    words = _words(text)
    return len(set(words)) < max(WORDS, len(words)) or bool(unknown_word(text))


def _words(text: str) -> list[str]:
    syllables = folded(text).split()
    return [" ".join(syllables[start : start + _SYLLABLES]) for start in range(0, len(syllables), _SYLLABLES)]


def _chosen(random_bytes: Callable[[int], bytes]) -> str:
    words = word_list()
    # Numbers beyond the list are drawn again: a remainder would favour the first words.
    bits = len(words).bit_length()
    while (number := int.from_bytes(random_bytes(2)) >> (16 - bits)) >= len(words):
        pass
    return words[number]
