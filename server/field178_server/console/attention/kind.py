"""Interface of the three kinds of items: how one is found and shown, and its decisions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from field178_server.console.shell.form_actions import Refusal
from field178_server.console.shell.policy import own_access
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.text.localize import Localizer
from field178_server.console.text.state_labels import StateLabel
from field178_server.database.unit_of_work import Session, snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.office.attention.queries import ItemKey
from field178_server.records.access import AccessFilter
from field178_server.records.labels import Names
from field178_shared.errors import AppError, ErrorCode

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One item as the list shows it.

    `name` is empty where none is known; `why` says what is wrong, or who rejected it and why; `more` names
    the fields it is about.
    """

    name: str
    type_name: str
    why: str
    more: str
    tablet: str
    scope: str
    when: str


@dataclass(frozen=True, slots=True)
class Item:
    """One item as its page shows it; `values` is what the template of its kind reads.

    `record` is the id and scope of the record that the page shows. `unwritten` is what was typed for an item
    that waits no longer, by label.
    """

    title: str
    href: str | None
    is_open: bool
    record: tuple[str, str]
    values: Mapping[str, object]
    faults: Sequence[tuple[str, str, str | None]] = ()
    unwritten: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class ItemDecision:
    """One decision: its work in one transaction, and the sentence of the next page.

    With `still` an item that waits all the same is shown again, with that sentence.
    """

    work: Callable[[Session, ItemKey], object]
    done: str
    still: str = ""


@dataclass(frozen=True, slots=True)
class ItemKind:
    """One kind of items. `audit_actions` are the names of its decisions in the audit trail.

    `is_open` and `item` raise AppError(not_found) for what is not there or outside the access filter.
    """

    label: str
    word: Callable[[Localizer], StateLabel]
    template: str
    audit_actions: frozenset[str]
    decisions: Mapping[str, ItemDecision]
    refusals: Mapping[ErrorCode, str]
    rows: Callable[[Session, AccessFilter, Sequence[ItemKey]], Mapping[ItemKey, ItemRow]]
    is_open: Callable[[ItemKey], bool]
    item: Callable[[ItemKey, Refusal | None], Item]
    flashes: frozenset[str] = field(default_factory=frozenset)


def find(read: Callable[[Session, str, AccessFilter], Found | None]) -> Found:
    """Return what is read, or raise AppError(not_found) where there is none or access ends."""
    with snapshot(current_runtime().engine) as session:
        found = read(session, current_runtime().tenant_id, own_access())
    if found is None:
        raise AppError(ErrorCode.NOT_FOUND)
    return found


def spoken(names: Names | None = None) -> Localizer:
    """Return the language of this request, with the names that a query has found."""
    return Localizer(chosen_language(), names or Names())
