"""The record types: scope, writers, and accepted versions of their data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from field178_shared.record_type import RecordType
from field178_shared.wire.protocol import REDUCED

if TYPE_CHECKING:
    from field178_shared.schemas.declared import RecordSchema

# Scope kind of a companion record: same scope as its subject.
SYSTEM = "system"


class Side(StrEnum):
    """Writer of a record type: tablet, office or server."""

    TABLET = "tablet"
    OFFICE = "office"
    SERVER = "server"


@dataclass(frozen=True, slots=True)
class RecordTypeRules:
    """One type of record (docs/sync-protocol.md §11).

    `scope_kind` is unit, team, ref, office or system (the scope of the record it concerns); `versions`
    the oldest and the youngest data version taken; `office_paths` are written by the office alone.
    """

    name: RecordType
    scope_kind: str
    versions: tuple[int, int] = (1, 1)
    office_paths: tuple[str, ...] = ()
    creators: tuple[Side, ...] = (Side.TABLET, Side.OFFICE)
    editors: tuple[Side, ...] = (Side.TABLET, Side.OFFICE)

    @property
    def schema(self) -> RecordSchema:
        """The declared schema, built at its first use: a tablet's start does not pay for it."""
        from field178_shared.schemas.catalogue import SCHEMAS

        return SCHEMAS[self.name]

    def takes(self, version: int) -> bool:
        """Return whether data of this version is accepted."""
        return self.versions[0] <= version <= self.versions[1]


_TABLET = (Side.TABLET,)
_OFFICE = (Side.OFFICE,)
_SERVER = (Side.SERVER,)
# Set only by a merge, which is evaluated as a whole; the office can undo it.
_MERGED = ("merged_into",)
_FILED = (*_MERGED, REDUCED)
_PRIORITY = ("inspection_priority_id", "inspection_priority_reason", *_MERGED)

TYPES: Mapping[str, RecordTypeRules] = MappingProxyType(
    {
        each.name: each
        for each in (
            RecordTypeRules(RecordType.ESTABLISHMENT, "unit", office_paths=_PRIORITY),
            RecordTypeRules(RecordType.INSPECTION, "team", office_paths=_FILED),
            RecordTypeRules(RecordType.OUTREACH_SESSION, "unit", office_paths=_FILED),
            RecordTypeRules(RecordType.WORKER_CENSUS, "unit"),
            RecordTypeRules(RecordType.MEDIA_POST, "unit"),
            RecordTypeRules(RecordType.COMMUNE_PLAN, "unit", creators=_OFFICE, editors=_OFFICE),
            RecordTypeRules(RecordType.RISK_GROUP_COUNT, "unit", creators=_OFFICE, editors=_OFFICE),
            RecordTypeRules(RecordType.TEAM, "team", creators=_OFFICE, editors=_OFFICE),
            RecordTypeRules(RecordType.NUMBER_BLOCK, "team", creators=_SERVER, editors=_SERVER),
            RecordTypeRules(RecordType.INDICATOR_FIGURES, "team", creators=_SERVER, editors=_SERVER),
            RecordTypeRules(RecordType.PERSON, "ref", creators=_OFFICE, editors=_OFFICE),
            RecordTypeRules(RecordType.LIST_PACK, "ref", creators=_OFFICE, editors=_OFFICE),
            RecordTypeRules(RecordType.LIST_ROWS, "ref", creators=_OFFICE, editors=_OFFICE),
            RecordTypeRules(RecordType.INSPECTION_PLAN, "office", creators=_OFFICE, editors=_OFFICE),
            RecordTypeRules(RecordType.REPORT, "office", creators=_OFFICE, editors=_OFFICE),
            RecordTypeRules(RecordType.REPORT_SUBMISSION, "office", creators=_OFFICE, editors=_OFFICE),
            *(
                RecordTypeRules(name, "office", creators=_OFFICE, editors=_OFFICE)
                for name in (
                    RecordType.AGENCY_RETURN,
                    RecordType.HARM_REDUCTION_RETURN,
                    RecordType.PILOT_MODEL,
                    RecordType.COMMENDATION,
                    RecordType.BUDGET_LINE,
                    RecordType.DENOMINATOR,
                    RecordType.INFORMATION_CORRECTION,
                    RecordType.SUPERVISION,
                )
            ),
            RecordTypeRules(RecordType.PLAN_ITEM, "team", creators=_OFFICE, editors=_OFFICE),
            RecordTypeRules(RecordType.REVIEW, SYSTEM, creators=_OFFICE, editors=_OFFICE),
            # Written once: answers are never changed.
            RecordTypeRules(RecordType.COMMENT_ANSWER, SYSTEM, creators=_TABLET, editors=()),
            RecordTypeRules(RecordType.SANCTION_DECISION, SYSTEM, creators=_OFFICE, editors=_OFFICE),
            RecordTypeRules(RecordType.PAYMENT, SYSTEM, creators=_OFFICE, editors=_OFFICE),
            RecordTypeRules(RecordType.MEASURE_EXECUTION, SYSTEM, creators=_OFFICE, editors=_OFFICE),
            RecordTypeRules(RecordType.FOLLOW_UP_CLOSURE, SYSTEM, creators=_OFFICE, editors=_OFFICE),
            RecordTypeRules(RecordType.CONFLICT, SYSTEM, creators=_SERVER, editors=_SERVER),
        )
    }
)
