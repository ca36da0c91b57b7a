"""What the inbox shows: rows, and the one thing that is open."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One item of the inbox; `is_new`: a notice that is not opened yet."""

    key: str
    title: str
    sub: str
    icon: str
    tone: str
    day: str
    word: str
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class PinnedNote:
    """Words pinned to one field; `path` leads to it, `text` is what was said, `by` who and when.

    In a conflict `mine` and `current` are the two values, `is_mine` which of them is chosen, `place` which
    pair it is, and `can_take` whether the one that was not taken may be chosen.
    """

    path: str
    field: str
    text: str
    by: str = ""
    mine: str = ""
    current: str = ""
    is_mine: bool = False
    place: int = 0
    can_take: bool = True


@dataclass(frozen=True, slots=True)
class OpenItem:
    """The thing that is open. `remedy` says what to do; `screen` is where the record opens ("" = nowhere).

    `moment`: when the office wrote a notice; who returned a record and when.
    """

    key: str
    title: str
    kind: str
    icon: str
    tone: str
    text: str
    remedy: str
    notes: tuple[PinnedNote, ...]
    record_id: str
    screen: str
    can_settle: bool = False
    moment: str = ""


@dataclass(frozen=True, slots=True)
class InboxState:
    """The inbox, whole."""

    rows: tuple[InboxRow, ...] = ()
    item: OpenItem | None = None
    summary: str = ""
