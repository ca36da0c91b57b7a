"""Question before a record is filed by a clock that is wrong."""

from __future__ import annotations

from collections.abc import Callable

from field178_mobile.kit import kit
from field178_mobile.kit.language import language as _


def ask_before_filing(difference: str, file: Callable[[], None]) -> None:
    """Show the error of the clock, and file the record if the officer confirms."""
    sentence = _("The record keeps the times of this clock, and its paper says so. Set it first if you can.")
    kit.confirm(
        _("The tablet's clock is wrong. File all the same?"),
        f"{difference}. {sentence}",
        _("File all the same"),
        _("Go back"),
        file,
    )
