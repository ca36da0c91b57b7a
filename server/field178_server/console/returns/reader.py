"""Reader of a page of returns: access and types of the officer, and the chosen unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request
from sqlalchemy.orm import Session

from field178_server.console.shell.page import Page
from field178_server.office.returns.queries import ReturnsAccess, access_to_returns
from field178_shared.errors import AppError, ErrorCode
from field178_shared.text.normalisation import by_label


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
        """Return the unit of the address, else the first; raises AppError(not_found) for an unseen one."""
        unit_id = request.args.get("unit", "")
        if unit_id and unit_id not in dict(self.units):
            raise AppError(ErrorCode.NOT_FOUND)
        return unit_id or (self.units[0][0] if self.units else "")


def returns_reader(session: Session, page: Page) -> ReturnsReader:
    """Return the reader of a page of returns."""
    access = access_to_returns(session, page.officer, page.lists, page.today)
    units = by_label((unit_id, page.localizer.label(page.lists.units, unit_id)) for unit_id in access.units)
    types = access.types if page.may("console.returns.add") else ()
    return ReturnsReader(access, units, types)
