"""Agencies with validity dates, and the rights of each role."""

from dataclasses import dataclass, field
from datetime import date

from field178_shared.codelists.labels import Labelled
from field178_shared.codelists.rows import CodeListError, ListFileRow
from field178_shared.formulas.sources import SOURCES, ValueType
from field178_shared.record_type import RecordType

# Numbers of the monthly return of an agency.
RETURN_NUMBERS = tuple(
    name for name, field in SOURCES["agency_return"].fields.items() if field.kind is ValueType.NUMBER
)
# Record types that an agency enters whole.
WHOLE_RETURNS = (
    RecordType.HARM_REDUCTION_RETURN,
    RecordType.INFORMATION_CORRECTION,
    RecordType.SUPERVISION,
    RecordType.PILOT_MODEL,
    RecordType.COMMENDATION,
    RecordType.BUDGET_LINE,
)


def _read_returns(row: ListFileRow) -> tuple[str, ...]:
    words = row.texts("returns")
    for word in words:
        if word not in (*RETURN_NUMBERS, *WHOLE_RETURNS):
            raise CodeListError(f"{row.where}.returns: {word}", "returns")
    return words


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency(Labelled):
    """An agency; its dates record when it was the focal agency of its sector.

    `returns`: numbers that the agency sends every month, and record types that it enters. `under`: ids of its
    superior agencies in the order of time; papers print the superior of their day.
    """

    level: str
    in_team: bool
    focal: bool
    focal_from: date | None
    reports: str | None
    returns: tuple[str, ...] = field(metadata={"read": _read_returns})
    under: tuple[str, ...]
    source: str
    confidence: str

    @property
    def return_numbers(self) -> tuple[str, ...]:
        """The numbers of its monthly return, in their order."""
        return tuple(number for number in RETURN_NUMBERS if number in self.returns)

    def is_focal_on(self, day: date) -> bool:
        """Return whether the agency leads the sector, and with it the inspection teams, on the local date."""
        took_over = self.focal_from is None or self.focal_from <= day
        return self.focal and took_over and self.valid_on(day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Role(Labelled):
    """Role of the product, with its rights and their scope."""

    scope: str
    can: frozenset[str]
    cannot: frozenset[str]

    @property
    def rights(self) -> frozenset[str]:
        """Rights of the role: granted rights without the denied ones."""
        return self.can - self.cannot
