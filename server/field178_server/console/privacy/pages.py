"""Page for the people concerned: what is recorded, who reads it, how long it is kept, whom to ask."""

from __future__ import annotations

from flask import Response

from field178_server.console.shell.layout import render
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.text.localize import Localizer
from field178_server.http.application_runtime import current_runtime
from field178_server.office.retention.periods import rows_in_force
from field178_shared.codelists import load
from field178_shared.codelists.privacy_rules import Retention
from field178_shared.text.i18n import N_
from field178_shared.time.clock import local_date


def index() -> Response:
    """Show the page in the language of the browser, with the retention periods in force."""
    lists, localizer = load(), Localizer(chosen_language())
    today = local_date(current_runtime().clock.now())
    law = next(
        (
            source
            for name in lists.privacy.officer_location.laws
            if (source := lists.legal_sources.get(name)) is not None and source.valid_on(today)
        ),
        None,
    )
    return render(
        "privacy/index.html",
        periods=[
            (row.label(localizer.language), _period(row, localizer)) for row in rows_in_force(lists, today)
        ],
        law=f"{law.label(localizer.language)} ({law.number_on(today)})" if law else "",
    )


def _period(row: Retention, localizer: Localizer) -> str:
    if row.after_months is not None:
        return localizer.say(N_("{count} months")).format(count=localizer.number(row.after_months))
    if row.after_days is not None:
        return localizer.say(N_("{count} days")).format(count=localizer.number(row.after_days))
    return (row.keep_en if localizer.language == "en" else row.keep_vi) or ""
