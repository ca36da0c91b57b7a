"""Background work: slow work runs on another thread, its result arrives on the UI thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from field178_shared.errors import AppError

Result = TypeVar("Result")


class Background(Protocol):
    """Runner of background work."""

    def run(
        self,
        work: Callable[[], Result],
        done: Callable[[Result], None],
        failed: Callable[[AppError], None],
    ) -> None:
        """Run `work`, then hand its result or its refusal over on the UI thread."""
        ...


class InPlace:
    """Synchronous runner: the work is done before `run` returns."""

    def run(
        self,
        work: Callable[[], Result],
        done: Callable[[Result], None],
        failed: Callable[[AppError], None],
    ) -> None:
        """Run the task at once."""
        try:
            result = work()
        except AppError as error:
            failed(error)
        else:
            done(result)
