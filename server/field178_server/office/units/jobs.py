"""Job that moves all establishments of an ended unit to its successor."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from field178_server.accounts import officers
from field178_server.database.models import EstablishmentProjection
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.jobs.run import JobRun
from field178_server.office.units.operations import Announce, entries_of, reassign
from field178_server.office.units.queries import heir_of
from field178_server.records.access import access_of
from field178_shared.errors import AppError, ErrorCode

UNIT_MOVE = "unit_move"
UNIT_ID = "unit_id"
RIGHT = "edit_register"
# Establishments in one transaction: a push waits for one transaction at most.
STEP = 200


def move_with(announce: Announce) -> Callable[[JobRun], None]:
    """Return the job. `announce`: announces the move, so that tablets' mass deletion guards permit it."""

    def work(run: JobRun) -> None:
        unit_id = run.arguments[UNIT_ID]
        heir = heir_of(run.context.lists, unit_id)
        if heir is None:
            raise AppError(ErrorCode.NOT_FOUND, unit=unit_id)
        with snapshot(run.runtime.engine) as session:
            asker = officers.asker_of(
                session, run.runtime.tenant_id, str(run.context.actor.id), RIGHT, run.context.lists
            )
            access = access_of(asker.role, asker.scopes)
            total = _count(session, run, unit_id)
        moved = 0

        def step(session: Session) -> tuple[int, bool]:
            ids = entries_of(session, run.runtime.tenant_id, access, unit_id, STEP)
            count = reassign(session, run.context, access, unit_id, dict.fromkeys(ids, heir), announce)
            is_last = len(ids) < STEP or not count
            if is_last:
                run.conclude(session, {"moved": moved + count})
            return count, is_last

        is_last = False
        while not is_last:
            run.progress(moved, total)
            count, is_last = run_write(run.runtime.engine, step)
            moved += count

    return work


def _count(session: Session, run: JobRun, unit_id: str) -> int:
    query = (
        select(func.count())
        .select_from(EstablishmentProjection)
        .where(
            EstablishmentProjection.tenant_id == run.runtime.tenant_id,
            EstablishmentProjection.unit_id == unit_id,
        )
    )
    return session.scalar(query) or 0
