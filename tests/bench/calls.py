"""Counts function calls of a piece of work, on the thread that does it and on the store's own."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType

from field178_mobile.store import Store


@dataclass
class Calls:
    """What was called.

    `functions`: calls of Python functions of the product, by module and name. What the interpreter calls is
    counted: comprehensions, each turn of a generator, and what `dataclass` generates. `built_in`: calls of C
    functions made by them.
    """

    functions: Counter[tuple[str, str]] = field(default_factory=Counter)
    built_in: int = 0

    @property
    def python(self) -> int:
        """Return the number of calls of the product's Python functions."""
        return self.functions.total()

    @property
    def modules(self) -> frozenset[str]:
        """Return the modules of the product that were entered."""
        return frozenset(module for module, _name in self.functions)

    def hook(self, frame: FrameType, event: str, _argument: object) -> None:
        """Take one event of the interpreter (sys.setprofile)."""
        if event not in ("call", "c_call"):
            return
        module = str(frame.f_globals.get("__name__", ""))
        if not module.startswith("field178_"):
            return
        if event == "call":
            self.functions[module, frame.f_code.co_qualname] += 1
        else:
            self.built_in += 1


@contextmanager
def counted(*stores: Store) -> Iterator[Calls]:
    """Count the function calls of this thread and of the database threads of these stores."""
    calls = Calls()
    for store in stores:
        store.read(lambda _room: sys.setprofile(calls.hook))
    sys.setprofile(calls.hook)
    try:
        yield calls
    finally:
        sys.setprofile(None)
        for store in stores:
            store.read(lambda _room: sys.setprofile(None))


@contextmanager
def counted_hops(store: Store) -> Iterator[list[Callable[[], object]]]:
    """Collect the function calls from this thread to the database thread."""
    thread = store._thread
    call, hops = thread.call, list[Callable[[], object]]()

    def counting(work: Callable[[], object]) -> object:
        hops.append(work)
        return call(work)

    thread.call = counting  # type: ignore[method-assign,assignment]
    try:
        yield hops
    finally:
        del thread.call
