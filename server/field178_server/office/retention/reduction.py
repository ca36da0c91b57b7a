"""Values without what retention removes: of a record, and of each change in its history.

Reducing a history and replaying it gives the reduced record, so that a page of it stays complete.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from field178_shared.codelists import load
from field178_shared.codelists.privacy_rules import RetentionAct
from field178_shared.merge import Data
from field178_shared.schemas import TYPES
from field178_shared.schemas.declared import RESTRICTED_KINDS
from field178_shared.schemas.fields.catalogue import FIELDS
from field178_shared.schemas.wire_schema import is_free_text, walk
from field178_shared.wire.canonical import canonical

# In place of a text that its record must have.
REMOVED_TEXT = "(đã bỏ khi hết thời hạn lưu giữ)"
_DEGREE = 7
_POSITION = ("check_in", "lat"), ("check_in", "lon")
_FILES = "attachments"
_CONTENT = ("set", "was", "before")

Path = tuple[str, ...]
# Keys of paths of free texts; True at the end of one that its record must have, False at another end.
Tree = dict[str, "Tree | bool"]


@dataclass(slots=True)
class Removed:
    """Values taken out of records: texts and numbers as they were stored, and hashes of photos."""

    texts: set[str] = field(default_factory=set)
    positions: int = 0
    photos: dict[str, int] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """Number of removed values; a position has two."""
        return len(self.texts) + len(self.photos) + (1 if self.positions else 0)

    def add(self, other: Removed) -> None:
        """Add the values that another reduction removed."""
        self.texts |= other.texts
        self.positions += other.positions
        self.photos |= other.photos


class _Gone:
    """The mark of a value that is left out."""


_GONE = _Gone()


@dataclass(frozen=True)
class Reduction:
    """The due acts for a record of one type; `removed` collects what they take."""

    record_type: str
    acts: Collection[RetentionAct]
    decimals: int = 3
    removed: Removed = field(default_factory=Removed)

    def of_record(self, data: Data) -> Data:
        """Return the content of a record without what is due."""
        return self._members((), data)

    def of_payload(self, payload: str) -> str:
        """Return the payload of a change without what is due."""
        change = json.loads(payload)
        if not isinstance(change, dict):
            return payload
        reduced = dict(change)
        for name in _CONTENT:
            if isinstance(values := change.get(name), dict):
                reduced[name] = self._paths(values)
        return payload if reduced == change else canonical(reduced).decode()

    def touches(self, path: str) -> bool:
        """Return whether a value at a path, of a dispute for example, may contain what is due."""
        keys = tuple(path.split("."))
        of_place = keys[0] in ("check_in", _FILES) and self.acts != {RetentionAct.CLEAR_TEXTS}
        return of_place or (RetentionAct.CLEAR_TEXTS in self.acts and self._text_at(keys) is not None)

    def _paths(self, values: Mapping[str, object]) -> Data:
        reduced = ((name, self._value(tuple(name.split(".")), value)) for name, value in values.items())
        return {name: value for name, value in reduced if value is not _GONE}

    def _members(self, path: Path, data: Mapping[str, object]) -> Data:
        reduced = ((name, self._value((*path, name), value)) for name, value in data.items())
        return {name: value for name, value in reduced if value is not _GONE}

    def _value(self, path: Path, value: object) -> object:
        if value is None:
            return value
        if path in _POSITION:
            return self._position(value)
        if self._is_photo(path, value):
            return _GONE
        if RetentionAct.CLEAR_TEXTS in self.acts and isinstance(end := self._text_at(path), bool):
            return self._text(value, is_required=end)
        return self._members(path, value) if isinstance(value, dict) else value

    def _position(self, value: object) -> object:
        if RetentionAct.REMOVE_POSITION in self.acts:
            self.removed.positions += 1
            return _GONE
        if RetentionAct.ROUND_POSITION not in self.acts or not isinstance(value, int):
            return value
        step = 10 ** (_DEGREE - self.decimals)
        rounded = (value + step // 2) // step * step
        self.removed.positions += rounded != value
        return rounded

    def _is_photo(self, path: Path, value: object) -> bool:
        if RetentionAct.DELETE_PHOTOS not in self.acts or len(path) < 2 or path[0] != _FILES:
            return False
        if len(path) > 2:
            return path[1] in self._photo_keys
        if not isinstance(value, dict) or not str(value.get("content_type", "")).startswith("image/"):
            return False
        if value.get("evidence_kind") in RESTRICTED_KINDS:
            return False
        self._photo_keys.add(path[1])
        size = value.get("size")
        self.removed.photos[str(value.get("sha256", ""))] = size if isinstance(size, int) else 0
        return True

    def _text(self, value: object, *, is_required: bool) -> object:
        if value == REMOVED_TEXT:
            return value
        if isinstance(value, str) and value:
            self.removed.texts.add(value)
        return REMOVED_TEXT if is_required else _GONE

    def _text_at(self, path: Path) -> Tree | bool | None:
        node: Tree | bool | None = _texts_of(self.record_type, load().version)
        for key in path:
            if not isinstance(node, dict):
                return None
            node = node.get(key, node.get("*"))
        return node

    @cached_property
    def _photo_keys(self) -> set[str]:
        return set()


# Size: the number of record types; entries of older lists are evicted.
@lru_cache(maxsize=16)
def _texts_of(record_type: str, _version: str) -> Tree:
    tree: Tree = {}
    if record_type not in TYPES:
        return tree
    declared = {spec.path for spec in FIELDS.get(record_type, {}).values() if spec.is_free_text}
    for path, value in walk(TYPES[record_type].schema):
        if is_free_text(value) or path in declared:
            _plant(tree, path.split("."), is_required=value.required)
    return tree


def _plant(tree: Tree, keys: list[str], *, is_required: bool) -> None:
    node = tree
    for key in keys[:-1]:
        below = node.setdefault(key, {})
        if not isinstance(below, dict):
            return
        node = below
    node[keys[-1]] = is_required
