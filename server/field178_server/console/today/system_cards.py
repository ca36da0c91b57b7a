"""Cards of the system: tablets, personal data, server and backup."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from flask import url_for
from sqlalchemy.orm import Session

from field178_server.backup.log import last_backups
from field178_server.console.components.health_labels import anchor_of, level_label
from field178_server.console.shell.page import Page
from field178_server.console.shell.policy import tablet_access
from field178_server.console.today.card import TodayCard, TodayLine, count_line
from field178_server.health.checks import Check, CheckName, backup_check, checks_of
from field178_server.health.wording import words_of
from field178_server.office.erasure.queries import count_requested
from field178_server.office.tablets.queries import TabletCounts, count_tablets
from field178_server.office.today.queries import count_openings
from field178_shared.text.i18n import N_
from field178_shared.time.clock import local_date, start_of_day

_OPENINGS_OF = timedelta(days=7)


def tablets_card(session: Session, page: Page) -> TodayCard:
    """Return the counts of the tablets in use."""
    counts = count_tablets(session, page.tenant_id, tablet_access(page.officer, page.lists), page.now)
    note = "" if counts.in_use else page.say(N_("none is enrolled yet: visits come from tablets alone"))
    lines = (
        count_line(page, counts.in_use, N_("tablets in use"), "console.tablets.index", "", note),
        *(_lines_of_today(page, counts) if counts.in_use else ()),
        count_line(page, counts.silent, N_("silent for more than 48 hours"), "console.tablets.index"),
    )
    return TodayCard(page.say(N_("Tablets")), "tablet", lines)


def _lines_of_today(page: Page, counts: TabletCounts) -> Iterator[TodayLine]:
    if missing := counts.in_use - counts.in_contact:
        not_yet = page.say(N_("{count} not yet")).format(count=page.localizer.number(missing))
    else:
        not_yet = ""
    # Contact is not proof that a tablet has sent everything: what it still holds is a line of its own.
    in_contact, unsent = N_("in contact today"), N_("with records or photos not sent yet")
    yield count_line(page, counts.in_contact, in_contact, "console.tablets.index", "", not_yet)
    # Also for none: a tablet that has reported nothing since may hold records.
    as_of = page.say(N_("by the last report of each"))
    yield count_line(page, counts.unsent, unsent, "console.tablets.index", "", as_of)


def privacy_card(session: Session, page: Page) -> TodayCard:
    """Return the erasures that wait for a decision, and the number of audited readings."""
    requested = count_requested(session, page.tenant_id)
    since = local_date(page.now - _OPENINGS_OF)
    opened = count_openings(session, page.tenant_id, start_of_day(since), page.today)
    openings = N_("times records, files and papers were opened in 7 days")
    filters = {"kind": "reading", "since": since.isoformat()}
    lines = (
        count_line(page, requested, N_("erasures wait for a second person"), "console.erasure.index"),
        count_line(page, opened, openings, "console.audit.index", "", **filters),
    )
    return TodayCard(page.say(N_("Personal data")), "privacy", lines)


def server_card(session: Session, page: Page) -> TodayCard:
    """Return the card with the age of the backup and the checks that need attention."""
    checks = checks_of(session, page.runtime.settings, page.now)
    shown = [check for check in checks if check.name is CheckName.BACKUP or check.needs_attention]
    language = page.localizer.language
    lines = tuple(_check_line(page, check, words_of(check, language).remedy) for check in shown)
    return TodayCard(page.say(N_("Server")), "health", lines)


def backup_card(session: Session, page: Page) -> TodayCard:
    """Return the card with the age of the backup, for officers who cannot make one."""
    check = backup_check(last_backups(session, page.tenant_id), page.now)
    remedy = page.say(N_("Tell the administrator.")) if check.needs_attention else ""
    return TodayCard(page.say(N_("Server")), "health", (_check_line(page, check, remedy),))


def _check_line(page: Page, check: Check, remedy: str) -> TodayLine:
    words, label = words_of(check, page.localizer.language), level_label(check.level, page.localizer)
    is_open = page.may("console.health.index")
    href = url_for("console.health.index", _anchor=anchor_of(check)) if is_open else ""
    return TodayLine(label.text, f"{words.title}: {words.value}", remedy, href, label.tone)
