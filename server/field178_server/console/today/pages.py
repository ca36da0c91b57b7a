"""First page: cards and notices of the officer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from flask import Response
from sqlalchemy.orm import Session

from field178_server.console.shell.access import ADMINISTER, READ, TABLETS, Access, any_of
from field178_server.console.shell.page import Page, current_page
from field178_server.console.today.card import TodayCard
from field178_server.console.today.commune_card import commune_card
from field178_server.console.today.figure_cards import figures_card, targets_card
from field178_server.console.today.record_cards import follow_ups_card, plan_card, review_card
from field178_server.console.today.report_cards import all_reports_card, own_reports_card, report_work_card
from field178_server.console.today.system_cards import backup_card, privacy_card, server_card, tablets_card
from field178_server.office.notices.queries import own_notices
from field178_shared.text.formats import weekday_name
from field178_shared.time.clock import local_date

# In the order of the page; every role has at least one card.
_CARDS: tuple[tuple[Access, Callable[[Session, Page], TodayCard]], ...] = (
    (ADMINISTER, server_card),
    (READ, review_card),
    (READ, plan_card),
    (READ, follow_ups_card),
    (TABLETS, tablets_card),
    (any_of("create_commune_plan"), commune_card),
    (any_of("submit_return"), own_reports_card),
    (any_of("run_retention"), privacy_card),
    (any_of("read_indicators"), figures_card),
    (any_of("read_reports"), all_reports_card),
    (any_of("draft_report"), report_work_card),
    (any_of("read_indicators"), targets_card),
    (any_of("review", "run_retention"), backup_card),
)


def index() -> Response:
    """Show the open work of the officer; each line leads to its list."""
    page = current_page()
    with page.reading() as session:
        cards = [make(session, page) for access, make in _CARDS if _is_open(access, page)]
        notices = own_notices(session, page.officer, page.now)
    return page.render(
        "today/page.html",
        cards=cards,
        notices=[(notice, _last_day(notice.until)) for notice in notices],
        today=page.today,
        weekday=weekday_name(page.today, page.localizer.language),
    )


def _is_open(access: Access, page: Page) -> bool:
    return access.is_open_to(page.officer.role, page.lists)


def _last_day(until: datetime) -> date:
    """Return the last day of a notice, whose end is exclusive."""
    return local_date(until - timedelta(microseconds=1))
