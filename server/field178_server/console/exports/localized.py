"""Sources of exports in the language of the officer who requested them."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

from field178_server.console.text.localize import Localizer
from field178_server.office.exports.operations import ExportQuestion, ExportTable, Source

LocalizedSource = Callable[[Session, ExportQuestion, Localizer], ExportTable]


def localized(source: LocalizedSource) -> Source:
    """Return a source with its officer's localizer; a job has no request and so no `Page`."""
    return lambda session, question: source(session, question, Localizer(question.officer.language))
