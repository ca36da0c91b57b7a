"""Sentences on records that the figures of an area leave out, shared by all screens and feeds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet

from field178_shared.codelists import CodeLists
from field178_shared.indicators.suppression import SMALLEST_SHOWN, is_small
from field178_shared.records.left_out import LeftOut
from field178_shared.text.formats import date_text, number_text
from field178_shared.text.i18n import N_, translator

_ESTABLISHMENTS = N_("{count} establishments")
_ZONES = N_("{count} industrial zones")
_SCHOOLS = N_("{count} schools")
_VISITS = N_("{count} visits")
_SESSIONS = N_("{count} outreach sessions")


def left_out_sentences(
    left_out: LeftOut, lists: CodeLists, language: str, *, is_external: bool = False
) -> tuple[str, ...]:
    """Return sentences about the records that figures leave out.

    For external readers small numbers are hidden and visit numbers omitted: the difference between two
    periods could reveal a few visits.
    """
    say = translator(language, "shared")
    units = ", ".join(
        lists.units[unit_id].label(language) if unit_id in lists.units else unit_id
        for unit_id in left_out.unit_ids
    )
    sentences = []
    if left_out.is_unassigned:
        counts = [
            (_ESTABLISHMENTS, left_out.establishments),
            (_ZONES, left_out.zones),
            (_SCHOOLS, left_out.schools),
        ]
        hidden = {_ESTABLISHMENTS} if is_external and is_small(left_out.establishments) else frozenset()
        template = say(
            N_("Not assigned: {what} of divided communes ({units}). They are in none of these figures.")
        )
        sentences.append(template.format(what=_counted(counts, say, language, hidden), units=units))
    if left_out.are_events_left_out and left_out.events_until is not None:
        counts = [(_VISITS, left_out.visits), (_SESSIONS, left_out.sessions)]
        what = say(N_("visits and sessions")) if is_external else _counted(counts, say, language)
        template = say(
            N_(
                "Before {day}, {units}: {what} are in none of these figures,"
                " because their place tells no commune of today."
            )
        )
        day = date_text(left_out.events_until)
        sentences.append(template.format(what=what, day=day, units=units))
    return tuple(sentences)


def _counted(
    counts: Iterable[tuple[str, int]],
    say: Callable[[str], str],
    language: str,
    hidden: AbstractSet[str] = frozenset(),
) -> str:
    few = say(N_("under {limit}")).format(limit=SMALLEST_SHOWN)
    return ", ".join(
        say(template).format(count=few if template in hidden else number_text(count, language))
        for template, count in counts
        if count
    )
