"""Layout of pages: language, appearance, menu and form token around a template."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, make_response, render_template, request

from field178_server.accounts.officers import OfficerContext
from field178_server.attachments.storage.free_space import free_space
from field178_server.console.shell.blueprint import asset
from field178_server.console.shell.drafts import form_page, page_session, sent_draft
from field178_server.console.shell.policy import may, tablet_access
from field178_server.console.shell.preferences import chosen_language, chosen_theme
from field178_server.console.text.field_labels import field_name
from field178_server.console.text.localize import Localizer
from field178_server.database.unit_of_work import Session
from field178_server.devices.heartbeat import SILENT_AFTER
from field178_server.http.application_runtime import current_runtime
from field178_server.http.browser_session import asks_code, csrf_token
from field178_server.office.attention.queries import AttentionFilter, count_items
from field178_server.office.erasure.queries import count_requested
from field178_server.office.follow_ups.queries import count_overdue
from field178_server.office.reviews.queue import QueueState, QueueView, queue_counts
from field178_server.office.tablets.queries import count_silent
from field178_server.records.access import access_of
from field178_shared.text.i18n import N_
from field178_shared.time.clock import local_date


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One entry of the menu; `count` is the number of open items there."""

    endpoint: str
    icon: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class MenuGroup:
    """Entries that belong together, under one name."""

    label: str
    items: tuple[MenuItem, ...]


@dataclass(frozen=True, slots=True)
class OfficeLayout:
    """The signed-in officer and the menu around each page."""

    officer_name: str
    role_name: str
    agency_name: str
    groups: tuple[MenuGroup, ...]
    warning: str = ""

    @property
    def items(self) -> tuple[MenuItem, ...]:
        """Every entry of the menu."""
        return tuple(item for group in self.groups for item in group.items)

    @property
    def tabs(self) -> tuple[MenuItem, ...]:
        """The first entries, which a phone shows beside “More”."""
        return self.items[:TABS]

    @property
    def more_count(self) -> int:
        """The number of open items behind “More”."""
        return sum(item.count for item in self.items[TABS:])


# With "More" five tabs, each wide enough for its name on a phone of 320 px.
TABS = 4
# The order is that of the tabs: what a role works with first stands first.
_MENU = (
    (N_("Today"), (("console.home", "home", N_("Today")),)),
    (
        N_("Review"),
        (
            ("console.reviews", "review", N_("Review")),
            ("console.attention", "alert", N_("Needs attention")),
            ("console.follow_ups", "clock", N_("After visits")),
        ),
    ),
    (
        N_("Register"),
        (
            ("console.plan", "calendar", N_("Plan")),
            ("console.establishments", "establishment", N_("Register")),
            ("console.visits", "document", N_("All visits")),
            ("console.sessions", "outreach", N_("Outreach")),
            ("console.commune", "check", N_("Commune work")),
        ),
    ),
    (
        N_("Indicators and reports"),
        (
            ("console.indicators", "check-circle", N_("Indicators")),
            ("console.returns", "partial", N_("Agency data")),
            ("console.reports", "document", N_("Reports")),
            ("console.exports", "database", N_("Exports")),
        ),
    ),
    (
        N_("People and tablets"),
        (
            ("console.people", "people", N_("Accounts")),
            ("console.teams", "team", N_("Teams")),
            ("console.tablets", "tablet", N_("Tablets")),
            ("console.notices", "info", N_("Notices")),
        ),
    ),
    (
        N_("The system"),
        (
            ("console.purges", "privacy", N_("Purges")),
            ("console.audit", "audit", N_("Audit trail")),
            ("console.lists", "fine", N_("Lists and law")),
            ("console.feeds", "database", N_("Data feeds")),
            ("console.jobs", "partial", N_("Jobs")),
            ("console.webhooks", "swap", N_("Webhooks")),
            ("console.health", "health", N_("Health")),
        ),
    ),
)
_ADMINISTRATION = "console.revoke_tablet"
# Others come to a job from the page that began it: their menu has no room for more.
_FOR_ADMINISTRATORS = frozenset({"console.jobs"})
# Reviewers come to them from the indicators and the lists: their menu is full.
_NOT_FOR_REVIEWERS = frozenset({"console.exports"})


def layout_of(session: Session, officer: OfficerContext, localizer: Localizer) -> OfficeLayout:
    """Return the layout of an officer with the counts of the menu."""
    return OfficeLayout(
        officer_name=officer.name,
        role_name=localizer.label(localizer.lists.roles, officer.role),
        agency_name=localizer.label(localizer.lists.agencies, officer.agency),
        groups=_groups(session, officer, localizer),
        warning=_storage_warning(localizer) if may(officer.role, _ADMINISTRATION, localizer.lists) else "",
    )


def render(template: str, status: int = 200, **values: object) -> Response:
    """Return a page in the language and appearance of this browser."""
    localizer = Localizer(chosen_language())
    page = render_template(
        template,
        _=localizer.say,
        field_name=lambda record_type, path: field_name(record_type, path, localizer),
        asset=asset,
        icons=asset("vendor/icons.svg"),
        csrf_token=csrf_token(),
        form_page=form_page(),
        page_session=page_session(),
        sent_draft=sent_draft(),
        is_answer=request.method == "POST",
        asks_code=asks_code(),
        language=localizer.language,
        theme=chosen_theme(),
        here=request.full_path.rstrip("?") if request.method == "GET" else "/",
        **values,
    )
    return make_response(page, status)


def _storage_warning(localizer: Localizer) -> str:
    space = free_space(current_runtime().settings)
    if not space.reasons:
        return ""
    if space.is_writable and space.takes_changes:
        text = N_("The server’s disk is almost full ({free} MB left): photos are refused, records sync.")
    else:
        text = N_("The server’s disk is full ({free} MB left): tablets keep everything until there is room.")
    return localizer.say(text).format(free=localizer.number(space.free_mb))


def _groups(session: Session, officer: OfficerContext, localizer: Localizer) -> tuple[MenuGroup, ...]:
    groups, is_administrator = [], may(officer.role, _ADMINISTRATION, localizer.lists)
    is_reviewer = may(officer.role, "console.new_entry", localizer.lists)
    for name, entries in _MENU:
        items = tuple(
            MenuItem(endpoint, icon, localizer.say(label), _count(endpoint, session, officer, localizer))
            for endpoint, icon, label in entries
            if may(officer.role, endpoint, localizer.lists)
            and (is_administrator or endpoint not in _FOR_ADMINISTRATORS)
            and not (is_reviewer and endpoint in _NOT_FOR_REVIEWERS)
        )
        if items:
            groups.append(MenuGroup(localizer.say(name), items))
    return tuple(groups)


def _count(endpoint: str, session: Session, officer: OfficerContext, localizer: Localizer) -> int:
    """Return the number of open items behind an entry of the menu; one statement each."""
    access, tenant_id = access_of(officer.role, officer.scopes), officer.tenant_id
    match endpoint:
        case "console.reviews":
            return queue_counts(session, QueueView(tenant_id, access))[QueueState.WAITING]
        case "console.attention":
            return sum(count_items(session, tenant_id, access, AttentionFilter()).values())
        case "console.follow_ups":
            return count_overdue(session, tenant_id, access, local_date(current_runtime().clock.now()))
        case "console.purges":
            return count_requested(session, tenant_id)
        case "console.tablets":
            silent_since = current_runtime().clock.now() - SILENT_AFTER
            return count_silent(session, tenant_id, tablet_access(officer, localizer.lists), silent_since)
    return 0
