"""Source of a projection: the record and its context."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from field178_shared.records.reading import Data


class SourceRecord(Protocol):
    """The state of a record, as projections need it."""

    @property
    def record_id(self) -> str:
        """Its id."""
        ...

    @property
    def type(self) -> str:
        """Its type."""
        ...

    @property
    def scope(self) -> str:
        """Its scope."""
        ...

    @property
    def rev(self) -> int:
        """Its revision."""
        ...

    @property
    def deleted(self) -> bool:
        """Whether it was deleted."""
        ...

    @property
    def is_erased(self) -> bool:
        """Whether its content was removed for good."""
        ...

    @property
    def data(self) -> Data:
        """Its content."""
        ...


@dataclass(frozen=True, slots=True)
class ProjectedRecord:
    """A changed record, its review, and its author where this transaction made it.

    `before`: what it was projected from; None: the store had no such record. `names_same_files`: the rows of
    its files stay as they are. `companions`: the records about it, also those that are deleted.
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
        """Tell whether lists and figures know the record no longer."""
        return self.record.deleted or self.record.is_erased
