"""Query of the units of an office: those of its register, and those in the scopes of its accounts."""

from __future__ import annotations

from datetime import date

from sqlalchemy import false, select, true
from sqlalchemy.orm import Session

from field178_server.database.models import EstablishmentProjection, OfficerScope
from field178_shared.codelists import CodeLists
from field178_shared.indicators.areas import area_on

_UNIT = "unit:"


def units_of_office(session: Session, tenant_id: str, lists: CodeLists, day: date) -> list[str]:
    """Return the units of the register and of accounts, so that an office without a register has an area.

    A unit of an account is replaced by its successors; a unit of the register is returned unchanged.
    """
    of_register = select(EstablishmentProjection.unit_id, true()).where(
        EstablishmentProjection.tenant_id == tenant_id
    )
    of_accounts = select(OfficerScope.scope, false()).where(
        OfficerScope.tenant_id == tenant_id, OfficerScope.scope.startswith(_UNIT)
    )
    units = session.execute(of_register.distinct().union(of_accounts)).all()
    named = area_on(lists, (key.removeprefix(_UNIT) for key, is_entered in units if not is_entered), day)
    return sorted(
        {key for key, is_entered in units if is_entered} | {commune.unit_id for commune in named.communes}
    )
