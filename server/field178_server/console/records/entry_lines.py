"""Lines of what is owed, and of what was entered."""

from __future__ import annotations

from dataclasses import dataclass

from field178_server.console.text.state_labels import StateLabel


@dataclass(frozen=True, slots=True)
class OwedLine:
    """One thing that is owed: figure, what it is, a note, and the form that enters it.

    `is_entered`: the link opens what was entered.
    """

    figure: str
    text: str
    note: str
    tone: str
    href: str
    action: str
    is_entered: bool = False


@dataclass(frozen=True, slots=True)
class OwnEntryLine:
    """An entry of the list."""

    day: str
    kind: str
    text: str
    detail: str
    href: str
    word: StateLabel | None = None
