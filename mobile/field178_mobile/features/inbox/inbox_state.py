"""State of the inbox: rows, and the open item."""

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
    """Note at one field: `path` of the field, `text`, and `by` with author and time.

    In a conflict `mine` and `current` are the two values, `is_mine` which is chosen, `place` the index of the
    pair, and `can_take` whether the other value may be chosen.
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
    """State of the open item. `remedy`: what to do; `screen`: where the record opens ("" = nowhere).

    `moment`: when the office wrote a notice, or who returned a record and when.
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
