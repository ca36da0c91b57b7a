"""Lists of entries: missing ones with their forms, and stored ones by type and page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import request

from field178_server.console.shell.links import FilterLink, PageLinks, page_links, requested_page
from field178_server.console.text.field_labels import type_name
from field178_server.console.text.localize import Localizer
from field178_server.console.text.state_labels import StateLabel
from field178_server.records.paging import PageOfRows
from field178_server.records.stored_record import Stored
from field178_shared.text.i18n import N_

PAGE_SIZE = 25


@dataclass(frozen=True, slots=True)
class OwedLine:
    """Missing entry: figure, text, note, and the form that enters it.

    `is_entered`: the link opens the stored entry.
    """

    figure: str
    text: str
    note: str
    tone: str
    href: str
    action: str
    is_entered: bool = False


@dataclass(frozen=True, slots=True)
class OwnEntryLine:
    """Entry with its day, its text, the line below the text, and its state if the office returned it."""

    entry: Stored
    day: str
    text: str
    detail: str
    state: StateLabel | None = None


@dataclass(frozen=True, slots=True)
class EntryList:
    """Entries of the requested type and page, with links to the types and to the pages beside it."""

    kinds: Sequence[FilterLink]
    entries: Sequence[Stored]
    pages: PageLinks


def list_entries(
    entries: Sequence[Stored],
    types: Sequence[str],
    href: Callable[[str, int | None], str],
    localizer: Localizer,
) -> EntryList:
    """Return the page of the address among these entries; `href`: address of a type ("" is all) and page."""
    current = request.args.get("type", "")

    def of_type(record_type: str) -> list[Stored]:
        return [entry for entry in entries if record_type in ("", entry.type)]

    matches = of_type(current)
    rows = PageOfRows.within(requested_page(request.args.get("page", "")), PAGE_SIZE, len(matches))
    labels = {"": localizer.say(N_("All"))} | {name: type_name(name, localizer) for name in types}
    return EntryList(
        [
            FilterLink(href(name, None), label, name == current, len(of_type(name)))
            for name, label in labels.items()
        ],
        matches[rows.offset : rows.offset + rows.size],
        page_links(rows, lambda number: href(current, number)),
    )
