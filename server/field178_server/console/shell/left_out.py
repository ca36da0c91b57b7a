"""What the figures of an area leave out, in words, with the pages on which it is assigned."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for

from field178_server.accounts.officers import OfficerContext
from field178_server.console.shell.policy import may
from field178_server.console.text.figure_texts import hidden_text
from field178_server.console.text.formula_words import THINGS
from field178_server.console.text.localize import Localizer
from field178_server.office.indicators.left_out import LeftOut
from field178_server.records.access import AGGREGATES_ONLY
from field178_shared.indicators.suppression import is_small
from field178_shared.text.i18n import N_


@dataclass(frozen=True, slots=True)
class LeftOutNote:
    """Sentences on what is not in the figures, and the page on which it is assigned, "" who may not."""

    sentences: tuple[str, ...]
    href: str = ""


def left_out_note(found: LeftOut, officer: OfficerContext, localizer: Localizer) -> LeftOutNote | None:
    """Return what figures leave out with the page that assigns it, None where that is nothing."""
    sentences = left_out_sentences(found, officer.role, localizer)
    may_assign = found.establishments and may(officer.role, "console.units", localizer.lists)
    return LeftOutNote(sentences, url_for("console.units") if may_assign else "") if sentences else None


def left_out_sentences(found: LeftOut, role: str, localizer: Localizer) -> tuple[str, ...]:
    """Return what figures leave out; from above small numbers are hidden."""
    say, lists = localizer.say, localizer.lists
    units = ", ".join(localizer.label(lists.units, one) for one in found.unit_ids)
    sentences = []
    if found.is_unassigned:
        template = say(
            N_("Not assigned: {what} of divided communes ({units}). They are in none of these figures.")
        )
        is_from_above = lists.roles[role].scope == AGGREGATES_ONLY
        sentences.append(template.format(what=_counts(found, localizer, is_from_above), units=units))
    if found.events_until is not None:
        template = say(
            N_("Visits and sessions before {day} in {units} are in none of these figures: no share is known.")
        )
        sentences.append(template.format(day=localizer.day(found.events_until), units=units))
    return tuple(sentences)


def _counts(found: LeftOut, localizer: Localizer, is_from_above: bool) -> str:
    number = localizer.number
    is_hidden = is_from_above and is_small(found.establishments)
    numbers = {
        "establishment": hidden_text(localizer) if is_hidden else number(found.establishments),
        "zone": number(found.zones),
        "school": number(found.schools),
    }
    there = {"establishment": found.establishments, "zone": found.zones, "school": found.schools}
    return ", ".join(
        f"{numbers[kind]} {localizer.say(THINGS[kind])}" for kind, count in there.items() if count
    )
