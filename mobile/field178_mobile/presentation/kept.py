"""Keeps the parts of a state: what did not change is shared with the state before, not made anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar, TypeVarTuple, Unpack

Arguments = TypeVarTuple("Arguments")
Part = TypeVar("Part")


class Kept(Generic[*Arguments, Part]):
    """A pure function whose last result for each key is given again while its arguments are equal."""

    def __init__(self, make: Callable[[Unpack[Arguments]], Part]) -> None:
        self._make = make
        self._parts: dict[str, tuple[tuple[*Arguments], Part]] = {}

    def __call__(self, key: str, *arguments: *Arguments) -> Part:
        """Return the part of a key, made from these arguments."""
        kept = self._parts.get(key)
        if kept is None or kept[0] != arguments:
            kept = self._parts[key] = (arguments, self._make(*arguments))
        return kept[1]
