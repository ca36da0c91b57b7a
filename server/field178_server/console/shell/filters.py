"""Jinja filters of the console: a stored value in the reader's language, by the kind of the value.

`{{ row.unit_id|unit }}`, `{{ row.decided_at|instant }}`, `{{ row.type_id|label("types") }}`; `last_day`
is the day before an exclusive end. None is the
empty text, so that a template writes `{{ row.seen_at|instant or _("not yet") }}`. Names in place of ids are
those that the handler gave to `Page.use_names`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from flask import Blueprint, g

from field178_server.console.shell.links import scope_text
from field178_server.console.shell.page import Page
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.text.field_labels import type_name
from field178_server.console.text.localize import Localizer

_FORMATS: Mapping[str, Callable[[Localizer, Any], str]] = {
    "day": Localizer.day,
    "month": Localizer.month,
    "last_day": lambda localizer, end: localizer.day(end - timedelta(days=1)),
    "instant": Localizer.instant,
    "exact": Localizer.exact,
    "number": Localizer.number,
    "money": Localizer.money,
    "person": Localizer.person,
    "team": Localizer.team,
    "establishment": Localizer.establishment,
    "scope": lambda localizer, value: scope_text(value, localizer),
    "unit": lambda localizer, value: localizer.label(localizer.lists.units, value),
    "record_type": lambda localizer, value: type_name(str(value), localizer),
}


def init_filters(console: Blueprint) -> None:
    """Register the filters with the console."""
    for name, show in _FORMATS.items():
        console.add_app_template_filter(_filter(show), name)
    console.add_app_template_filter(_label, "label")
    console.add_app_template_filter(_choice, "choice")


def _filter(show: Callable[[Localizer, Any], str]) -> Callable[[object], str]:
    def shown(value: object) -> str:
        return "" if value is None else show(_localizer(), value)

    return shown


def _label(value: object, entries: str) -> str:
    """Return the label of an entry of `CodeLists.<entries>`: types, agencies, roles."""
    localizer = _localizer()
    return "" if value is None else localizer.label(getattr(localizer.lists, entries), value)


def _choice(value: object, list_name: str) -> str:
    """Return the label of a value of a plain list."""
    return "" if value is None else _localizer().choice(list_name, value)


def _localizer() -> Localizer:
    page = g.get("page")
    return page.localizer if isinstance(page, Page) else Localizer(chosen_language())
