"""Three-way merge by path: a value that the author has seen is replaced, any other is a conflict."""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from field178_shared.errors import ErrorCode
from field178_shared.wire.canonical import canonical, short_hash
from field178_shared.wire.protocol import LONG_WAS_BYTES, MAX_SET_DEPTH, MAX_TEXT

MAX_PATH_KEYS = 8
_KEY = re.compile(r"[A-Za-z0-9-][A-Za-z0-9_-]{0,63}")

Data = dict[str, object]


@dataclass(frozen=True, slots=True)
class MergeConflict:
    """A path whose present value the author had not seen; the present value stays."""

    path: str
    was: object
    mine: object
    current: object


@dataclass(frozen=True, slots=True)
class Merged:
    """The outcome of a merge: new data, the paths really set, and the clashes."""

    data: Data
    applied: tuple[str, ...]
    clashes: tuple[MergeConflict, ...]


def bad_paths(set_: Mapping[str, object]) -> dict[str, list[str]]:
    """Return the errors of a `set`, {path: [codes]}, for paths and values that no record may contain."""
    bad: dict[str, list[str]] = {}
    for path, value in set_.items():
        if not _good_path(path):
            bad[path] = [ErrorCode.BAD_PATH.value]
        elif (code := _value_problem(value, 1)) is not None:
            bad[path] = [code.value]
    bad.update({path: [ErrorCode.BAD_PATH.value] for path in _inside_another(set_)})
    return bad


def read_path(data: Mapping[str, object], path: str) -> object:
    """Return the value at a path; absent reads as None."""
    value: object = data
    for key in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(key)
    return value


def passes_non_object(data: Mapping[str, object], path: str) -> bool:
    """Return whether a path leads through a value that is not an object."""
    value: object = data
    for key in path.split(".")[:-1]:
        if value is None:
            return False
        if not isinstance(value, Mapping):
            return True
        value = value.get(key)
    return value is not None and not isinstance(value, Mapping)


def write_path(data: Data, path: str, value: object) -> Data:
    """Return a copy of data with one path set; None removes the key, an emptied object stays `{}`.

    Missing objects on the way are created, but not for a removal. The path MUST NOT pass a non-object.
    """
    key, _, rest = path.partition(".")
    result = dict(data)
    if not rest:
        if value is None:
            result.pop(key, None)
        else:
            result[key] = without_nulls(value)
        return result
    inner = result.get(key)
    if inner is None and value is None:
        return result
    result[key] = write_path(dict(inner) if isinstance(inner, Mapping) else {}, rest, value)
    return result


def without_nulls(value: object) -> object:
    """Return a value without the keys that are null: null means absent everywhere outside lists."""
    if not (isinstance(value, dict) and _has_nulls(value)):
        return value
    return {key: without_nulls(item) for key, item in value.items() if item is not None}


def equal(left: object, other: object) -> bool:
    """Return whether two JSON values are the same; True is not 1, and null keys are absent keys."""
    if left is None or other is None:
        return left is other
    if type(left) is type(other) and isinstance(left, str | bool | int):
        return left == other
    return canonical(without_nulls(left)) == canonical(without_nulls(other))


def same(was: object, current: object) -> bool:
    """Return whether `was` (a value, or `{"$h": …}` in its place) names the present value."""
    if isinstance(was, Mapping) and set(was) == {"$h"}:
        return current is not None and was["$h"] == short_hash(current)
    return equal(was, current)


def merge(data: Data, set_: Mapping[str, object], was: Mapping[str, object]) -> Merged:
    """Apply `set` path by path to `data` (docs/sync-protocol.md §5.4): no history is needed."""
    applied: list[str] = []
    clashes: list[MergeConflict] = []
    for path in sorted(set_):
        value, seen, current = set_[path], was.get(path), read_path(data, path)
        if equal(current, value):
            continue
        if same(seen, current):
            data = write_path(data, path, value)
            applied.append(path)
        else:
            clashes.append(MergeConflict(path, seen, value, current))
    return Merged(data, tuple(applied), tuple(clashes))


def difference(seen: Data, now: Data) -> tuple[Data, Data]:
    """Return the smallest change (`set`, `was`) from the seen data to the present data.

    Objects are compared key by key, lists and texts as a whole. Long values in `was` are replaced by `{"$h":
    …}`.
    """
    set_: Data = {}
    was: Data = {}
    _collect(seen, now, "", (set_, was))
    return set_, {path: shortened(value) for path, value in was.items() if value is not None}


def _collect(
    seen: Mapping[str, object], now: Mapping[str, object], prefix: str, out: tuple[Data, Data]
) -> None:
    for key in sorted(set(seen) | set(now)):
        path = f"{prefix}{key}"
        before, after = seen.get(key), now.get(key)
        deeper = path.count(".") < MAX_PATH_KEYS - 1
        if isinstance(before, Mapping) and isinstance(after, Mapping) and deeper and before:
            _collect(before, after, f"{path}.", out)
        elif not equal(before, after):
            out[0][path] = after
            out[1][path] = before


def shortened(value: object) -> object:
    """Return a value of `was` as sent: long values as hashes (docs/sync-protocol.md §5.1)."""
    if isinstance(value, bool | int):
        return value
    return {"$h": short_hash(value)} if len(canonical(value)) > LONG_WAS_BYTES else value


def _inside_another(paths: Collection[str]) -> Iterator[str]:
    outer: list[str] | None = None
    if not any("." in path for path in paths):
        return
    for keys in sorted(path.split(".") for path in paths):
        if outer is not None and keys[: len(outer)] == outer:
            yield ".".join(keys)
        else:
            outer = keys


@functools.lru_cache(maxsize=8192)
def _good_path(path: str) -> bool:
    keys = path.split(".")
    return len(keys) <= MAX_PATH_KEYS and all(_good_key(key) for key in keys)


@functools.lru_cache(maxsize=8192)
def _good_key(key: str) -> bool:
    return _KEY.fullmatch(key) is not None


def _value_problem(value: object, depth: int) -> ErrorCode | None:
    # On the hot path of every push: plain loops, and nothing is called for the many small leaves.
    if type(value) is str:
        return ErrorCode.TOO_LONG if len(value) > MAX_TEXT else None
    if isinstance(value, dict):
        for key in value:
            if not _good_key(key):
                return ErrorCode.BAD_PATH
        return _first_problem(value.values(), depth)
    return _first_problem(value, depth) if isinstance(value, list) else None


def _first_problem(values: Collection[object], depth: int) -> ErrorCode | None:
    if depth > MAX_SET_DEPTH:
        return ErrorCode.BAD_PATH
    for item in values:
        if type(item) is not int and (code := _value_problem(item, depth + 1)) is not None:
            return code
    return None


def _has_nulls(value: dict[str, object]) -> bool:
    return any(item is None or (isinstance(item, dict) and _has_nulls(item)) for item in value.values())
