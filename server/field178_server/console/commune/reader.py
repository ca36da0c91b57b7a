"""The officer of a page of communes: the units that are seen, and the one that is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request
from sqlalchemy.orm import Session

from field178_server.console.shell.page import Page
from field178_server.office.commune.queries import units_of
from field178_server.records.access import AccessFilter, access_to_communes
from field178_shared.errors import AppError, ErrorCode
from field178_shared.text.normalisation import by_label


@dataclass(frozen=True, slots=True)
class CommuneReader:
    """Who reads: the access to entries, the units by name, and whether this role enters."""

    access: AccessFilter
    units: Sequence[tuple[str, str]]
    may_enter: bool

    def chosen(self) -> str:
        """Return the unit of the address, else the first; raises AppError(not_found) for an unseen one."""
        unit_id = request.args.get("unit", "")
        if unit_id and unit_id not in dict(self.units):
            raise AppError(ErrorCode.NOT_FOUND)
        return unit_id or (self.units[0][0] if self.units else "")


def commune_access(page: Page) -> AccessFilter:
    """Return the communes with entries that the officer may read."""
    return access_to_communes(page.officer.role, page.officer.scopes)


def commune_reader(session: Session, page: Page) -> CommuneReader:
    """Return the units and types that the officer may read and enter."""
    access = commune_access(page)
    units = units_of(session, page.tenant_id, access, page.lists, page.today)
    named = by_label((unit_id, page.localizer.label(page.lists.units, unit_id)) for unit_id in units)
    return CommuneReader(access, named, page.may("console.commune.add"))
