"""Long lists: filters and places that stand in the address, and the links between pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import request, url_for

from field178_server.console.shell.links import with_query
from field178_server.database.unit_of_work import Session
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.office.exports.kinds import kinds_of
from field178_server.office.views.operations import Whose, views_of
from field178_server.records.keyset import KeysetPage
from field178_shared.codelists import load
from field178_shared.text.formats import parse_date

MAP_VIEW = "map"
FORMATS = ("xlsx", "csv")
LISTS_WITH_VIEWS = frozenset({"console.establishments", "console.visits", "console.sessions"})


@dataclass(frozen=True, slots=True)
class FilterField:
    """A filter of the form with its choices; one without choices is a day.

    `unset`: what the choice that asks for nothing is called; "" is "all".
    """

    name: str
    label: str
    value: str
    options: Sequence[tuple[str, str]] = ()
    unset: str = ""


@dataclass(frozen=True, slots=True)
class ListAddress:
    """The address of a list: its endpoint, and the parameters that a link to it keeps."""

    endpoint: str
    kept: tuple[str, ...]

    def given(self, *names: str) -> list[tuple[str, str]]:
        """Return these parameters as they stand in the present address, the empty ones left out."""
        return [(name, text) for name in names for text in request.args.getlist(name) if text]

    def href(self, **changed: str) -> str:
        """Return the address of the list with some parameters changed; an empty one is left out."""
        kept = [one for one in self.given(*self.kept) if one[0] not in changed]
        query = urlencode([*kept, *((name, text) for name, text in changed.items() if text)])
        return with_query(url_for(self.endpoint), query)

    def pages(self, page: KeysetPage[Any]) -> Mapping[str, str]:
        """Return the addresses of the first page, those beside this one, and the last; empty: not there."""
        return {
            name: self.href(**place.parameters) if place is not None else ""
            for name, place in page.places.items()
        }

    @property
    def shows_map(self) -> bool:
        """Whether the present address asks for the map beside the table."""
        return request.args.get("view") == MAP_VIEW

    def points(self) -> str:
        """Return the address of what the list finds as points."""
        return with_query(url_for(f"{self.endpoint}_points"), urlencode(self.given(*self.kept)))

    def ways(self) -> Sequence[tuple[str, str, bool]]:
        """Return the ways to look at the list: their key, address, and whether it is the present one."""
        is_map = self.shows_map
        return (("table", self.href(view=""), not is_map), (MAP_VIEW, self.href(view=MAP_VIEW), is_map))

    def files(self) -> Mapping[str, str]:
        """Return the addresses of the same list as a file, by format."""
        query = urlencode(self.given(*self.kept))
        return {kind: with_query(url_for(f"{self.endpoint}_file", kind=kind), query) for kind in FORMATS}


def export_href(address: ListAddress, what: str) -> str:
    """Return the page that exports what a list is narrowed to, "" for a role that exports no such thing."""
    known = {one.key for one in kinds_of(current_officer().role, load())}
    query = urlencode([("what", what), *address.given("since", "until", "unit")])
    return with_query(url_for("console.exports"), query) if what in known else ""


def wanted_day(name: str) -> date | None:
    """Read a day of the address; whatever is none narrows nothing."""
    text = request.args.get(name, "")
    try:
        return date.fromisoformat(text)
    except ValueError:
        return parse_date(text)


@dataclass(frozen=True, slots=True)
class SavedViews:
    """The officer's views of a list by name and address, and the query that would be kept now."""

    list_name: str
    links: Sequence[tuple[str, str]]
    query: str


def own_views(endpoint: str) -> Whose:
    """Return whose views of a list are meant: those of the signed-in officer."""
    return Whose(current_runtime().tenant_id, current_officer().id, endpoint.partition(".")[2])


def saved_views(session: Session, address: ListAddress) -> SavedViews:
    """Return what the list shows of the officer's views."""
    whose = own_views(address.endpoint)
    links = [
        (view.name, with_query(url_for(address.endpoint), view.query)) for view in views_of(session, whose)
    ]
    return SavedViews(whose.list_name, links, urlencode(address.given(*address.kept)))
