"""Paths of free text of a record type, which the privacy marks read."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from field178_shared.codelists import load
from field178_shared.schemas import TYPES
from field178_shared.schemas.fields.catalogue import FIELDS
from field178_shared.text.privacy import lint


def free_text_paths(type_name: str) -> tuple[str, ...]:
    """Return the paths of free text, with `*` for any key: "recommendation", "answers.*.note".

    The schema or the field catalogue marks a text as free. Document numbers are checked like free text,
    because no other rule keeps identity numbers or names out of them.
    """
    return _paths(type_name, load().version)


# Size: the number of record types; entries of older lists are evicted.
@lru_cache(maxsize=16)
def _paths(type_name: str, _version: str) -> tuple[str, ...]:
    from field178_shared.schemas.wire_schema import is_free_text, walk

    of_schema = (path for path, field in walk(TYPES[type_name].schema) if is_free_text(field))
    declared = (spec.path for spec in FIELDS.get(type_name, {}).values() if spec.is_screened)
    paths = dict.fromkeys((*of_schema, *declared))
    return tuple(path for path in paths if not any(_covers(wider, path) for wider in paths))


def free_texts(type_name: str, data: Mapping[str, object]) -> dict[str, str]:
    """Return the non-empty free texts of a record by path."""
    texts: dict[str, str] = {}
    for pattern in _paths(type_name, load().version):
        keys = pattern.split(".")
        if keys[0] not in data:
            continue
        for path, value in _matches(data, keys):
            if isinstance(value, str) and value.strip():
                texts[path] = value
    return texts


class FreeTextMarks:
    """Privacy marks of an open record; unchanged texts are not checked again."""

    def __init__(self, type_name: str, language: str) -> None:
        self._type_name = type_name
        self._language = language
        self._marked: dict[tuple[str, tuple[str, ...]], str] = {}

    def of(self, data: Mapping[str, object], known_names: tuple[str, ...] = ()) -> dict[str, str]:
        """Return the privacy marks by path, one mark a line; paths without marks are left out.

        `known_names` are allowed names, for example the name of the establishment.
        """
        texts = free_texts(self._type_name, data)
        seen = {(text, known_names) for text in texts.values()}
        self._marked = {key: self._marked[key] if key in self._marked else self._look(*key) for key in seen}
        marked = {path: self._marked[text, known_names] for path, text in texts.items()}
        return {path: marks for path, marks in marked.items() if marks}

    def _look(self, text: str, known_names: tuple[str, ...]) -> str:
        marks = lint(text, known_names, self._language)
        return "\n".join(dict.fromkeys(mark.message for mark in marks))


def _covers(wider: str, path: str) -> bool:
    pairs = list(zip(wider.split("."), path.split("."), strict=False))
    return wider != path and wider.count(".") == path.count(".") and all(a in ("*", b) for a, b in pairs)


def _matches(data: Mapping[str, object], keys: list[str]) -> list[tuple[str, object]]:
    # Level by level: at every tap the answers of a whole visit pass here.
    pairs: list[tuple[str, object]] = [("", data)]
    for key in keys:
        below: list[tuple[str, object]] = []
        for path, value in pairs:
            if isinstance(value, Mapping):
                for name in value if key == "*" else (key,) if key in value else ():
                    below.append((f"{path}.{name}" if path else name, value[name]))
        pairs = below
    return pairs
