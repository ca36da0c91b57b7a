"""The attention list as plain values: its filters in the address, its chips and its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from flask import url_for

from field178_server.console.attention.kind import ItemKind, ItemRow, spoken
from field178_server.console.shell.links import FilterLink, scope_text, with_query
from field178_server.console.shell.lists import FilterField
from field178_server.console.text.localize import Localizer
from field178_server.console.text.state_labels import StateLabel
from field178_server.database.unit_of_work import Session
from field178_server.office.attention.queries import AttentionFilter, ItemOrigin, ListedItem, Sources
from field178_server.records.access import AccessFilter
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
        """Read the filters; what cannot be read is the default."""
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
        """The filters as the query takes them."""
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
        """Whether an empty list may have more without its scope and tablet."""
        return bool(self.area or self.tablet)

    def list_href(self) -> str:
        """Return the address of the list."""
        return with_query(url_for("console.attention.index"), self._text)

    def pages(self, page: KeysetPage[ListedItem]) -> Mapping[str, str]:
        """Return the addresses of the first page, those beside this one, and the last; empty: not there."""
        return {
            name: replace(self, place=place).list_href() if place is not None else ""
            for name, place in page.places.items()
        }

    def item_href(self, origin: str, key: str) -> str:
        """Return the address of an item, which leads back to this list."""
        return with_query(url_for("console.attention.item", origin=origin, key=key), self._text)

    def decision_href(self, origin: str, key: str, decision: str) -> str:
        """Return the address of a decision, which leads on to this list."""
        where = url_for("console.attention.decide", origin=origin, key=key, decision=decision)
        return with_query(where, self._text)


@dataclass(frozen=True, slots=True)
class AttentionRow:
    """One row: its origin in words, the address of its page, and its texts."""

    word: StateLabel
    href: str
    row: ItemRow


def chips(
    query: ListQuery,
    undecided: Mapping[ItemOrigin, int],
    rejection: int,
    kinds: Mapping[ItemOrigin, ItemKind],
    localizer: Localizer,
) -> list[FilterLink]:
    """Return the origins with their counts under the other filters, and what was rejected."""
    shown = [
        ("", N_("All"), sum(undecided.values())),
        *((origin.value, kind.label, undecided[origin]) for origin, kind in kinds.items()),
        (REJECTED, N_("Those set aside"), rejection),
    ]
    return [
        FilterLink(
            replace(query, show=show, place=PageStart()).list_href(),
            localizer.say(label),
            show == query.show,
            count,
        )
        for show, label, count in shown
    ]


def filters(query: ListQuery, sources: Sources, localizer: Localizer) -> tuple[FilterField, ...]:
    """Return the scope, the tablet and the order, with what is chosen."""
    named = replace(localizer, names=sources.names)
    areas = [(scope, scope_text(scope, named)) for scope in sources.scopes]
    tablets = [(device_id, named.tablet(device_id)) for device_id in sources.device_ids]
    say = localizer.say
    orders = [(OLDEST, say(N_("Oldest first")))]
    return (
        FilterField("area", say(N_("Commune or team")), query.area, by_label(areas)),
        FilterField("tablet", say(N_("Tablet")), query.tablet, by_label(tablets)),
        FilterField("order", say(N_("Order")), query.order, orders, say(N_("Newest first"))),
    )


def rows_of(
    session: Session,
    access: AccessFilter,
    items: Sequence[ListedItem],
    kinds: Mapping[ItemOrigin, ItemKind],
    query: ListQuery,
) -> list[AttentionRow]:
    """Return the items in words, in their order; each kind reads its own once."""
    localizer = spoken()
    rows = {
        origin: kind.rows(session, access, [one.key for one in items if one.origin is origin])
        for origin, kind in kinds.items()
    }
    return [
        AttentionRow(
            kinds[one.origin].word(localizer),
            query.item_href(one.origin.value, one.key.text),
            rows[one.origin][one.key],
        )
        for one in items
        if one.key in rows[one.origin]
    ]


def _place_in(arguments: Mapping[str, str]) -> PageStart:
    """Return the place of an address; that of an item is longer than an id."""
    after, before = (arguments.get(name, "")[:_MAX_PLACE] for name in ("after", "before"))
    return PageStart(after, "" if after else before, arguments.get("end") == "1")
