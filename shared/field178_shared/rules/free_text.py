"""Which paths of a type hold free text: where the privacy marks are looked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from field178_shared.schemas import TYPES


@cache
def free_text_paths(type_name: str) -> tuple[str, ...]:
    """Return the paths of free text, `*` standing for any key: "recommendation", "answers.*.note"."""
    from field178_shared.schemas.paths import is_free_text, walk

    paths = [path for path, field in walk(TYPES[type_name].schema) if is_free_text(field)]
    return tuple(path for path in paths if not any(_covers(wider, path) for wider in paths))


def free_texts(type_name: str, data: Mapping[str, object]) -> dict[str, str]:
    """Return the free texts of a record by path, those that say something."""
    found: dict[str, str] = {}
    for pattern in free_text_paths(type_name):
        for path, value in _matches(data, pattern.split("."), ""):
            if isinstance(value, str) and value.strip():
                found[path] = value
    return found


def _covers(wider: str, path: str) -> bool:
    pairs = list(zip(wider.split("."), path.split("."), strict=False))
    return wider != path and wider.count(".") == path.count(".") and all(a in ("*", b) for a, b in pairs)


def _matches(value: object, keys: list[str], path: str) -> Iterator[tuple[str, object]]:
    if not keys:
        yield path, value
        return
    if not isinstance(value, Mapping):
        return
    for name in value if keys[0] == "*" else [keys[0]]:
        if name in value:
            yield from _matches(value[name], keys[1:], f"{path}.{name}" if path else name)
