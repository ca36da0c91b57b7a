"""What is in dispute on records, in words: what stands, what was kept aside, by whom, and how to choose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from field178_server.queries.conflicts import Conflict, ConflictEntry, ConflictList, RecordConflicts
from field178_server.queries.record_page import StoredRecord
from field178_server.web.fields import Place, label_at, value_text
from field178_server.web.record_links import heading, record_link
from field178_server.web.speech import Speech
from field178_server.web.typed_values import Control, control_for, typed_text
from field178_shared.errors import message
from field178_shared.i18n import N_
from field178_shared.merge import equal, read_path

DELETED_PATH = "_deleted"
KEEP = "keep"
OTHER = "other"


@dataclass(frozen=True, slots=True)
class Signature:
    """Who offered a value, from which tablet, when, and what they had seen."""

    who: str
    tablet: str
    when: str
    was: str


@dataclass(frozen=True, slots=True)
class OptionView:
    """One value to choose: what it says and everyone who offered it."""

    key: str
    text: str
    signatures: tuple[Signature, ...]


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field in dispute: what stands, the other values, and the control for a value of one's own."""

    path: str
    label: str
    reasons: tuple[str, ...]
    stands: OptionView
    others: tuple[OptionView, ...]
    control: Control | None
    typed: str
    seen: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class DisputedRecord:
    """The fields in dispute of one record."""

    record_id: str
    title: str
    href: str | None
    fields: tuple[FieldView, ...]
    advice: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SettledView:
    """One disagreement that was settled: the values that were kept aside stay readable."""

    label: str
    when: str
    values: tuple[OptionView, ...]


@dataclass(frozen=True, slots=True)
class SettlingView:
    """The page that settles one record."""

    disputed: DisputedRecord
    rev: int
    is_locked: bool
    is_deleted: bool
    more: int
    settled: tuple[SettledView, ...]


def disputed_records(found: ConflictList, language: str) -> tuple[DisputedRecord, ...]:
    """Return the open conflicts in words, those of one record together."""
    speech = Speech(language, found.names)
    by_record: dict[str, list[Conflict]] = {}
    for conflict in found.conflicts:
        by_record.setdefault(conflict.record_id, []).append(conflict)
    return tuple(
        _disputed(found.records[record_id], found.titles.get(record_id), conflicts, speech)
        for record_id, conflicts in by_record.items()
    )


def settling_view(found: RecordConflicts, language: str) -> SettlingView:
    """Return the page of one record's conflicts."""
    speech = Speech(language, found.names)
    return SettlingView(
        disputed=_disputed(found.record, found.title, found.open, speech),
        rev=found.record.rev,
        is_locked=found.is_locked,
        is_deleted=found.record.deleted,
        more=found.open_count - len(found.open),
        settled=tuple(_settled(found.record, conflict, speech) for conflict in found.settled),
    )


def _disputed(
    record: StoredRecord, title: str | None, conflicts: Iterable[Conflict], speech: Speech
) -> DisputedRecord:
    by_path: dict[str, list[Conflict]] = {}
    for conflict in conflicts:
        by_path.setdefault(conflict.path, []).append(conflict)
    reasons = dict.fromkeys(
        entry.reason for found in by_path.values() for conflict in found for entry in conflict.entries
    )
    return DisputedRecord(
        record_id=record.record_id,
        title=heading(title, record.type, speech),
        # A deleted record has no page to open.
        href=None if record.deleted else record_link(record.type, record.record_id),
        fields=tuple(_field(record, path, found, speech) for path, found in by_path.items()),
        advice=tuple(speech.say(ADVICE[reason]) for reason in reasons if reason in ADVICE),
    )


def _field(record: StoredRecord, path: str, conflicts: list[Conflict], speech: Speech) -> FieldView:
    stands = record.deleted if path == DELETED_PATH else read_path(record.data, path)
    reasons = dict.fromkeys(entry.reason for conflict in conflicts for entry in conflict.entries)
    agreeing = tuple(
        _signature(conflict, entry, speech)
        for conflict in conflicts
        for entry in conflict.entries
        if equal(entry.mine, stands)
    )
    control = control_for(record.type, path, speech)
    return FieldView(
        path=path,
        label=label_at(Place(record.type, path, record.data), speech),
        reasons=tuple(message(reason, speech.language).removesuffix(".") for reason in reasons),
        stands=OptionView(KEEP, value_text(record.type, path, stands, speech), agreeing),
        others=_others(record.type, conflicts, stands, speech),
        control=control,
        typed=typed_text(control, stands) if control else "",
        seen=tuple((conflict.conflict_id, conflict.rev) for conflict in conflicts),
    )


def _others(
    record_type: str, conflicts: Iterable[Conflict], stands: object, speech: Speech
) -> tuple[OptionView, ...]:
    """Return each other value once, with everyone who offered it; an option is named by its first change."""
    offered: list[tuple[ConflictEntry, list[Signature]]] = []
    for conflict in conflicts:
        for entry in conflict.entries:
            if equal(entry.mine, stands):
                continue
            known = next((one for one in offered if equal(one[0].mine, entry.mine)), None)
            if known is None:
                known = (entry, [])
                offered.append(known)
            known[1].append(_signature(conflict, entry, speech))
    path = next((conflict.path for conflict in conflicts), "")
    return tuple(
        OptionView(entry.change_id, value_text(record_type, path, entry.mine, speech), tuple(signatures))
        for entry, signatures in offered
    )


def _signature(conflict: Conflict, entry: ConflictEntry, speech: Speech) -> Signature:
    return Signature(
        who=speech.person(entry.user_id),
        tablet=speech.tablet(conflict.device_id),
        when=speech.instant(entry.at) if entry.at else "",
        was=value_text(conflict.record_type, conflict.path, _readable(entry.was), speech),
    )


def _readable(value: object) -> object:
    """A long value may stand as its hash alone; of that nothing can be shown."""
    return "…" if isinstance(value, dict) and set(value) == {"$h"} else value


def _settled(record: StoredRecord, conflict: Conflict, speech: Speech) -> SettledView:
    return SettledView(
        label=label_at(Place(record.type, conflict.path, record.data), speech),
        when=speech.instant(conflict.changed_at),
        values=_others(record.type, [conflict], _NOTHING, speech),
    )


# No value of a record is equal to it.
_NOTHING: Mapping[str, str] = {"$nothing": ""}

# What helps whoever may read a disagreement here and not settle it.
ADVICE = {
    "changed": N_(
        "The value in the record counts. If the other one is right, the team chooses it"
        " in the inbox of its tablet."
    ),
    "locked": N_(
        "The approved value counts. If the other one is right, a reviewer takes it over here,"
        " or reopens the record."
    ),
    "deleted": N_("One side deleted the record while the other changed it: the record is kept."),
    "merged": N_(
        "The record was merged into another one. If the value is right, it is entered there, on a tablet."
    ),
}
