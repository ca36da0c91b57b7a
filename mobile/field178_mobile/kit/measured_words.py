"""Cache of word sizes by font: Kivy measures every word of a text again whenever its box changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from kivy.core.text import Label as CoreLabel

Size = tuple[int, int]
MOST_WORDS = 8192
_sizes: dict[str, dict[str, Size]] = defaultdict(dict)


def clear() -> None:
    """Delete the words and their sizes."""
    for sizes in _sizes.values():
        sizes.clear()


def measuring(label: CoreLabel) -> Callable[[str], Size]:
    """Return the measuring function for the present font of a label."""
    sizes, measure = _sizes[label._get_font_id()], label.get_extents

    def size_of(text: str) -> Size:
        size = sizes.get(text)
        if size is None:
            if len(sizes) >= MOST_WORDS:
                sizes.clear()
            size = sizes[text] = measure(text)
        return size

    return size_of


# Kivy uses a cached measure if the font provider has one; SDL's has none.
CoreLabel.get_cached_extents = measuring
