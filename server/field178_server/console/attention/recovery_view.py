"""Recovered records in words: their content, and the stored record instead."""

from __future__ import annotations

from dataclasses import dataclass

from field178_server.console.attention.kind import ItemRow
from field178_server.console.records.field_rows import RowMaker, SectionView
from field178_server.console.records.record_view import DifferenceView, difference_views, sections_of
from field178_server.console.shell.links import heading, name_in, record_link, scope_text
from field178_server.console.text.field_labels import FieldContext, label_at, type_name, value_text
from field178_server.console.text.localize import Localizer
from field178_server.console.text.state_labels import StateLabel, rejection_text
from field178_server.office.recovery.queries import DivergentRecordItem, DivergentRecordPage
from field178_server.office.reviews.record import RecordPage
from field178_server.records.history import RecordHistory
from field178_shared import schemas
from field178_shared.text.i18n import N_
from field178_shared.wire.protocol import ERASED_AT, MERGED_INTO


@dataclass(frozen=True, slots=True)
class RecoveryDetail:
    """One content: in sections where it keeps the schema of its type, else value by value.

    `stored_rev` is the revision in the store, 0 for none.
    """

    title: str
    tablets: str
    when: str
    scope: str
    stored: StateLabel
    is_deleted: bool
    is_sound: bool
    rejection: str
    stored_rev: int
    stored_href: str | None
    changes: tuple[DifferenceView, ...]
    sections: tuple[SectionView, ...]
    values: tuple[tuple[str, str], ...]


def recovery_row(one: DivergentRecordItem, localizer: Localizer) -> ItemRow:
    """Return one content as a row of the list."""
    return ItemRow(
        name=name_in(one.record.data, localizer) or "",
        type_name=type_name(one.record.type, localizer),
        why=rejection_text(one.rejection, localizer) or _stored_state(one, localizer).text,
        more="" if one.is_sound else localizer.say(N_("Content may be damaged")),
        tablet=_tablets(one, localizer),
        scope=scope_text(one.record.scope, localizer),
        when=localizer.instant(one.received_at),
    )


def recovery_detail(found: DivergentRecordPage, localizer: Localizer) -> RecoveryDetail:
    """Return the page of one content."""
    one = found.item
    record, stored = one.record, one.stored
    is_whole = record.type in schemas.TYPES and not schemas.validate(record.type, record.data)
    sections = sections_of(RowMaker(_as_page(found), localizer)) if is_whole else ()
    return RecoveryDetail(
        title=heading(name_in(record.data, localizer), record.type, localizer),
        tablets=_tablets(one, localizer),
        when=localizer.instant(one.received_at),
        scope=scope_text(record.scope, localizer),
        stored=_stored_state(one, localizer),
        is_deleted=record.deleted,
        is_sound=one.is_sound,
        rejection=rejection_text(one.rejection, localizer),
        stored_rev=stored.rev if stored else 0,
        stored_href=record_link(stored.type, stored.record_id) if stored and not stored.deleted else None,
        changes=difference_views(record, found.changed, localizer),
        sections=sections,
        values=() if sections else _values(one, localizer),
    )


def _tablets(one: DivergentRecordItem, localizer: Localizer) -> str:
    return ", ".join(localizer.tablet(device_id) for device_id in one.devices)


def _as_page(found: DivergentRecordPage) -> RecordPage:
    """Return a record as its own page would have it, without what only the store tells."""
    return RecordPage(
        record=found.item.record,
        history=RecordHistory((), is_complete=True),
        review=None,
        changed=found.changed,
        establishment=found.establishment,
        previous=None,
        open_conflicts=0,
        open_quarantine=0,
        names=found.names,
    )


def _values(one: DivergentRecordItem, localizer: Localizer) -> tuple[tuple[str, str], ...]:
    type_, data = one.record.type, one.record.data
    return tuple(
        (label_at(FieldContext(type_, key, data), localizer), value_text(type_, key, data[key], localizer))
        for key in sorted(data)
    )


def _stored_state(one: DivergentRecordItem, localizer: Localizer) -> StateLabel:
    stored = one.stored
    if stored is None:
        return StateLabel(localizer.say(N_("Not on the server")), "warn", "alert")
    if ERASED_AT in stored.data:
        return StateLabel(localizer.say(N_("Removed for good on the server")), "bad", "privacy")
    if MERGED_INTO in stored.data:
        return StateLabel(localizer.say(N_("Merged on the server")), "warn", "establishment")
    if stored.deleted:
        return StateLabel(localizer.say(N_("Deleted on the server")), "warn", "void")
    return StateLabel(localizer.say(N_("Another content on the server")), "primary", "history")
