"""The officer at the page: scopes that may be read, language, and the present day."""

from __future__ import annotations

from datetime import date

from field178_server.console.shell.preferences import chosen_language
from field178_server.console.text.localize import Localizer
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.records.access import AccessFilter, access_of
from field178_shared.time.clock import local_date


def own_access() -> AccessFilter:
    """Return the access filter of the signed-in officer."""
    officer = current_officer()
    return access_of(officer.role, officer.scopes)


def own_localizer() -> Localizer:
    """Return the localizer of this browser's language."""
    return Localizer(chosen_language())


def today() -> date:
    """Return the local day."""
    return local_date(current_runtime().clock.now())
