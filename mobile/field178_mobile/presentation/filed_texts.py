"""Texts stripped of surrounding blanks before filing, which would otherwise cause invisible differences."""

from __future__ import annotations

from collections.abc import Mapping


def trimmed(data: Mapping[str, object]) -> dict[str, object]:
    """Return the data without blanks around texts, at any depth; a text of blanks alone is absent."""
    bare = {key: _bare(value) for key, value in data.items()}
    return {key: value for key, value in bare.items() if value != ""}


def _bare(value: object) -> object:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, Mapping):
        return trimmed(value)
    if isinstance(value, list):
        return [item for item in map(_bare, value) if item != ""]
    return value
