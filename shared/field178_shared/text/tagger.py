"""Tagging of the words of a note by a linear-chain conditional random field (Lafferty and others, 2001).

It weighs what the lists and rules cannot decide: names behind words that announce nobody, homes described in
a sentence. The weights are trained by scripts/tagger.py on labelled notes; here they are only added up,
without a library, so that a tablet needs none (decision 0161).
"""

import json
import math
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self

from field178_shared.text.note import Note
from field178_shared.text.word_features import features_of

WEIGHTS_FILE = Path(__file__).with_name("tagger.json")
# Labels of words; those outside name nobody.
OUTSIDE, NAME, HOME = LABELS = ("outside", "name", "home")
_OUT = LABELS.index(OUTSIDE)
# Weights are written as whole numbers.
SCALE = 100


@dataclass(frozen=True, slots=True)
class Tagger:
    """Weights of the features and factors of two labels that follow each other.

    A row of weights has pairs of a label and a whole number; `threshold` is the least certainty of a mark.
    """

    threshold: float
    weights: Mapping[str, Sequence[int]]
    factors: tuple[tuple[float, ...], ...]

    @classmethod
    def read(cls, path: Path) -> Self:
        """Return the tagger of a file of weights."""
        data = json.loads(path.read_text("utf-8"))
        factors = tuple(tuple(math.exp(number / SCALE) for number in row) for row in data["transitions"])
        return cls(data["threshold"], data["weights"], factors)

    def spans(self, note: Note, skipped: Container[int]) -> Iterator[tuple[str, int, int]]:
        """Yield label, first and last word of each run of words that may make a person known.

        A run ends before a skipped word: the name of the establishment is no part of a person's.
        """
        tags = [_OUT if at in skipped else tag for at, tag in enumerate(self._tags(note))]
        first, label = 0, _OUT
        for at, tag in enumerate([*tags, _OUT]):
            if tag == label and not (label != _OUT and _ends_run(note, label, at)):
                continue
            if label != _OUT:
                yield LABELS[label], first, at - 1
            first, label = at, tag

    def _tags(self, note: Note) -> list[int]:
        """Return the label of each word: the likeliest that names somebody, if it is likely that any does.

        The threshold is that of both together: a place called like a person may be a name or a home.
        """
        tags = []
        for chances in self.chances(features_of(note)):
            certain = 1 - chances[_OUT] >= self.threshold
            tags.append(max(range(1, len(chances)), key=chances.__getitem__) if certain else _OUT)
        return tags

    def chances(self, rows: Sequence[Sequence[str]]) -> list[list[float]]:
        """Return the marginal probability of each label at each word (forward-backward algorithm)."""
        potentials = [self._potentials(row) for row in rows]
        if not potentials:
            return []
        columns = tuple(zip(*self.factors, strict=True))
        forward = [_scaled(potentials[0])]
        for row in potentials[1:]:
            reached = [_product(forward[-1], column) for column in columns]
            forward.append(_scaled(_products(reached, row)))
        backward = [[1.0 for _ in LABELS]]
        for row in reversed(potentials[1:]):
            ahead = _products(backward[-1], row)
            backward.append(_scaled([_product(factors, ahead) for factors in self.factors]))
        return [
            _scaled(_products(before, after))
            for before, after in zip(forward, reversed(backward), strict=True)
        ]

    def _potentials(self, row: Sequence[str]) -> list[float]:
        scores = [0] * len(LABELS)
        for feature in row:
            weights = self.weights.get(feature, ())
            for label, weight in zip(weights[::2], weights[1::2], strict=True):
                scores[label] += weight
        highest = max(scores)
        return [math.exp((score - highest) / SCALE) for score in scores]


@cache
def tagger() -> Tagger:
    """Return the tagger of the packaged file, read once in a process."""
    return Tagger.read(WEIGHTS_FILE)


def _ends_run(note: Note, label: int, at: int) -> bool:
    """Return whether a run ends before a word: a name at a sign, an address at the end of its line."""
    is_name = LABELS[label] == NAME
    return "\n" in note.words[at].gap or (is_name and not note.continues_name(at))


def _product(first: Sequence[float], second: Sequence[float]) -> float:
    return sum(_products(first, second))


def _products(first: Sequence[float], second: Sequence[float]) -> list[float]:
    return [left * right for left, right in zip(first, second, strict=True)]


def _scaled(row: Sequence[float]) -> list[float]:
    total = sum(row)
    return [value / total for value in row]
