"""Recovered records: content, and its differences from the stored record."""

from __future__ import annotations

from dataclasses import dataclass

from field178_server.console.attention.kind import ItemRow
from field178_server.console.records.field_rows import RowMaker, SectionView
from field178_server.console.records.record_view import DifferenceView, difference_views, sections_of
from field178_server.console.shell.links import heading, name_in, record_link
from field178_server.console.text.field_labels import FieldContext, label_at, value_text
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
    """Content of a recovered record: in sections if it is valid by its schema, else value by value.

    `stored_rev`: revision of the stored record, 0 without one.
    """

    title: str
    stored: StateLabel
    rejection: str
    stored_rev: int
    stored_href: str | None
    changes: tuple[DifferenceView, ...]
    sections: tuple[SectionView, ...]
    values: tuple[tuple[str, str], ...]


def recovery_row(copy: DivergentRecordItem, localizer: Localizer) -> ItemRow:
    """Return a recovered record as a row of the list."""
    record = copy.record
    return ItemRow(
        record.type,
        record.scope,
        copy.devices,
        copy.received_at,
        name=name_in(record.data, localizer) or "",
        why=rejection_text(copy.rejection, localizer) or _stored_state(copy, localizer).text,
        more="" if copy.is_sound else localizer.say(N_("Content may be damaged")),
    )


def recovery_detail(divergent: DivergentRecordPage, localizer: Localizer) -> RecoveryDetail:
    """Return the page of a recovered record."""
    copy = divergent.item
    record, stored = copy.record, copy.stored
    is_valid = record.type in schemas.TYPES and not schemas.validate(record.type, record.data)
    sections = sections_of(RowMaker(_as_page(divergent), localizer)) if is_valid else ()
    return RecoveryDetail(
        title=heading(name_in(record.data, localizer), record.type, localizer),
        stored=_stored_state(copy, localizer),
        rejection=rejection_text(copy.rejection, localizer),
        stored_rev=stored.rev if stored else 0,
        stored_href=record_link(stored.type, stored.record_id) if stored and not stored.deleted else None,
        changes=difference_views(record, divergent.changed, localizer),
        sections=sections,
        values=() if sections else _values(copy, localizer),
    )


def _as_page(divergent: DivergentRecordPage) -> RecordPage:
    """Return the content in the form of a record page, without history, review and open items."""
    return RecordPage(
        record=divergent.item.record,
        history=RecordHistory((), is_complete=True),
        review=None,
        changed=divergent.changed,
        establishment=divergent.establishment,
        previous=None,
        open_conflicts=0,
        open_quarantine=0,
        names=divergent.names,
    )


def _values(copy: DivergentRecordItem, localizer: Localizer) -> tuple[tuple[str, str], ...]:
    type_, data = copy.record.type, copy.record.data
    return tuple(
        (label_at(FieldContext(type_, key, data), localizer), value_text(type_, key, data[key], localizer))
        for key in sorted(data)
    )


def _stored_state(copy: DivergentRecordItem, localizer: Localizer) -> StateLabel:
    stored = copy.stored
    if stored is None:
        return StateLabel(localizer.say(N_("Not on the server")), "warn", "alert")
    if ERASED_AT in stored.data:
        return StateLabel(localizer.say(N_("Removed for good on the server")), "bad", "privacy")
    if MERGED_INTO in stored.data:
        return StateLabel(localizer.say(N_("Merged on the server")), "warn", "establishment")
    if stored.deleted:
        return StateLabel(localizer.say(N_("Deleted on the server")), "warn", "void")
    return StateLabel(localizer.say(N_("Another content on the server")), "primary", "history")
