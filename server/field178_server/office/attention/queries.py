"""Queries of the attention list: conflicts, quarantined changes and divergent records."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    and_,
    false,
    func,
    literal,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import Session

from field178_server.database.models import ConflictRow, DivergentRecord, Quarantine
from field178_server.office.conflicts import queries as conflicts
from field178_server.office.quarantine import queries as quarantine
from field178_server.office.recovery import queries as recovery
from field178_server.records.access import AccessFilter
from field178_server.records.keyset import KeysetPage, PageStart
from field178_server.records.labels import Names, names_of
from field178_server.replication.divergent_records import REJECTED, UNDECIDED
from field178_server.replication.quarantine.store import DISCARDED, OPEN

PAGE_SIZE = 30
_FIRST = datetime(1970, 1, 1, tzinfo=UTC)
# Digits of a time in microseconds, enough until the year 2286.
_MAX_MICROS = 16


class ItemOrigin(StrEnum):
    """Origin of an item, in the order of the filters."""

    CONFLICT = "conflict"
    QUARANTINE = "quarantine"
    RECOVERY = "recovery"


class ItemKey(NamedTuple):
    """Key of one item: a record in conflict, a change and its payload, or a record and its content."""

    id: str
    content_hash: str = ""

    @classmethod
    def parse(cls, text: str) -> ItemKey:
        """Return the key in an address; the key of an invalid address matches no item."""
        item_id, _, content_hash = text.partition(".")
        return cls(item_id, content_hash)

    @property
    def text(self) -> str:
        """Key in the form for addresses."""
        return f"{self.id}.{self.content_hash}" if self.content_hash else self.id


@dataclass(frozen=True, slots=True)
class ListedItem:
    """An item of the list, sorted by the time of its newest part."""

    newest: datetime
    origin: ItemOrigin
    key: ItemKey

    @classmethod
    def parse(cls, text: str) -> ListedItem | None:
        """Return the item in an address; None if the address is invalid."""
        micros, _, rest = text.partition("-")
        origin, _, key = rest.partition("-")
        if not micros.isascii() or not micros.isdecimal() or len(micros) > _MAX_MICROS:
            return None
        if origin not in tuple(ItemOrigin):
            return None
        return cls(_FIRST + timedelta(microseconds=int(micros)), ItemOrigin(origin), ItemKey.parse(key))

    @property
    def text(self) -> str:
        """Position of the item in the form for addresses."""
        micros = (self.newest - _FIRST) // timedelta(microseconds=1)
        return f"{micros}-{self.origin.value}-{self.key.text}"


@dataclass(frozen=True, slots=True)
class AttentionFilter:
    """Filter of the list. `is_rejected`: rejected items instead of open items."""

    origin: ItemOrigin | None = None
    is_rejected: bool = False
    scope: str | None = None
    device_id: str | None = None
    oldest_first: bool = False


@dataclass(frozen=True, slots=True)
class Sources:
    """The scopes and tablets that items come from, with the names of both."""

    scopes: tuple[str, ...]
    device_ids: tuple[str, ...]
    names: Names


def attention_page(
    session: Session, tenant_id: str, access: AccessFilter, filters: AttentionFilter, place: PageStart
) -> KeysetPage[ListedItem]:
    """Return one page of the items within the access filter, in the order of the filter.

    The page begins at the position of an item, even if that item has been decided since. An invalid position
    is the first page.
    """
    at = ListedItem.parse(place.after or place.before)
    if at is None and not place.is_last:
        place = PageStart()
    is_backward = bool(place.before) or (place.is_last and not place.after)
    rows = _rows(tenant_id, access, filters.is_rejected)
    query = _in_order(rows, filters, at, is_backward=is_backward).limit(PAGE_SIZE + 1)
    items = [
        ListedItem(row.newest, ItemOrigin(row.origin), ItemKey(row.id, row.content_hash))
        for row in session.execute(query)
    ]
    shown, has_more = items[:PAGE_SIZE], len(items) > PAGE_SIZE
    if not shown and place.after:
        # All following items were decided meanwhile: return the last page.
        return attention_page(session, tenant_id, access, filters, PageStart(is_last=True))
    if place.before and not has_more:
        # Less than a page is left before the position: return the first page.
        return attention_page(session, tenant_id, access, filters, PageStart())
    if is_backward:
        shown = shown[::-1]
    has_before = has_more if is_backward else bool(place.after)
    has_after = bool(place.before) if is_backward else has_more
    return KeysetPage(
        tuple(shown),
        PageStart(before=shown[0].text) if shown and has_before else None,
        PageStart(after=shown[-1].text) if shown and has_after else None,
    )


def _in_order(
    rows: Subquery, filters: AttentionFilter, at: ListedItem | None, *, is_backward: bool
) -> Select[tuple[str, str, str, datetime]]:
    """Return the query of items after or before a position, ordered by time, then by key."""
    newest, keys = func.max(rows.c.at), (rows.c.origin, rows.c.id, rows.c.content_hash)
    is_rising = filters.oldest_first != is_backward
    query = _items(rows, filters).add_columns(newest.label("newest"))
    if at is not None:
        here, there = tuple_(*keys), (at.origin.value, *at.key)
        is_later = newest > at.newest if is_rising else newest < at.newest
        query = query.having(
            or_(is_later, and_(newest == at.newest, here < there if is_backward else here > there))
        )
    return query.order_by(
        newest.asc() if is_rising else newest.desc(),
        *(key.desc() if is_backward else key.asc() for key in keys),
    )


def count_items(
    session: Session, tenant_id: str, access: AccessFilter, filters: AttentionFilter
) -> dict[ItemOrigin, int]:
    """Return the number of items of each origin under the access filter and the list's filter."""
    items = _items(_rows(tenant_id, access, filters.is_rejected), replace(filters, origin=None)).subquery()
    counts = session.execute(select(items.c.origin, func.count()).group_by(items.c.origin)).all()
    return dict.fromkeys(ItemOrigin, 0) | {ItemOrigin(origin): count for origin, count in counts}


def attention_sources(
    session: Session, tenant_id: str, access: AccessFilter, filters: AttentionFilter
) -> Sources:
    """Return the choices of the filters: scopes and tablets of the items within the access filter.

    The chosen scope and tablet are included even if they have no item.
    """
    rows = _rows(tenant_id, access, filters.is_rejected)
    pairs = session.execute(select(rows.c.scope, rows.c.device_id).distinct()).all()
    scopes, device_ids = {scope for scope, _ in pairs}, {device_id for _, device_id in pairs}
    scopes |= {filters.scope} if filters.scope and access.holds(filters.scope) else set()
    names = names_of(session, tenant_id, device_ids | {scope.partition(":")[2] for scope in scopes})
    device_ids |= {filters.device_id} if filters.device_id else set()
    return Sources(tuple(sorted(scopes)), tuple(sorted(device_ids)), names)


def _items(rows: Subquery, filters: AttentionFilter) -> Select[tuple[str, str, str]]:
    # A record with several conflicts, and a content from several tablets, is one item.
    return (
        select(rows.c.origin, rows.c.id, rows.c.content_hash)
        .where(*_conditions(rows, filters))
        .group_by(rows.c.origin, rows.c.id, rows.c.content_hash)
    )


def _conditions(rows: Subquery, filters: AttentionFilter) -> Iterable[ColumnElement[bool]]:
    values = {"origin": filters.origin, "scope": filters.scope, "device_id": filters.device_id}
    return [rows.c[name] == value for name, value in values.items() if value]


def _rows(tenant_id: str, access: AccessFilter, is_rejected: bool) -> Subquery:
    quarantine_state, recovery_state = (DISCARDED, REJECTED) if is_rejected else (OPEN, UNDECIDED)
    return union_all(
        select(
            literal(ItemOrigin.CONFLICT.value).label("origin"),
            ConflictRow.record_id.label("id"),
            literal("").label("content_hash"),
            ConflictRow.scope.label("scope"),
            ConflictRow.device_id.label("device_id"),
            ConflictRow.changed_at.label("at"),
        ).where(*conflicts.open_within(tenant_id, access), *([false()] if is_rejected else [])),
        select(
            literal(ItemOrigin.QUARANTINE.value),
            Quarantine.change_id,
            Quarantine.payload_hash,
            Quarantine.scope,
            Quarantine.device_id,
            Quarantine.received_at,
        ).where(*quarantine.within(tenant_id, access, quarantine_state)),
        select(
            literal(ItemOrigin.RECOVERY.value),
            DivergentRecord.record_id,
            DivergentRecord.h,
            DivergentRecord.scope,
            DivergentRecord.device_id,
            DivergentRecord.received_at,
        ).where(*recovery.within(tenant_id, access, recovery_state)),
    ).subquery("attention")
