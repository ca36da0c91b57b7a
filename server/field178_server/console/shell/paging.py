"""The pages of a list in addresses: which one is asked for, and where the ones beside it lie."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from field178_server.records.paging import PageOfRows
from field178_shared.text.whole_numbers import parse_whole_number


@dataclass(frozen=True, slots=True)
class PageLinks:
    """Where a list stands among its pages."""

    number: int
    last: int
    before: str | None
    after: str | None


def wanted_page(text: str) -> int:
    """Read the number of a page in an address; whatever is none is the first page."""
    return max(1, parse_whole_number(text, 5) or 1)


def page_links(page: PageOfRows, href: Callable[[int], str]) -> PageLinks:
    """Return the addresses of the page before and the page after, where there are such."""
    return PageLinks(
        number=page.number,
        last=page.last,
        before=href(page.number - 1) if page.number > 1 else None,
        after=href(page.number + 1) if page.number < page.last else None,
    )
