"""Units that an office works in: those of its register, and those that its accounts name."""

from __future__ import annotations

from datetime import date

from sqlalchemy import false, select, true
from sqlalchemy.orm import Session

from field178_server.database.models import EstablishmentProjection, OfficerScope
from field178_shared.codelists import CodeLists
from field178_shared.indicators.areas import area_on

_UNIT = "unit:"


def units_of_office(session: Session, tenant_id: str, lists: CodeLists, day: date) -> list[str]:
    """Return the units of the register and of accounts: an office has an area before its register is filled.

    A unit of an account that became another one counts as that one; entries of the register wait in theirs.
    """
    of_register = select(EstablishmentProjection.unit_id, true()).where(
        EstablishmentProjection.tenant_id == tenant_id
    )
    of_accounts = select(OfficerScope.scope, false()).where(
        OfficerScope.tenant_id == tenant_id, OfficerScope.scope.startswith(_UNIT)
    )
    found = session.execute(of_register.distinct().union(of_accounts)).all()
    named = area_on(lists, (key.removeprefix(_UNIT) for key, is_entered in found if not is_entered), day)
    return sorted({key for key, is_entered in found if is_entered} | {one.unit_id for one in named.communes})
