"""Address of a list: filters, position, and links between pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import request, url_for

from field178_server.console.shell.links import keyset_links, with_query
from field178_server.records.keyset import KeysetPage
from field178_shared.text.formats import parse_date

MAP_VIEW = "map"
FORMATS = ("xlsx", "csv")


@dataclass(frozen=True, slots=True)
class FilterField:
    """Filter of the form with its choices; without choices it is a day.

    `unset`: label of the choice that filters nothing; "" is "all".
    """

    name: str
    label: str
    value: str
    options: Sequence[tuple[str, str]] = ()
    unset: str = ""


@dataclass(frozen=True, slots=True)
class ListAddress:
    """Address of a list: its endpoint, and the parameters that a link to it keeps.

    A list that has them names the endpoints of its points and of its file, its name in saved views, and the
    values in the path of its address.
    """

    endpoint: str
    kept: tuple[str, ...]
    points_endpoint: str = ""
    file_endpoint: str = ""
    saved_as: str = ""
    path: Mapping[str, str] = field(default_factory=dict)

    def given(self, *names: str) -> list[tuple[str, str]]:
        """Return the values of these parameters in the present address, without empty ones."""
        return [(name, text) for name in names for text in request.args.getlist(name) if text]

    def href(self, **changed: str) -> str:
        """Return the address of the list with some parameters changed; an empty one is left out."""
        kept = [parameter for parameter in self.given(*self.kept) if parameter[0] not in changed]
        query = urlencode([*kept, *((name, text) for name, text in changed.items() if text)])
        return with_query(url_for(self.endpoint, **self.path), query)  # type: ignore[arg-type]  # ids alone

    def pages(self, page: KeysetPage[Any]) -> Mapping[str, str]:
        """Return the addresses of the first, previous, next and last page."""
        return keyset_links(page, lambda place: self.href(**place.parameters))

    @property
    def shows_map(self) -> bool:
        """Whether the present address asks for the map beside the table."""
        return request.args.get("view") == MAP_VIEW

    def points(self) -> str:
        """Return the address of the points of the list."""
        return with_query(url_for(self.points_endpoint), urlencode(self.given(*self.kept)))

    def ways(self) -> Sequence[tuple[str, str, bool]]:
        """Return the views, table and map: key, address, and whether it is the present view."""
        is_map = self.shows_map
        return (("table", self.href(view=""), not is_map), (MAP_VIEW, self.href(view=MAP_VIEW), is_map))

    def files(self) -> Mapping[str, str]:
        """Return the addresses of the same list as a file, by format."""
        query = urlencode(self.given(*self.kept))
        return {kind: with_query(url_for(self.file_endpoint, kind=kind), query) for kind in FORMATS}


def requested_day(name: str) -> date | None:
    """Return a day of the address; None for a text that is no date."""
    text = request.args.get(name, "")
    try:
        return date.fromisoformat(text)
    except ValueError:
        return parse_date(text)
