"""Page of the signed-in officer: officer, lists, day and localizer of a request; rendering in the layout."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from flask import Response, g, request
from sqlalchemy.orm import Session

from field178_server.accounts.officers import OfficerContext
from field178_server.console.shell.flash import take_flash
from field178_server.console.shell.layout import OfficeLayout, layout_of, render
from field178_server.console.shell.policy import may, own_access
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.shell.routes import menu_endpoint
from field178_server.console.text.localize import Localizer
from field178_server.database.unit_of_work import snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.http.browser_session import is_confirmed
from field178_server.records.access import AccessFilter
from field178_server.records.labels import Names
from field178_server.runtime import Runtime
from field178_shared.codelists import CodeLists
from field178_shared.errors import AppError, ErrorCode
from field178_shared.time.clock import local_date

Row = TypeVar("Row")


@dataclass(slots=True)
class Page:
    """Runtime, officer and localizer of a request, with one reading of the store for page and menu."""

    runtime: Runtime
    officer: OfficerContext
    localizer: Localizer
    now: datetime
    _layout: OfficeLayout | None = None

    @property
    def tenant_id(self) -> str:
        """The tenant of the officer."""
        return self.officer.tenant_id

    @property
    def lists(self) -> CodeLists:
        """The code lists in force."""
        return self.localizer.lists

    @property
    def access(self) -> AccessFilter:
        """The scopes that the officer may read."""
        return own_access()

    @property
    def today(self) -> date:
        """The day in Việt Nam."""
        return local_date(self.now)

    @property
    def layout(self) -> OfficeLayout:
        """The layout with the menu, of the last reading or of a reading of its own."""
        if self._layout is None:
            with self.reading():
                pass
        assert self._layout is not None
        return self._layout

    def may(self, endpoint: str) -> bool:
        """Tell whether the officer may call an endpoint."""
        return may(self.officer.role, endpoint, self.lists)

    def say(self, msgid: str, **values: object) -> str:
        """Return a text in the officer's language with its values in their places."""
        text = self.localizer.say(msgid)
        return text.format(**values) if values else text

    def flash_text(self, messages: Mapping[str, str], title: str = "") -> str:
        """Return the message about the previous action once, with the title of its object; "" for none."""
        flash = take_flash(messages)
        return flash.text(title, self.localizer) if flash else ""

    def use_names(self, names: Names) -> None:
        """Show these names in place of ids from now on: in the localizer and in template filters."""
        self.localizer = self.localizer.with_names(names)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a read-only session; the counts of the menu are read from the same state of the store."""
        with snapshot(self.runtime.engine) as session:
            yield session
            self._layout = layout_of(session, self)

    def render(
        self,
        template: str,
        status: int = 200,
        *,
        active: str = "",
        refused_form: tuple[int, str] | None = None,
        **values: object,
    ) -> Response:
        """Return the page within the layout.

        `active`: endpoint of the menu entry that is marked; by default the handler's own, else the first of
        its capability. `refused_form`: status and msgid of a refused form; the template has its text as
        `refusal`, and marks the field of the password.
        """
        active = active or menu_endpoint(str(request.endpoint))
        password = {"asks_password": not is_confirmed(), "marks_password": refused_form is not None}
        values = {**password, **values}
        if refused_form is not None:
            status, msgid = refused_form
            values["refusal"] = self.say(msgid)
        return render(template, status, layout=self.layout, active=active, may=self.may, **values)

    def render_part(self, template: str, **values: object) -> Response:
        """Return a part of a page, which a script puts in its place, without the layout."""
        return render(template, 200, may=self.may, **values)


def current_page() -> Page:
    """Return the page of this request; the same object for each caller."""
    if "page" not in g:
        runtime = current_runtime()
        g.page = Page(runtime, current_officer(), Localizer(chosen_language()), runtime.clock.now())
    page = g.page
    assert isinstance(page, Page)
    return page


def or_404(row: Row | None) -> Row:
    """Return the row of a query, or raise AppError(not_found), which is answered with status 404."""
    if row is None:
        raise AppError(ErrorCode.NOT_FOUND)
    return row
