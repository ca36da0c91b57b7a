"""What the figures of an area leave out, in words, with the pages on which it is assigned."""

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
    """Sentences on what is not in the figures, and the page on which it is assigned, "" who may not."""

    sentences: tuple[str, ...]
    href: str = ""


def left_out_note(found: LeftOut, officer: OfficerContext, localizer: Localizer) -> LeftOutNote | None:
    """Return what figures leave out with the page that assigns it, None where that is nothing."""
    sentences = sentences_for(found, officer.role, localizer)
    may_assign = found.establishments and may(officer.role, "console.units.index", localizer.lists)
    return LeftOutNote(sentences, url_for("console.units.index") if may_assign else "") if sentences else None


def sentences_for(found: LeftOut, role: str, localizer: Localizer) -> tuple[str, ...]:
    """Return what figures leave out as a role reads it."""
    lists = localizer.lists
    is_from_above = lists.roles[role].scope == AGGREGATES_ONLY
    return left_out_sentences(found, lists, localizer.language, is_from_above=is_from_above)
