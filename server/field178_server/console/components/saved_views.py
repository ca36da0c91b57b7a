"""Saved views of a list: its filters, columns and order under a name of the officer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import url_for
from sqlalchemy.orm import Session

from field178_server.console.shell.links import with_query
from field178_server.console.shell.lists import ListAddress
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.office.views.operations import ViewOwner, views_of


@dataclass(frozen=True, slots=True)
class SavedViews:
    """Saved views of an officer for a list: names and addresses; `query`: that of the present address."""

    list_name: str
    links: Sequence[tuple[str, str]]
    query: str


def own_views(list_name: str) -> ViewOwner:
    """Return the owner of saved views of a list: the signed-in officer."""
    return ViewOwner(current_runtime().tenant_id, current_officer().id, list_name)


def saved_views(session: Session, address: ListAddress) -> SavedViews:
    """Return the officer's views of a list."""
    owner = own_views(address.saved_as)
    links = [
        (view.name, with_query(url_for(address.endpoint), view.query)) for view in views_of(session, owner)
    ]
    return SavedViews(owner.list_name, links, urlencode(address.given(*address.kept)))
