"""Gaps of the lists on a day: values without a source, and rows that nobody has verified."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from itertools import chain

from field178_shared.codelists.lists import CodeLists
from field178_shared.codelists.validity import Dated
from field178_shared.codelists.violations import FineFrame, Violation

_LOW = "low"
_UNVERIFIED = "unverified"


class GapKind(StrEnum):
    """Kind of a gap; the words of the report."""

    NO_FRAME = "no_frame"
    NO_AMOUNT = "no_amount"
    NO_ORGANISATION_AMOUNT = "no_organisation_amount"
    NO_ARTICLE = "no_article"
    NO_BASIS = "no_basis"
    NOT_DECLARED = "not_declared"
    UNVERIFIED = "unverified"


@dataclass(frozen=True, slots=True)
class Gap:
    """An unknown or unverified value of a row; `detail` is the law of the value, if any."""

    list_name: str
    row: str
    kind: GapKind
    detail: str = ""


def gaps_on(lists: CodeLists, day: date) -> tuple[Gap, ...]:
    """Return the gaps of the lists on the day of an act, in the order of the lists."""
    return (*_violations(lists, day), *_items(lists, day), *_holidays(lists, day), *_unverified(lists, day))


def _violations(lists: CodeLists, day: date) -> Iterator[Gap]:
    for violation in lists.violations.on(day).values():
        if not violation.selectable:
            continue
        frames = lists.frames_on(violation.id, day)
        if not frames:
            yield Gap("violations", violation.id, GapKind.NO_FRAME)
        for frame in frames:
            law = f"{frame.src} {frame.art or ''}".strip()
            lacks = _lacks(frame, is_verified=violation.is_verified or frame.is_verified)
            yield from (Gap("violations", violation.id, kind, law) for kind in lacks)


def _lacks(frame: FineFrame, *, is_verified: bool) -> Iterator[GapKind]:
    if not frame.is_known:
        yield GapKind.NO_AMOUNT
    elif frame.org_multiplier is None:
        yield GapKind.NO_ORGANISATION_AMOUNT
    if frame.art is None:
        yield GapKind.NO_ARTICLE
    if frame.confidence == _LOW and not is_verified:
        yield GapKind.UNVERIFIED


def _items(lists: CodeLists, day: date) -> Iterator[Gap]:
    for item in lists.items.on(day).values():
        if item.legal and not lists.references_on(item.legal, day):
            yield Gap("items", item.id, GapKind.NO_BASIS)


def _holidays(lists: CodeLists, day: date) -> Iterator[Gap]:
    calendar = lists.holidays
    if not calendar.knows(day):
        yield Gap("holidays", str(day.year), GapKind.NOT_DECLARED)
    for holiday in chain.from_iterable(calendar.fixed.values()):
        if holiday.since <= day.year and holiday.valid_on(day) and _is_unverified(holiday):
            yield Gap("holidays", holiday.id, GapKind.UNVERIFIED)


def _unverified(lists: CodeLists, day: date) -> Iterator[Gap]:
    for name, rows in _tables(lists):
        for row in rows:
            is_valid = not isinstance(row, Dated) or row.valid_on(day)
            # The frames of a violation carry its verification.
            if is_valid and not isinstance(row, Violation) and _is_unverified(row):
                yield Gap(name, str(getattr(row, "id", "")), GapKind.UNVERIFIED)


def _tables(lists: CodeLists) -> Iterator[tuple[str, Iterable[object]]]:
    """Yield every table of the lists with its rows, the plain lists under their own names."""
    for field in fields(lists):
        table = getattr(lists, field.name)
        if field.name == "choices":
            yield from lists.choices.items()
        elif isinstance(table, Mapping):
            yield field.name, table.values()


def _is_unverified(row: object) -> bool:
    """Return whether a row is marked as unsure or its document as unseen, and nobody has verified it."""
    if getattr(row, "is_verified", False):
        return False
    source = getattr(row, "source", None) or ""
    is_seen = getattr(row, "seen", True)
    return getattr(row, "confidence", None) == _LOW or source.startswith(_UNVERIFIED) or not is_seen
