"""Attention list: filters in the address, chips, rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from flask import url_for
from sqlalchemy.orm import Session

from field178_server.console.attention.kind import ItemKind, ItemRow
from field178_server.console.shell.links import FilterLink, keyset_links, scope_text, with_query
from field178_server.console.shell.lists import FilterField
from field178_server.console.shell.page import Page
from field178_server.console.text.state_labels import StateLabel
from field178_server.office.attention.queries import AttentionFilter, ItemOrigin, ListedItem, Sources
from field178_server.records.keyset import KeysetPage, PageStart
from field178_shared.text.i18n import N_
from field178_shared.text.normalisation import by_label

REJECTED = "aside"
OLDEST = "oldest"
_MAX_PLACE = 160


@dataclass(frozen=True, slots=True)
class ListQuery:
    """The filters of the address: an origin or `aside`, a scope, a tablet, the order, the place."""

    show: str = ""
    area: str = ""
    tablet: str = ""
    order: str = ""
    place: PageStart = field(default_factory=PageStart)

    @classmethod
    def read(cls, arguments: Mapping[str, str]) -> ListQuery:
        """Read the filters; an invalid one has its default."""
        show, order = arguments.get("show", ""), arguments.get("order", "")
        return cls(
            show=show if show in (*ItemOrigin, REJECTED) else "",
            area=arguments.get("area", "")[:80],
            tablet=arguments.get("tablet", "")[:80],
            order=order if order == OLDEST else "",
            place=_place_in(arguments),
        )

    @property
    def filter(self) -> AttentionFilter:
        """The filters for the query of the store."""
        return AttentionFilter(
            origin=ItemOrigin(self.show) if self.show in tuple(ItemOrigin) else None,
            is_rejected=self.show == REJECTED,
            scope=self.area or None,
            device_id=self.tablet or None,
            oldest_first=self.order == OLDEST,
        )

    @property
    def _text(self) -> str:
        parts = {
            "show": self.show,
            "area": self.area,
            "tablet": self.tablet,
            "order": self.order,
            **self.place.parameters,
        }
        return urlencode({name: text for name, text in parts.items() if text})

    @property
    def is_narrowed(self) -> bool:
        """Whether a scope or tablet is chosen."""
        return bool(self.area or self.tablet)

    def list_href(self) -> str:
        """Return the address of the list."""
        return with_query(url_for("console.attention.index"), self._text)

    def pages(self, page: KeysetPage[ListedItem]) -> Mapping[str, str]:
        """Return the addresses of the first page, those beside this one, and the last."""
        return keyset_links(page, lambda place: replace(self, place=place).list_href())

    def item_href(self, origin: str, key: str) -> str:
        """Return the address of an item, which leads back to this list."""
        return with_query(url_for("console.attention.item", origin=origin, key=key), self._text)

    def decision_href(self, origin: str, key: str, decision: str) -> str:
        """Return the address of a decision, which leads on to this list."""
        where = url_for("console.attention.decide", origin=origin, key=key, decision=decision)
        return with_query(where, self._text)


@dataclass(frozen=True, slots=True)
class AttentionRow:
    """Row of the list: pill of its kind, address of its page, item."""

    word: StateLabel
    href: str
    item: ItemRow


def chips(
    query: ListQuery,
    undecided: Mapping[ItemOrigin, int],
    rejected: int,
    kinds: Mapping[ItemOrigin, ItemKind],
    page: Page,
) -> list[FilterLink]:
    """Return the origins with their counts under the other filters, and the rejected items."""
    shown = [
        ("", N_("All"), sum(undecided.values())),
        *((origin.value, kind.label, undecided[origin]) for origin, kind in kinds.items()),
        (REJECTED, N_("Those set aside"), rejected),
    ]
    return [
        FilterLink(
            replace(query, show=show, place=PageStart()).list_href(),
            page.say(label),
            show == query.show,
            count,
        )
        for show, label, count in shown
    ]


def filters(query: ListQuery, sources: Sources, page: Page) -> tuple[FilterField, ...]:
    """Return the filters of scope, tablet and order with the chosen values."""
    say, localizer = page.say, page.localizer
    areas = [(scope, scope_text(scope, localizer)) for scope in sources.scopes]
    tablets = [(device_id, localizer.tablet(device_id)) for device_id in sources.device_ids]
    orders = [(OLDEST, say(N_("Oldest first")))]
    return (
        FilterField("area", say(N_("Commune or team")), query.area, by_label(areas)),
        FilterField("tablet", say(N_("Tablet")), query.tablet, by_label(tablets)),
        FilterField("order", say(N_("Order")), query.order, orders, say(N_("Newest first"))),
    )


def list_rows(
    session: Session,
    page: Page,
    items: Sequence[ListedItem],
    kinds: Mapping[ItemOrigin, ItemKind],
    query: ListQuery,
) -> list[AttentionRow]:
    """Return the rows of items in their order; each kind reads its items in one query."""
    rows = {
        origin: kind.rows(session, page, [item.key for item in items if item.origin is origin])
        for origin, kind in kinds.items()
    }
    return [
        AttentionRow(
            kinds[item.origin].state(page),
            query.item_href(item.origin.value, item.key.text),
            rows[item.origin][item.key],
        )
        for item in items
        if item.key in rows[item.origin]
    ]


def _place_in(arguments: Mapping[str, str]) -> PageStart:
    """Return the place of an address; the place of an item is longer than an id."""
    after, before = (arguments.get(name, "")[:_MAX_PLACE] for name in ("after", "before"))
    return PageStart(after, "" if after else before, arguments.get("end") == "1")
