"""Segments of a free text: words that may name a person, with the reason of the mark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from field178_shared.text.normalisation import nfc
from field178_shared.text.privacy import lint


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of text; `mark` is the reason to check it."""

    text: str
    mark: str | None = None


def marked_segments(text: str, known_names: Sequence[str], language: str) -> tuple[Segment, ...]:
    """Return a free text cut at the places that may name a person."""
    plain = nfc(text)
    segments: list[Segment] = []
    end = 0
    for mark in lint(plain, known_names, language):
        segments += [Segment(plain[end : mark.start]), Segment(plain[mark.start : mark.end], mark.message)]
        end = mark.end
    return tuple(segment for segment in (*segments, Segment(plain[end:])) if segment.text)
