"""Views of lists: kept under a name, read, forgotten; each officer has their own."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from field178_server.database.models import SavedView
from field178_shared.errors import AppError, ErrorCode
from field178_shared.text.normalisation import nfc, sort_key

MAX_NAME, MAX_QUERY, MOST = 60, 2000, 30


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose views, and of which list."""

    tenant_id: str
    officer_id: str
    list_name: str


@dataclass(frozen=True, slots=True)
class ListView:
    """A view by its name, and the query of its address."""

    name: str
    query: str


def views_of(session: Session, whose: Whose) -> tuple[ListView, ...]:
    """Return an officer's views of a list, by name."""
    rows = session.scalars(select(SavedView).where(*_of(whose)))
    return tuple(sorted((ListView(row.name, row.query) for row in rows), key=lambda one: sort_key(one.name)))


def keep(session: Session, whose: Whose, view: ListView) -> None:
    """Keep a view; one of the same name is replaced. Raises AppError: required, too_long, bad_request."""
    name = " ".join(nfc(view.name).split())
    if not name:
        raise AppError(ErrorCode.REQUIRED)
    if len(name) > MAX_NAME or len(view.query) > MAX_QUERY:
        raise AppError(ErrorCode.TOO_LONG)
    count = session.scalar(select(func.count()).select_from(SavedView).where(*_of(whose))) or 0
    key = (whose.tenant_id, whose.officer_id, whose.list_name, name)
    known = session.get(SavedView, key)
    if known is not None:
        known.query = view.query
    elif count >= MOST:
        raise AppError(ErrorCode.BAD_REQUEST)
    else:
        columns = ("tenant_id", "officer_id", "list_name", "name")
        session.add(SavedView(**dict(zip(columns, key, strict=True)), query=view.query))


def forget(session: Session, whose: Whose, name: str) -> None:
    """Forget a view; one that is gone already is no error."""
    known = session.get(SavedView, (whose.tenant_id, whose.officer_id, whose.list_name, name))
    if known is not None:
        session.delete(known)


def _of(whose: Whose) -> tuple[ColumnElement[bool], ...]:
    return (
        SavedView.tenant_id == whose.tenant_id,
        SavedView.officer_id == whose.officer_id,
        SavedView.list_name == whose.list_name,
    )
