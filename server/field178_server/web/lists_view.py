"""Conflicts and quarantine as plain values for their pages."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for

from field178_server.queries.conflicts import ConflictEntry, ConflictList, OpenConflict
from field178_server.queries.people_and_places import Names
from field178_server.queries.quarantine_list import HeldChange, QuarantineList
from field178_server.queries.record_page import FILED_TYPES
from field178_server.web.fields import Place, label_at, type_name, value_text
from field178_server.web.speech import Speech
from field178_shared.errors import message
from field178_shared.i18n import N_


@dataclass(frozen=True, slots=True)
class EntryView:
    """One value kept aside, in words."""

    who: str
    when: str
    reason: str
    was: str
    mine: str
    current: str


@dataclass(frozen=True, slots=True)
class ConflictView:
    """One field in dispute."""

    label: str
    tablet: str
    entries: tuple[EntryView, ...]


@dataclass(frozen=True, slots=True)
class DisputedRecord:
    """The fields in dispute of one record, and what can be done about them today."""

    title: str
    href: str | None
    conflicts: tuple[ConflictView, ...]
    advice: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProblemView:
    """One field at fault and what is wrong with it."""

    label: str
    text: str
    value: str | None


@dataclass(frozen=True, slots=True)
class HeldView:
    """One change that is held back."""

    title: str
    reason: str
    advice: str
    who: str
    when: str
    tablet: str
    scope: str
    problems: tuple[ProblemView, ...]
    sent: tuple[tuple[str, str], ...]


def disputed_records(found: ConflictList, language: str) -> tuple[DisputedRecord, ...]:
    """Return the open conflicts in words, those of one record together."""
    speech = Speech(language, found.names)
    by_record: dict[str, list[OpenConflict]] = {}
    for conflict in found.conflicts:
        by_record.setdefault(conflict.record_id, []).append(conflict)
    return tuple(_disputed(conflicts, speech) for conflicts in by_record.values())


def held_views(found: QuarantineList, language: str) -> tuple[HeldView, ...]:
    """Return the changes held back, in words."""
    speech = Speech(language, found.names)
    return tuple(_held(change, speech) for change in found.changes)


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


def _disputed(conflicts: list[OpenConflict], speech: Speech) -> DisputedRecord:
    first = conflicts[0]
    kind = type_name(first.record_type, speech)
    reasons = dict.fromkeys(entry.reason for conflict in conflicts for entry in conflict.entries)
    return DisputedRecord(
        title=f"{first.title} · {kind}" if first.title else kind,
        href=record_link(first.record_type, first.record_id),
        conflicts=tuple(_conflict(conflict, speech) for conflict in conflicts),
        advice=tuple(speech.say(DISPUTE_ADVICE[reason]) for reason in reasons if reason in DISPUTE_ADVICE),
    )


def _conflict(conflict: OpenConflict, speech: Speech) -> ConflictView:
    return ConflictView(
        label=label_at(Place(conflict.record_type, conflict.path, {}), speech),
        tablet=speech.tablet(conflict.device_id),
        entries=tuple(_entry(conflict, entry, speech) for entry in conflict.entries),
    )


def _entry(conflict: OpenConflict, entry: ConflictEntry, speech: Speech) -> EntryView:
    was, mine, current = (
        value_text(conflict.record_type, conflict.path, _readable(value), speech)
        for value in (entry.was, entry.mine, entry.current)
    )
    return EntryView(
        who=speech.person(entry.user_id),
        when=speech.instant(entry.at) if entry.at else "",
        reason=message(entry.reason, speech.language).removesuffix("."),
        was=was,
        mine=mine,
        current=current,
    )


def _readable(value: object) -> object:
    """A long value may stand as its hash alone; of that nothing can be shown."""
    return "…" if isinstance(value, dict) and set(value) == {"$h"} else value


def _held(change: HeldChange, speech: Speech) -> HeldView:
    kind = type_name(change.record_type, speech)
    name = _name_of(change, speech.names)
    return HeldView(
        title=f"{name} · {kind}" if name else kind,
        reason=message(change.reason, speech.language).removesuffix("."),
        advice=speech.say(HELD_ADVICE.get(change.reason, HELD_ADVICE[""])),
        who=speech.person(change.user_id),
        when=speech.instant(change.received_at),
        tablet=speech.tablet(change.device_id),
        scope=scope_text(change.scope, speech),
        problems=tuple(_problem(change, path, codes, speech) for path, codes in change.problems),
        sent=tuple(
            (_label(change, path, speech), value_text(change.record_type, path, value, speech))
            for path, value in sorted(change.values.items())
        ),
    )


def _problem(change: HeldChange, path: str, codes: tuple[str, ...], speech: Speech) -> ProblemView:
    value = change.values.get(path)
    return ProblemView(
        label=_label(change, path, speech) if path else speech.say(N_("Whole record")),
        text=" ".join(message(code, speech.language) for code in codes),
        value=value_text(change.record_type, path, value, speech) if value is not None else None,
    )


def _label(change: HeldChange, path: str, speech: Speech) -> str:
    return label_at(Place(change.record_type, path, change.values), speech)


def _name_of(change: HeldChange, names: Names) -> str | None:
    name = change.values.get("name")
    if isinstance(name, str):
        return name
    return names.establishments.get(str(change.values.get("establishment_id")))


# What can be done today: neither list is settled in the console itself.
DISPUTE_ADVICE = {
    "changed": N_(
        "The value in the record counts. If the other one is right, the team chooses it"
        " in the inbox of its tablet."
    ),
    "locked": N_(
        "The approved value counts. If the other one is right, a reviewer reopens the record;"
        " its team then enters it again and sends it."
    ),
    "deleted": N_("One side deleted the record while the other changed it: the record is kept."),
    "merged": N_(
        "The record was merged into another one. If the value is right, it is entered there, on a tablet."
    ),
}
_MEND = N_("The team mends these fields on the tablet and sends again; the entry then leaves this list.")
_TELL = N_("Tell the administrator. Nothing is lost: the change stays here as it was sent.")
HELD_ADVICE = {
    "": _TELL,
    "schema": _MEND,
    "rule": _MEND,
    "orphan": N_("It is applied by itself as soon as its record arrives from the tablet that made it."),
    "group": N_(
        "It was sent together with others that stand or fall with it;"
        " when the one that is at fault is mended, all are applied."
    ),
    "scope_not_granted": N_(
        "If this tablet is to work in that area, an administrator grants it with field178 grant;"
        " the change is then applied by itself."
    ),
    "user_unknown": N_(
        "The officer signs in on that tablet once, with a network; the change is then applied by itself."
    ),
}
