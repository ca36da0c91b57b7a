"""The officer at the page: language, and the present day."""

from __future__ import annotations

from datetime import date

from field178_server.console.shell.preferences import chosen_language
from field178_server.console.text.localize import Localizer
from field178_server.http.application_runtime import current_runtime
from field178_shared.time.clock import local_date


def own_localizer() -> Localizer:
    """Return the localizer of this browser's language."""
    return Localizer(chosen_language())


def today() -> date:
    """Return the local day."""
    return local_date(current_runtime().clock.now())
