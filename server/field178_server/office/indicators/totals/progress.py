"""Progress of the totals in percent, for pages without figures."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from field178_server.database.models import EstablishmentProjection
from field178_server.office.indicators.totals.basis import current_basis
from field178_server.office.indicators.totals.stored import COUNTED, progress_of_counts
from field178_shared.codelists import CodeLists

_ALL = 100
_YEARS = 2


def share_counted(session: Session, tenant_id: str, lists: CodeLists) -> int:
    """Return the counted percentage of the totals: changes, and establishments of the kept periods.

    At most 99, because figures are available only after the last step.
    """
    progress = progress_of_counts(session, tenant_id)
    if progress.basis != current_basis(lists):
        return 0
    left = sum(seq - (counted or 0) for _, seq, _, counted, _ in progress.scopes)
    total = sum(seq for _, seq, *_ in progress.scopes)
    places = _count_places(session, tenant_id)
    periods = max(_YEARS, len(progress.periods))
    reached = sum(
        places if row.state == COUNTED else _count_places(session, tenant_id, row.reached)
        for row in progress.periods.values()
    )
    total += periods * places
    left += periods * places - reached
    return min(_ALL - 1, _ALL * (total - left) // total) if total else 0


def _count_places(session: Session, tenant_id: str, last: str | None = None) -> int:
    query = select(func.count()).where(EstablishmentProjection.tenant_id == tenant_id)
    if last is not None:
        query = query.where(EstablishmentProjection.record_id <= last)
    return session.scalar(query) or 0
