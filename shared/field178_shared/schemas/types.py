"""The record types: scope, writers, and accepted versions of their data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

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
class RecordType:
    """One type of record (docs/sync-protocol.md §11).

    `scope_kind` is unit, team, ref, office or system (the scope of the record it concerns); `versions`
    the oldest and the youngest data version taken; `office_paths` are written by the office alone.
    """

    name: str
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
_PRIORITY = ("inspection_priority_id", "inspection_priority_reason", *_MERGED)

TYPES: Mapping[str, RecordType] = MappingProxyType(
    {
        each.name: each
        for each in (
            RecordType("establishment", "unit", office_paths=_PRIORITY),
            RecordType("inspection", "team", office_paths=_MERGED),
            RecordType("outreach_session", "unit", office_paths=_MERGED),
            RecordType("worker_census", "unit"),
            RecordType("media_post", "unit"),
            RecordType("commune_plan", "unit", creators=_OFFICE, editors=_OFFICE),
            RecordType("risk_group_count", "unit", creators=_OFFICE, editors=_OFFICE),
            RecordType("team", "team", creators=_OFFICE, editors=_OFFICE),
            RecordType("number_block", "team", creators=_SERVER, editors=_SERVER),
            RecordType("indicator_figures", "team", creators=_SERVER, editors=_SERVER),
            RecordType("person", "ref", creators=_OFFICE, editors=_OFFICE),
            RecordType("list_pack", "ref", creators=_OFFICE, editors=_OFFICE),
            RecordType("list_rows", "ref", creators=_OFFICE, editors=_OFFICE),
            RecordType("inspection_plan", "office", creators=_OFFICE, editors=_OFFICE),
            RecordType("report", "office", creators=_OFFICE, editors=_OFFICE),
            RecordType("report_submission", "office", creators=_OFFICE, editors=_OFFICE),
            *(
                RecordType(name, "office", creators=_OFFICE, editors=_OFFICE)
                for name in (
                    "agency_return",
                    "harm_reduction_return",
                    "pilot_model",
                    "commendation",
                    "budget_line",
                    "denominator",
                    "information_correction",
                    "supervision",
                )
            ),
            RecordType("plan_item", "team", creators=_OFFICE, editors=_OFFICE),
            RecordType("review", SYSTEM, creators=_OFFICE, editors=_OFFICE),
            # Written once: answers are never changed.
            RecordType("comment_answer", SYSTEM, creators=_TABLET, editors=()),
            RecordType("sanction_decision", SYSTEM, creators=_OFFICE, editors=_OFFICE),
            RecordType("payment", SYSTEM, creators=_OFFICE, editors=_OFFICE),
            RecordType("measure_execution", SYSTEM, creators=_OFFICE, editors=_OFFICE),
            RecordType("follow_up_closure", SYSTEM, creators=_OFFICE, editors=_OFFICE),
            RecordType("conflict", SYSTEM, creators=_SERVER, editors=_SERVER),
        )
    }
)
