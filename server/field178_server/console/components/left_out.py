"""Records that the figures of an area leave out: sentences, and the page that assigns them."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for

from field178_server.accounts.officers import OfficerContext
from field178_server.console.shell.policy import may
from field178_server.console.text.localize import Localizer
from field178_server.records.access import AGGREGATES_ONLY
from field178_shared.indicators.left_out import left_out_sentences
from field178_shared.records.left_out import LeftOut


@dataclass(frozen=True, slots=True)
class LeftOutNote:
    """Sentences on records outside the figures; `href`: the page that assigns them, "" without the right."""

    sentences: tuple[str, ...]
    href: str = ""


def left_out_note(excluded: LeftOut, officer: OfficerContext, localizer: Localizer) -> LeftOutNote | None:
    """Return the note on records that figures leave out, None if there are none."""
    sentences = sentences_for(excluded, officer.role, localizer)
    may_assign = excluded.establishments and may(officer.role, "console.units.index", localizer.lists)
    return LeftOutNote(sentences, url_for("console.units.index") if may_assign else "") if sentences else None


def sentences_for(excluded: LeftOut, role: str, localizer: Localizer) -> tuple[str, ...]:
    """Return the sentences on records that figures leave out, for a role."""
    lists = localizer.lists
    is_external = lists.roles[role].scope == AGGREGATES_ONLY
    return left_out_sentences(excluded, lists, localizer.language, is_external=is_external)
