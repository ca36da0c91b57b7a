"""The officer of a page of returns: what is seen and entered, and the unit that is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import request

from field178_server.accounts.officers import OfficerContext
from field178_server.console.shell.policy import may
from field178_server.console.text.localize import Localizer
from field178_server.database.unit_of_work import Session
from field178_server.http.application_runtime import current_runtime
from field178_server.office.returns.queries import ReturnsAccess, access_to_returns
from field178_shared.errors import AppError, ErrorCode
from field178_shared.text.normalisation import by_label
from field178_shared.time.clock import local_date


@dataclass(frozen=True, slots=True)
class ReturnsReader:
    """Who reads: the access, the units by name, and the types that this officer enters."""

    access: ReturnsAccess
    units: Sequence[tuple[str, str]]
    types: tuple[str, ...]

    @property
    def is_agency(self) -> bool:
        """Whether the officer sends the returns of one agency."""
        return bool(self.access.agency_id)

    def chosen(self) -> str:
        """Return the unit of the address, else the first one; one that is not seen is not there."""
        wanted = request.args.get("unit", "")
        if wanted and wanted not in dict(self.units):
            raise AppError(ErrorCode.NOT_FOUND)
        return wanted or (self.units[0][0] if self.units else "")


def returns_reader(session: Session, officer: OfficerContext, localizer: Localizer) -> ReturnsReader:
    """Return what an officer may read and enter."""
    lists = localizer.lists
    access = access_to_returns(session, officer, lists, today_here())
    units = by_label((one, localizer.label(lists.units, one)) for one in access.units)
    types = access.types if may(officer.role, "console.returns.add", lists) else ()
    return ReturnsReader(access, units, types)


def today_here() -> date:
    """Return the day at hand in Việt Nam."""
    return local_date(current_runtime().clock.now())
