"""Cards of the first page: a title with lines, each a figure with its text and list."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for

from field178_server.console.shell.page import Page
from field178_server.records.access import AGGREGATES_ONLY


@dataclass(frozen=True, slots=True)
class TodayLine:
    """Line of a card: figure or day, text, note, address of its list, tone of the figure."""

    figure: str
    text: str
    note: str = ""
    href: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class TodayCard:
    """Card with its lines; `footer`: the next step outside this page."""

    title: str
    icon: str
    lines: tuple[TodayLine, ...]
    footer: str = ""


def count_line(
    page: Page, count: int, text: str, endpoint: str, tone: str = "warn", note: str = "", **filters: str
) -> TodayLine:
    """Return a line with a count and its list under filters; a count of zero has no tone."""
    href = url_for(endpoint, **filters) if page.may(endpoint) else ""  # type: ignore[arg-type]  # words alone
    return TodayLine(page.localizer.number(count), page.say(text), note, href, tone if count else "")


def sees_aggregates_only(page: Page) -> bool:
    """Tell whether small numbers are hidden from the officer."""
    return page.lists.roles[page.officer.role].scope == AGGREGATES_ONLY


def own_units(page: Page) -> frozenset[str]:
    """Return the communes in the scopes of the officer."""
    scopes = (scope.partition(":") for scope in page.officer.scopes)
    return frozenset(name for kind, _, name in scopes if kind == "unit")
