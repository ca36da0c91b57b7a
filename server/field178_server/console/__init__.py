"""The console: the office's pages in a browser. Pages parse and answer; operations write, queries read."""

from __future__ import annotations

from types import ModuleType

from flask import Flask

from field178_server.console.accounts import choose_password, confirmation, own_account, own_tablets
from field178_server.console.accounts import pages as accounts
from field178_server.console.attention import pages as attention
from field178_server.console.audit import pages as audit
from field178_server.console.commune import entry_pages as commune_entries
from field178_server.console.commune import pages as commune
from field178_server.console.documents import pages as documents
from field178_server.console.erasure import pages as erasure
from field178_server.console.establishments import change_pages, duplicate_pages, form_pages, merge_pages
from field178_server.console.establishments import pages as establishments
from field178_server.console.exports import pages as exports
from field178_server.console.feeds import pages as feeds
from field178_server.console.filed import pages as filed
from field178_server.console.follow_ups import entry_pages
from field178_server.console.follow_ups import pages as follow_ups
from field178_server.console.health import pages as health
from field178_server.console.help import pages as guides
from field178_server.console.imports import pages as imports
from field178_server.console.indicators import detail_pages, records_pages
from field178_server.console.indicators import pages as indicators
from field178_server.console.jobs import pages as jobs
from field178_server.console.lists import changes as list_changes
from field178_server.console.lists import pages as lists
from field178_server.console.mail import pages as mail
from field178_server.console.notices import pages as notices
from field178_server.console.people import open_work
from field178_server.console.people import pages as people
from field178_server.console.plan import changes as plan_changes
from field178_server.console.plan import pages as plan
from field178_server.console.register_import import pages as register_import
from field178_server.console.register_import import steps as register_import_steps
from field178_server.console.reports import board_pages, comparison_pages, report_pages
from field178_server.console.reports import file_pages as report_file_pages
from field178_server.console.returns import entry_pages as return_entries
from field178_server.console.returns import pages as returns
from field178_server.console.reviews import (
    decisions,
    file_pages,
    open_threads_pages,
    several,
    thread_pages,
    viewing,
)
from field178_server.console.reviews import pages as reviews
from field178_server.console.search import pages as search
from field178_server.console.shell import guard, preferences
from field178_server.console.shell.blueprint import console
from field178_server.console.tablets import pages as tablets
from field178_server.console.tablets import tablet_pages
from field178_server.console.teams import pages as teams
from field178_server.console.today import pages as today
from field178_server.console.units import pages as units
from field178_server.console.views import pages as views
from field178_server.console.webhooks import pages as webhooks

# The import of each module registers its pages on the blueprint.
PAGES: tuple[ModuleType, ...] = (
    *(today, accounts, own_account, choose_password, own_tablets, confirmation, preferences),
    *(reviews, decisions, viewing, several, file_pages, thread_pages, open_threads_pages, documents),
    *(attention, establishments, form_pages, change_pages, merge_pages, duplicate_pages),
    *(search, filed, views, tablets, tablet_pages, imports, erasure, lists, list_changes),
    *(board_pages, report_pages, comparison_pages, report_file_pages),
    *(follow_ups, entry_pages, people, open_work, teams, plan, plan_changes, audit),
    *(jobs, register_import, register_import_steps, units),
    *(health, notices, mail, guides, commune, commune_entries, returns, return_entries),
    *(indicators, detail_pages, records_pages, exports, webhooks, feeds),
)


def init_console(app: Flask) -> None:
    """Register the console on an application; a page that the policy does not name stops the start."""
    app.register_blueprint(console)
    guard.check_policy(app)
    guard.init_error_page(app)
