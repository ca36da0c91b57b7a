"""Where a record is shown, and what its scope is called."""

from __future__ import annotations

from flask import url_for

from field178_server.queries.record_page import FILED_TYPES
from field178_server.web.speech import Speech


def record_link(record_type: str, record_id: str) -> str | None:
    """Return the address of a record's page, where its type has one."""
    if record_type in FILED_TYPES:
        return url_for("web.review_record", record_id=record_id)
    return url_for("web.establishment", record_id=record_id) if record_type == "establishment" else None


def scope_text(scope: str, speech: Speech) -> str:
    """Return a scope in words: the unit's or team's name."""
    kind, _, name = scope.partition(":")
    if kind == "unit":
        return speech.label(speech.lists.units, name)
    return speech.team(name) if kind == "team" else scope
