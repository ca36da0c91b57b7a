"""The officer of a page of communes: the units that are seen, and the one that is chosen."""

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
from field178_server.office.commune.queries import units_of
from field178_server.records.access import AccessFilter, access_to_communes
from field178_shared.errors import AppError, ErrorCode
from field178_shared.text.normalisation import by_label
from field178_shared.time.clock import local_date


@dataclass(frozen=True, slots=True)
class CommuneReader:
    """Who reads: the access to entries, the units by name, and whether this role enters."""

    access: AccessFilter
    units: Sequence[tuple[str, str]]
    may_enter: bool

    def chosen(self) -> str:
        """Return the unit of the address, else the first one; one that is not seen is not there."""
        wanted = request.args.get("unit", "")
        if wanted and wanted not in dict(self.units):
            raise AppError(ErrorCode.NOT_FOUND)
        return wanted or (self.units[0][0] if self.units else "")


def reader_of(session: Session, officer: OfficerContext, localizer: Localizer) -> CommuneReader:
    """Return what an officer may read and enter."""
    access, lists = access_to_communes(officer.role, officer.scopes), localizer.lists
    units = units_of(session, officer.tenant_id, access, lists, today())
    may_enter = may(officer.role, "console.commune.add", lists)
    return CommuneReader(
        access, by_label((one, localizer.label(lists.units, one)) for one in units), may_enter
    )


def today() -> date:
    """Return the day at hand in Việt Nam."""
    return local_date(current_runtime().clock.now())
