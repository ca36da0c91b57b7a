"""Interface of the three kinds of items: rows of the list, page of an item, decisions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from field178_server.console.shell.form_actions import Refusal
from field178_server.console.shell.page import Page, current_page, or_404
from field178_server.console.text.state_labels import StateLabel
from field178_server.database.unit_of_work import snapshot
from field178_server.office.attention.queries import ItemKey
from field178_server.records.access import AccessFilter
from field178_server.records.labels import Names
from field178_shared.errors import ErrorCode

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class ItemRow:
    """Item of the list: record type, scope, tablets, arrival, and its texts.

    `name` is "" if unknown; `why`: reason of the item, or who rejected it and why; `more`: labels of fields.
    """

    record_type: str
    scope: str
    device_ids: Sequence[str]
    arrived_at: datetime
    name: str
    why: str
    more: str


@dataclass(frozen=True, slots=True)
class Item:
    """Item on its page; `values`: variables of the template of its kind.

    `record`: id and scope of the record on the page. `unwritten`: typed texts by label for an item that is
    decided already.
    """

    title: str
    href: str | None
    is_open: bool
    record: tuple[str, str]
    values: Mapping[str, Any]
    faults: Sequence[tuple[str, str, str | None]] = ()
    unwritten: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class ItemDecision:
    """Decision: its work in one transaction, and the flash code of the next page.

    `still`: flash code for an item that is still undecided after the work; its page is shown again.
    """

    work: Callable[[Session, ItemKey], object]
    done: str
    still: str = ""


@dataclass(frozen=True, slots=True)
class ItemKind:
    """Kind of items. `label` of the chip and `word` of the pill: texts; `audit_actions` of its decisions.

    `rows` and `item` add the names of their items to the page; `is_open` and `item` raise
    AppError(not_found) for an item that does not exist or is outside the access filter.
    """

    label: str
    word: StateLabel
    template: str
    audit_actions: frozenset[str]
    decisions: Mapping[str, ItemDecision]
    refusals: Mapping[ErrorCode, str]
    rows: Callable[[Session, Page, Sequence[ItemKey]], Mapping[ItemKey, ItemRow]]
    is_open: Callable[[ItemKey], bool]
    item: Callable[[ItemKey, Refusal | None], Item]
    flashes: frozenset[str] = field(default_factory=frozenset)

    def state(self, page: Page) -> StateLabel:
        """Return the pill in the language of the page."""
        return self.word.localized(page.localizer)


def find(read: Callable[[Session, str, AccessFilter], Row | None]) -> Row:
    """Return the row of a query, or raise AppError(not_found) without one."""
    page = current_page()
    with snapshot(page.runtime.engine) as session:
        return or_404(read(session, page.tenant_id, page.access))


def add_names(page: Page, names: Names) -> None:
    """Add names of a query to those of the page."""
    page.use_names(page.localizer.names | names)
