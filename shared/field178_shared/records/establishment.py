"""An establishment of the register."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Self

from field178_shared.records.reading import Data, count_of, ids_of, read_as, text_of

if TYPE_CHECKING:
    # The tablet's first frame reads no lists.
    from field178_shared.codelists import CodeLists

# Status of establishments that no longer exist; temporarily closed ones still do.
ENDED = frozenset({"closed", "not_found"})


@dataclass(frozen=True, slots=True)
class Point:
    """A point in 1e-7 degrees."""

    lat: int
    lon: int


@dataclass(frozen=True, slots=True)
class EstablishmentCertificate:
    """A paper of the establishment."""

    number: str
    issued_on: date | None
    expires_on: date | None
    status: str

    def status_on(self, day: date) -> str:
        """Return the status of the certificate on a day according to its last day, or ""."""
        if self.expires_on is None or self.status not in ("valid", "expired"):
            return self.status
        if self.expires_on < day:
            return "expired"
        return "valid" if self.status == "valid" else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Establishment:
    """An establishment in inspection scope and its papers."""

    name: str
    establishment_type_id: str
    unit_id: str
    village: str
    address_line: str
    point: Point | None
    registration_form_id: str
    registration_number: str
    operating_status_id: str
    opening_hours: str
    certificates: Mapping[str, EstablishmentCertificate]
    inspection_priority_id: str

    @classmethod
    def from_data(cls, data: Data) -> Self:
        """Read a record's data; missing values are empty."""
        return read_as(cls, data, point=_point_of(data))


def unit_on(data: Data, day: date, lists: CodeLists) -> str:
    """Return the unit version of an establishment on a day; reforms change it."""
    former = (unit_id for unit_id in ids_of(data, "former_unit_ids") if lists.unit_valid_on(unit_id, day))
    return next(former, text_of(data, "unit_id"))


def values_of_move(data: Data, unit_id: str, lists: CodeLists) -> dict[str, object]:
    """Return the values of an establishment moved to a unit; a predecessor by reform stays recorded."""
    present = text_of(data, "unit_id")
    values: dict[str, object] = {"unit_id": unit_id}
    if any(step.target == unit_id for step in lists.successors(present)):
        values["former_unit_ids"] = [*ids_of(data, "former_unit_ids"), present]
    return values


def _point_of(data: Data) -> Point | None:
    lat, lon = count_of(data, "lat"), count_of(data, "lon")
    return None if lat is None or lon is None else Point(lat, lon)
