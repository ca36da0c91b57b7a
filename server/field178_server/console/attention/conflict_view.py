"""Conflicts of a record: stored value, other values with authors, control for a new value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from field178_server.console.attention.kind import ItemRow
from field178_server.console.shell.links import heading, record_link
from field178_server.console.text.field_labels import FieldContext, label_at, value_text
from field178_server.console.text.localize import Localizer
from field178_server.console.text.parse_values import Control, control_for, typed_text
from field178_server.office.conflicts.queries import (
    ConflictList,
    ConflictValue,
    FieldConflict,
    RecordConflicts,
)
from field178_server.records.find_record import StoredRecord
from field178_shared.errors import message
from field178_shared.merge import equal, read_path
from field178_shared.records.reading import day_of_act
from field178_shared.text.i18n import N_

DELETED_PATH = "_deleted"
KEEP = "keep"
OTHER = "other"


@dataclass(frozen=True, slots=True)
class Signature:
    """Author, tablet and time of an offered value, and the value the author had seen."""

    user_id: str | None
    device_id: str
    at: str | None
    was: str


@dataclass(frozen=True, slots=True)
class OptionView:
    """Value to choose as a text, with the authors of the changes."""

    key: str
    text: str
    signatures: tuple[Signature, ...]


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field in conflict: the present value, the other values, and the control for a new one."""

    path: str
    label: str
    reasons: tuple[str, ...]
    stored: OptionView
    others: tuple[OptionView, ...]
    control: Control | None
    typed: str
    seen: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class SettledView:
    """Resolved conflict with the values that were not chosen."""

    label: str
    settled_at: datetime
    values: tuple[OptionView, ...]


@dataclass(frozen=True, slots=True)
class ResolvingView:
    """The page that resolves the conflicts of one record."""

    title: str
    href: str | None
    row: ItemRow | None
    fields: tuple[FieldView, ...]
    advice: tuple[str, ...]
    rev: int
    is_locked: bool
    is_deleted: bool
    more: int
    settled: tuple[SettledView, ...]


def conflict_rows(listed: ConflictList, localizer: Localizer) -> dict[str, ItemRow]:
    """Return the rows of records in conflict, by record id."""
    by_record: dict[str, list[FieldConflict]] = {}
    for conflict in listed.conflicts:
        by_record.setdefault(conflict.record_id, []).append(conflict)
    return {
        record_id: _row(listed.records[record_id], listed.titles.get(record_id), conflicts, localizer)
        for record_id, conflicts in by_record.items()
    }


def resolving_view(conflicts: RecordConflicts, localizer: Localizer) -> ResolvingView:
    """Return the page that resolves the conflicts of a record."""
    record, is_open = conflicts.record, conflicts.open
    by_path: dict[str, list[FieldConflict]] = {}
    for conflict in is_open:
        by_path.setdefault(conflict.path, []).append(conflict)
    return ResolvingView(
        title=heading(conflicts.title, record.type, localizer),
        # A deleted record has no page to open.
        href=None if record.deleted else record_link(record.type, record.record_id),
        row=_row(record, conflicts.title, is_open, localizer) if is_open else None,
        fields=tuple(_field(record, path, fields, localizer) for path, fields in by_path.items()),
        advice=tuple(localizer.say(ADVICE[reason]) for reason in _reasons(is_open) if reason in ADVICE),
        rev=record.rev,
        is_locked=conflicts.is_locked,
        is_deleted=record.deleted,
        more=conflicts.open_count - len(is_open),
        settled=tuple(_settled(record, conflict, localizer) for conflict in conflicts.settled),
    )


def _row(
    record: StoredRecord, title: str | None, conflicts: Sequence[FieldConflict], localizer: Localizer
) -> ItemRow:
    fields = dict.fromkeys(
        label_at(FieldContext(record.type, conflict.path, record.data), localizer) for conflict in conflicts
    )
    return ItemRow(
        record.type,
        record.scope,
        tuple(dict.fromkeys(conflict.device_id for conflict in conflicts)),
        max(conflict.changed_at for conflict in conflicts),
        name=title or "",
        why=", ".join(_reason_text(reason, localizer) for reason in _reasons(conflicts)),
        more=", ".join(fields),
    )


def _reasons(conflicts: Iterable[FieldConflict]) -> list[str]:
    return list(dict.fromkeys(entry.reason for conflict in conflicts for entry in conflict.entries))


def _reason_text(reason: str, localizer: Localizer) -> str:
    return message(reason, localizer.language).removesuffix(".")


def _field(
    record: StoredRecord, path: str, conflicts: list[FieldConflict], localizer: Localizer
) -> FieldView:
    stored = record.deleted if path == DELETED_PATH else read_path(record.data, path)
    agreeing = tuple(
        _signature(conflict, entry, localizer)
        for conflict in conflicts
        for entry in conflict.entries
        if equal(entry.mine, stored)
    )
    control = control_for(record.type, path, localizer, day_of_act(record.data))
    return FieldView(
        path=path,
        label=label_at(FieldContext(record.type, path, record.data), localizer),
        reasons=tuple(_reason_text(reason, localizer) for reason in _reasons(conflicts)),
        stored=OptionView(KEEP, value_text(record.type, path, stored, localizer), agreeing),
        others=_others(record.type, conflicts, stored, localizer),
        control=control,
        typed=typed_text(control, stored) if control else "",
        seen=tuple((conflict.conflict_id, conflict.rev) for conflict in conflicts),
    )


def _others(
    record_type: str, conflicts: Iterable[FieldConflict], stored: object, localizer: Localizer
) -> tuple[OptionView, ...]:
    """Return each other value once, with the authors of its changes; its key is its first change."""
    offered: list[tuple[ConflictValue, list[Signature]]] = []
    for conflict in conflicts:
        for entry in conflict.entries:
            if equal(entry.mine, stored):
                continue
            option = next((option for option in offered if equal(option[0].mine, entry.mine)), None)
            if option is None:
                option = (entry, [])
                offered.append(option)
            option[1].append(_signature(conflict, entry, localizer))
    path = next((conflict.path for conflict in conflicts), "")
    return tuple(
        OptionView(entry.change_id, value_text(record_type, path, entry.mine, localizer), tuple(signatures))
        for entry, signatures in offered
    )


def _signature(conflict: FieldConflict, entry: ConflictValue, localizer: Localizer) -> Signature:
    was = value_text(conflict.record_type, conflict.path, _readable(entry.was), localizer)
    return Signature(entry.user_id, conflict.device_id, entry.at, was)


def _readable(value: object) -> object:
    """Return a value to show: the conflict may store the hash of a long value only."""
    return "…" if isinstance(value, dict) and set(value) == {"$h"} else value


def _settled(record: StoredRecord, conflict: FieldConflict, localizer: Localizer) -> SettledView:
    return SettledView(
        label=label_at(FieldContext(record.type, conflict.path, record.data), localizer),
        settled_at=conflict.changed_at,
        values=_others(record.type, [conflict], _NOTHING, localizer),
    )


# A key that differs from each value of a record.
_NOTHING: Mapping[str, str] = {"$nothing": ""}

# Advice to officers who may read a conflict but not resolve it.
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
