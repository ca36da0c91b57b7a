"""Caches that hold texts of records: they are emptied at the lock, so that nothing readable is held."""

from __future__ import annotations

import sys

from field178_mobile.kit import measured_words

# Module and function; a module that was never imported has no texts. tests/mobile/shell/test_text_caches.py
# compares the list with the sources.
CACHES = (
    ("field178_mobile.kit.widgets.text", "text_width"),
    ("field178_mobile.kit.widgets.pictures.map_marks", "_text"),
    ("field178_mobile.input_method.syllables", "parts_of"),
    ("field178_shared.rules.quality_flags", "_may_name_a_person"),
    ("field178_shared.text.normalisation", "_key_of_label"),
)


def clear_texts() -> None:
    """Empty the caches of texts that officers read and typed."""
    measured_words.clear()
    for module_name, function in CACHES:
        if (module := sys.modules.get(module_name)) is not None:
            getattr(module, function).cache_clear()
