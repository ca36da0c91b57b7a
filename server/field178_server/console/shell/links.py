"""Addresses and names of records and scopes, and links to the pages of a list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for

from field178_server.console.shell.page import current_page
from field178_server.console.text.field_labels import type_name
from field178_server.console.text.localize import Localizer
from field178_server.records.find_record import FILED_TYPES
from field178_server.records.keyset import KeysetPage, PageStart
from field178_server.records.paging import PageOfRows
from field178_shared.merge import Data
from field178_shared.record_type import RecordType
from field178_shared.text.formats import parse_whole_number


def data_feed_address() -> str:
    """Return the address that spreadsheets and dashboards read tables from (OData 4.01)."""
    return current_page().runtime.settings.url.rstrip("/") + "/odata/v4/"


def record_link(record_type: str, record_id: str) -> str | None:
    """Return the address of a record's page, where its type has one."""
    if record_type in FILED_TYPES:
        return url_for("console.reviews.detail", record_id=record_id)
    return (
        url_for("console.establishments.detail", record_id=record_id)
        if record_type == RecordType.ESTABLISHMENT
        else None
    )


def heading(name: str | None, record_type: str, localizer: Localizer) -> str:
    """Return the name of a record with its type behind it; the type alone without a name."""
    kind = type_name(record_type, localizer)
    return f"{name} · {kind}" if name else kind


def scope_text(scope: str, localizer: Localizer) -> str:
    """Return a scope in words: the unit's or team's name."""
    kind, _, name = scope.partition(":")
    if kind == "unit":
        return localizer.label(localizer.lists.units, name)
    return localizer.team(name) if kind == "team" else scope


def name_in(values: Data, localizer: Localizer) -> str | None:
    """Return the name of the record or of its establishment by these values, None for neither."""
    if isinstance(name := values.get("name"), str):
        return name
    if establishment := localizer.names.establishments.get(str(values.get("establishment_id"))):
        return establishment
    form = values.get("outreach_form_id")
    return localizer.label(localizer.lists.forms, form) if form in localizer.lists.forms else None


@dataclass(frozen=True, slots=True)
class FilterLink:
    """One filter to choose; `count`: number of rows under it."""

    href: str
    label: str
    is_current: bool
    count: int | None = None


def with_query(path: str, query: str) -> str:
    """Return an address with its filters behind it."""
    return f"{path}?{query}" if query else path


def keyset_links(page: KeysetPage[Any], href: Callable[[PageStart], str]) -> Mapping[str, str]:
    """Return the addresses of first, previous, next and last page; "" for a page that does not exist."""
    return {name: href(place) if place is not None else "" for name, place in page.places.items()}


@dataclass(frozen=True, slots=True)
class PageLinks:
    """Links to the neighbouring pages of a list."""

    number: int
    last: int
    before: str | None
    after: str | None


def requested_page(text: str) -> int:
    """Return the number of a page in an address; an invalid one is the first page."""
    return max(1, parse_whole_number(text, 5) or 1)


def page_links(page: PageOfRows, href: Callable[[int], str]) -> PageLinks:
    """Return the addresses of the page before and the page after, where there are such."""
    return PageLinks(
        number=page.number,
        last=page.last,
        before=href(page.number - 1) if page.number > 1 else None,
        after=href(page.number + 1) if page.number < page.last else None,
    )
