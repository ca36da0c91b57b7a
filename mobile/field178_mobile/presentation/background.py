"""Work that takes longer than a frame: run elsewhere, answered on the thread that draws."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from field178_shared.errors import AppError

Result = TypeVar("Result")


class Background(Protocol):
    """Runs one piece of work beside the drawing thread."""

    def run(
        self,
        work: Callable[[], Result],
        done: Callable[[Result], None],
        failed: Callable[[AppError], None],
    ) -> None:
        """Run `work`, then hand its result or its refusal over on the drawing thread."""
        ...


class InPlace:
    """No thread of its own: the work is done before `run` returns."""

    def run(
        self,
        work: Callable[[], Result],
        done: Callable[[Result], None],
        failed: Callable[[AppError], None],
    ) -> None:
        """Run `work` now."""
        try:
            result = work()
        except AppError as error:
            failed(error)
        else:
            done(result)
