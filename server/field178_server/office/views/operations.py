"""Views of lists: read, save and delete named filters of an officer."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from field178_server.database.models import SavedView
from field178_shared.errors import AppError, ErrorCode
from field178_shared.text.normalisation import nfc, sort_key

MAX_NAME, MAX_QUERY, MOST = 60, 2000, 30


@dataclass(frozen=True, slots=True)
class ViewOwner:
    """Owner of views (tenant and officer), and the list of the views."""

    tenant_id: str
    officer_id: str
    list_name: str


@dataclass(frozen=True, slots=True)
class ListView:
    """A view: its name and the query string of its address."""

    name: str
    query: str


def views_of(session: Session, owner: ViewOwner) -> tuple[ListView, ...]:
    """Return an officer's views of a list, by name."""
    rows = session.scalars(select(SavedView).where(*_of(owner)))
    return tuple(
        sorted((ListView(row.name, row.query) for row in rows), key=lambda view: sort_key(view.name))
    )


def save_view(session: Session, owner: ViewOwner, view: ListView) -> None:
    """Save a view, or replace the view of the same name. Raises AppError: required, too_long, bad_request."""
    name = " ".join(nfc(view.name).split())
    if not name:
        raise AppError(ErrorCode.REQUIRED)
    if len(name) > MAX_NAME or len(view.query) > MAX_QUERY:
        raise AppError(ErrorCode.TOO_LONG)
    count = session.scalar(select(func.count()).select_from(SavedView).where(*_of(owner))) or 0
    key = (owner.tenant_id, owner.officer_id, owner.list_name, name)
    existing = session.get(SavedView, key)
    if existing is not None:
        existing.query = view.query
    elif count >= MOST:
        raise AppError(ErrorCode.BAD_REQUEST)
    else:
        columns = ("tenant_id", "officer_id", "list_name", "name")
        session.add(SavedView(**dict(zip(columns, key, strict=True)), query=view.query))


def delete_view(session: Session, owner: ViewOwner, name: str) -> None:
    """Delete a view; a missing view is no error."""
    view = session.get(SavedView, (owner.tenant_id, owner.officer_id, owner.list_name, name))
    if view is not None:
        session.delete(view)


def _of(owner: ViewOwner) -> tuple[ColumnElement[bool], ...]:
    return (
        SavedView.tenant_id == owner.tenant_id,
        SavedView.officer_id == owner.officer_id,
        SavedView.list_name == owner.list_name,
    )
