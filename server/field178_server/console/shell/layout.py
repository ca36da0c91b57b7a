"""Layout of pages: language, appearance, menu and form token around a template."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Response, make_response, render_template, request
from sqlalchemy.orm import Session

from field178_server.attachments.storage.free_space import free_space
from field178_server.console.shell.access import MANAGE_TABLETS
from field178_server.console.shell.blueprint import asset
from field178_server.console.shell.drafts import form_page, page_session, sent_draft
from field178_server.console.shell.preferences import chosen_language, chosen_theme
from field178_server.console.shell.routes import MenuGroup, menu_entries
from field178_server.console.text.field_labels import field_name
from field178_server.console.text.localize import Localizer
from field178_server.http.application_runtime import current_runtime
from field178_server.http.browser_session import asks_code, asks_passkey, csrf_token, must_set_up_factor
from field178_shared.text.i18n import N_

if TYPE_CHECKING:
    from field178_server.console.shell.page import Page


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One entry of the menu; `count` is the number of open items there."""

    endpoint: str
    icon: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class MenuGroupView:
    """Entries that belong together, under one name."""

    label: str
    items: tuple[MenuItem, ...]


@dataclass(frozen=True, slots=True)
class OfficeLayout:
    """The signed-in officer and the menu around each page."""

    officer_name: str
    role_name: str
    agency_name: str
    groups: tuple[MenuGroupView, ...]
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
# In the order of the tabs: first the pages that a role uses first.
_GROUPS = {
    MenuGroup.TODAY: N_("Today"),
    MenuGroup.REVIEW: N_("Review"),
    MenuGroup.REGISTER: N_("Register"),
    MenuGroup.FIGURES: N_("Indicators and reports"),
    MenuGroup.PEOPLE: N_("People and tablets"),
    MenuGroup.SYSTEM: N_("The system"),
}


def layout_of(session: Session, page: Page) -> OfficeLayout:
    """Return the layout of an officer with the counts of the menu."""
    officer, localizer = page.officer, page.localizer
    return OfficeLayout(
        officer_name=officer.name,
        role_name=localizer.label(localizer.lists.roles, officer.role),
        agency_name=localizer.label(localizer.lists.agencies, officer.agency),
        # Until the second factor is set up each entry would lead back to the set-up.
        groups=() if must_set_up_factor(localizer.lists) else _groups(session, page),
        warning=_storage_warning(localizer)
        if MANAGE_TABLETS.is_open_to(officer.role, localizer.lists)
        else "",
    )


def render(template: str, status: int = 200, **values: object) -> Response:
    """Return a page in the language and appearance of this browser."""
    # Also for pages of strangers, who have no `Page`.
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
        asks_passkey=asks_passkey(),
        lists=localizer.lists,
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


def _groups(session: Session, page: Page) -> tuple[MenuGroupView, ...]:
    role, lists = page.officer.role, page.lists
    groups: dict[MenuGroup, list[MenuItem]] = {group: [] for group in _GROUPS}
    for endpoint, route, entry in menu_entries():
        if entry.is_shown_to(role, lists) and route.access.is_open_to(role, lists):
            count = entry.badge(session, page) if entry.badge else 0
            item = MenuItem(endpoint, entry.icon, page.say(entry.label), count)
            groups[entry.group].append(item)
    return tuple(
        MenuGroupView(page.say(_GROUPS[group]), tuple(items)) for group, items in groups.items() if items
    )
