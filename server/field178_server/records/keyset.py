"""Keyset pagination: pages of a long list by their first row; every page costs the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, asc, desc, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

Row = TypeVar("Row")
MAX_ID = 36


@dataclass(frozen=True, slots=True)
class PageStart:
    """The position of a page: after a row, before a row, or the last page; by default the first page."""

    after: str = ""
    before: str = ""
    is_last: bool = False

    @classmethod
    def read(cls, arguments: Mapping[str, str]) -> PageStart:
        """Return the position in the arguments of a URL."""
        after, before = (arguments.get(name, "")[:MAX_ID] for name in ("after", "before"))
        return cls(after, "" if after else before, arguments.get("end") == "1")

    @property
    def parameters(self) -> Mapping[str, str]:
        """The position as arguments of a URL; "" for unused arguments."""
        return {"after": self.after, "before": self.before, "end": "1" if self.is_last else ""}


@dataclass(frozen=True, slots=True)
class Order:
    """Order of a list by group (if any), column and key, all in one direction; none may be NULL.

    A long list needs an index of column and key.
    """

    tenant: InstrumentedAttribute[str]
    column: ColumnElement[Any] | InstrumentedAttribute[Any]
    key: InstrumentedAttribute[str]
    is_descending: bool = False
    group: ColumnElement[bool] | None = None

    @property
    def parts(self) -> Sequence[ColumnElement[Any] | InstrumentedAttribute[Any]]:
        """The columns of the order, the most significant first."""
        return (*(() if self.group is None else (self.group,)), self.column, self.key)


@dataclass(frozen=True, slots=True)
class KeysetPage(Generic[Row]):
    """Rows of a page, and the positions of the pages before and after it."""

    rows: tuple[Row, ...]
    before: PageStart | None = None
    after: PageStart | None = None

    @property
    def places(self) -> Mapping[str, PageStart | None]:
        """The positions of the first, previous, next and last page; None: no such page."""
        return {
            "first": PageStart() if self.before else None,
            "before": self.before,
            "after": self.after,
            "last": PageStart(is_last=True) if self.after else None,
        }


def keyset_page(
    session: Session, query: Select[Any], order: Order, tenant_id: str, place: PageStart, size: int
) -> KeysetPage[Any]:
    """Return a page of a query whose rows have `record_id`; the first page if the row of `place` is gone."""
    bound = _bound(session, order, tenant_id, place.after or place.before)
    if bound is None and (place.after or place.before):
        place = PageStart()
    is_backward = bool(place.before) or (place.is_last and not place.after)
    is_descending = order.is_descending != is_backward
    ordered = query.order_by(*(desc(column) if is_descending else asc(column) for column in order.parts))
    if bound is not None:
        here = tuple_(*order.parts)
        ordered = ordered.where(here < bound if is_descending else here > bound)
    matches = session.execute(ordered.limit(size + 1)).all()
    rows, has_more = matches[:size], len(matches) > size
    if not rows and place.after:
        # The following rows were removed meanwhile: return the last page.
        return keyset_page(session, query, order, tenant_id, PageStart(is_last=True), size)
    if is_backward and place.before and not has_more:
        # Less than a page is left: return the whole first page.
        return keyset_page(session, query, order, tenant_id, PageStart(), size)
    if is_backward:
        rows = rows[::-1]
    has_before = has_more if is_backward else bool(place.after)
    has_after = bool(place.before) if is_backward else has_more
    return KeysetPage(
        tuple(rows),
        PageStart(before=rows[0].record_id) if rows and has_before else None,
        PageStart(after=rows[-1].record_id) if rows and has_after else None,
    )


def _bound(session: Session, order: Order, tenant_id: str, record_id: str) -> tuple[Any, ...] | None:
    if not record_id:
        return None
    query = select(*order.parts).where(order.tenant == tenant_id, order.key == record_id)
    row = session.execute(query).first()
    return None if row is None else tuple(row)
