"""Jinja filters of the console: a stored value in the reader's language, by the kind of the value.

`{{ row.unit_id|unit }}`, `{{ row.decided_at|instant }}`, `{{ row.type_id|label("types") }}`; `last_day` is
the day before an exclusive end. None is the empty text, so that a template writes
`{{ row.seen_at|instant or _("not yet") }}`. Names in place of ids are those that the handler gave to
`Page.use_names`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from flask import Blueprint, g

from field178_server.console.shell.links import scope_text
from field178_server.console.shell.page import Page
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.text.field_labels import type_name, value_text
from field178_server.console.text.format_values import as_bytes
from field178_server.console.text.localize import Localizer, address_text
from field178_server.console.text.state_labels import outcome_label, short_state_label

_FORMATS: Mapping[str, Callable[[Localizer, Any], object]] = {
    "address": lambda localizer, parts: address_text(*parts),
    "area": Localizer.area,
    "bytes": as_bytes,
    "day": Localizer.day,
    "establishment": Localizer.establishment,
    "exact": Localizer.exact,
    "instant": Localizer.instant,
    "last_day": lambda localizer, end: localizer.day(end - timedelta(days=1)),
    "money": Localizer.money,
    "month": Localizer.month,
    "number": Localizer.number,
    "outcome": lambda localizer, value: outcome_label(value, localizer),
    "person": Localizer.person,
    "record_type": lambda localizer, value: type_name(str(value), localizer),
    "review_state": lambda localizer, value: short_state_label(value, localizer),
    "scope": lambda localizer, value: scope_text(value, localizer),
    "tablet": Localizer.tablet,
    "team": Localizer.team,
    "unit": lambda localizer, value: localizer.label(localizer.lists.units, value),
}


def init_filters(console: Blueprint) -> None:
    """Register the filters with the console."""
    for name, show in _FORMATS.items():
        console.add_app_template_filter(_filter(show), name)
    console.add_app_template_filter(_field_value, "field_value")
    console.add_app_template_filter(_label, "label")
    console.add_app_template_filter(_choice, "choice")


def _filter(show: Callable[[Localizer, Any], object]) -> Callable[[object], object]:
    def shown(value: object) -> object:
        return "" if value is None else show(_localizer(), value)

    return shown


def _field_value(value: object, record_type: str, path: str) -> str:
    """Return the value of a field of a record in words."""
    return "" if value is None else value_text(record_type, path, value, _localizer())


def _label(value: object, entries: str) -> str:
    """Return the label of an entry of `CodeLists.<entries>`: types, agencies, roles."""
    localizer = _localizer()
    return "" if value is None else localizer.label(getattr(localizer.lists, entries), value)


def _choice(value: object, list_name: str) -> str:
    """Return the label of a value of a plain list."""
    return "" if value is None else _localizer().choice(list_name, value)


def _localizer() -> Localizer:
    # Pages of strangers, the sign-in, have no `Page`.
    page = g.get("page")
    return page.localizer if isinstance(page, Page) else Localizer(chosen_language())
