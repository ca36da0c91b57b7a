"""Decorator of immutable values of which a push makes one or more for each record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def immutable(*, slots: bool = False, kw_only: bool = False) -> Callable[[type[T]], type[T]]:
    """Return a decorator of dataclasses whose fields MUST NOT be set: only the type checker refuses it.

    A frozen dataclass refuses it itself; to make one takes three times as long.
    """
    return dataclass(unsafe_hash=True, slots=slots, kw_only=kw_only)
