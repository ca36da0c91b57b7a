"""Source of a projection: a changed record with its review, companions and former state."""

from __future__ import annotations

from typing import Protocol

from field178_shared.immutable import immutable
from field178_shared.records.reading import Data
from field178_shared.records.value import Value


class SourceRecord(Protocol):
    """Port: the state of a record that projections read."""

    @property
    def record_id(self) -> str:
        """The record's id."""
        ...

    @property
    def type(self) -> str:
        """The record's type."""
        ...

    @property
    def scope(self) -> str:
        """The record's scope."""
        ...

    @property
    def rev(self) -> int:
        """The record's revision."""
        ...

    @property
    def deleted(self) -> bool:
        """Return whether the record was deleted."""
        ...

    @property
    def is_erased(self) -> bool:
        """Return whether the record was erased."""
        ...

    @property
    def data(self) -> Data:
        """The record's content."""
        ...

    @property
    def value(self) -> Value:
        """The record's content as attributes of its declared type."""
        ...


@immutable(slots=True)
class ProjectedRecord:
    """A changed record with its review, and its author if this transaction created its revision.

    `before`: its state before the transaction, None for a new record. `names_same_files`: its file references
    are unchanged. `companions`: the records about it, including deleted ones.
    """

    record: SourceRecord
    review: SourceRecord | None
    reviewed_now: bool
    user_id: str | None
    device_id: str | None
    before: ProjectedRecord | None = None
    names_same_files: bool = False
    companions: tuple[SourceRecord, ...] = ()

    @property
    def is_gone(self) -> bool:
        """Return whether the record is deleted or erased, so that it has no rows."""
        return self.record.deleted or self.record.is_erased
