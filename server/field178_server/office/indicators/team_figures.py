"""Figures of teams: the figures of each team's area, as a record in its scope that its tablets read.

They are read from the totals once a day and written where a number changed: an unchanged area costs a tablet
nothing. While the totals are not counted tablets keep the figures that they have, with the day of those.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import structlog
from sqlalchemy.orm import Session

from field178_server.accounts import teams
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.indicators.counted_facts import FigureQuestion
from field178_server.office.indicators.left_out import left_out
from field178_server.office.indicators.queries import IndicatorFigure, figures
from field178_server.records import scopes
from field178_server.records.batch import Batch
from field178_server.records.lists_in_force import ListsInForce
from field178_server.records.stored_record import new_record, next_revision
from field178_server.runtime import Runtime
from field178_shared.codelists import CodeLists, load
from field178_shared.errors import AppError, ErrorCode
from field178_shared.ids import companion_id
from field178_shared.indicators.periods import Period
from field178_shared.merge import Data
from field178_shared.record_type import RecordType
from field178_shared.records.area_figures import KnownFigure
from field178_shared.records.left_out import LeftOut
from field178_shared.records.teams import Team
from field178_shared.time.clock import local_date, to_wire

log = structlog.get_logger()


class FiguresOfTeams:
    """Publishes the figures of the teams' areas, once a day while the process lives."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        # By lists that another process has replaced meanwhile other indicators would be counted.
        self._lists = ListsInForce(runtime.engine, runtime.tenant_id)
        self._published_on: date | None = None

    def publish_if_due(self) -> None:
        """Publish where this process has not done so today and the figures are counted."""
        today = local_date(self._runtime.clock.now())
        if self._published_on != today:
            self._lists.follow()
            if publish_figures(self._runtime, load()) is not None:
                self._published_on = today


def publish_figures(runtime: Runtime, lists: CodeLists) -> int | None:
    """Write the figures of this year for each team in being; return how many records changed.

    None: the totals of a large store do not tell them yet, and nothing is written.
    """
    now = runtime.clock.now()
    try:
        # Counted before the writing begins: nobody who writes waits for it.
        with snapshot(runtime.engine) as session:
            counted = figures_of_teams(session, runtime.tenant_id, lists, now)
    except AppError as error:
        if error.code is not ErrorCode.BEING_COUNTED:
            raise
        log.info("figures_not_counted_yet")
        return None

    def write(session: Session) -> int:
        batch = Batch(session, runtime.tenant_id, runtime.clock, runtime.ids)
        scopes.ensure(session, runtime.tenant_id, (team.scope for team, _ in counted), lists)
        batch.load(_record_id(team, data) for team, data in counted)
        changed = sum(_put(batch, team, data) for team, data in counted)
        batch.flush()
        return changed

    changed = run_write(runtime.engine, write) if counted else 0
    log.info("figures_published", teams=len(counted), changed=changed)
    return changed


def figures_of_teams(
    session: Session, tenant_id: str, lists: CodeLists, now: datetime
) -> Sequence[tuple[Team, Data]]:
    """Return the record of each team in being; teams of one area are counted once.

    Raises AppError(being_counted).
    """
    today = local_date(now)
    known: dict[tuple[str, ...], Data] = {}
    found = []
    for team in teams.everyone(session, tenant_id):
        if not (team.unit_ids and team.holds_on(today)):
            continue
        area = tuple(sorted(team.unit_ids))
        if area not in known:
            year = Period.of_year(today.year)
            counted = figures(session, tenant_id, lists, year, area, today)
            missing = left_out(session, tenant_id, FigureQuestion(lists, year, area, today))
            known[area] = _data(lists, counted, now) | _member(missing)
        found.append((team, known[area]))
    return found


def _data(lists: CodeLists, counted: Mapping[str, IndicatorFigure], now: datetime) -> Data:
    told = {
        key: _known(figure).to_data()
        for key, figure in counted.items()
        # Nobody sent it yet, or it is told only above the area of one team.
        if figure.approved.is_sent and lists.indicators[key].privacy is None
    }
    return {"year": local_date(now).year, "as_of": to_wire(now), "figures": told}


def _member(missing: LeftOut) -> dict[str, object]:
    """Return the member that names what no figure has; absent where that is nothing."""
    found = missing.to_data()
    return {"left_out": found} if found else {}


def _known(figure: IndicatorFigure) -> KnownFigure:
    """Return a figure as tablets are told it; of what is known in full no bounds stand there."""
    value = figure.approved
    coverage = value.coverage if value.is_uncounted else None
    sent = value.sent if value.sent is not None and value.sent.lacks else None
    is_range = coverage is not None or value.is_open
    is_bounded = is_range and value.low is not None and value.high is not None
    return KnownFigure(
        num=round(value.num),
        den=None if value.den is None else round(value.den),
        tenths=_tenths(value.value),
        low_tenths=_tenths(value.low) if is_bounded else None,
        high_tenths=_tenths(value.high) if is_bounded else None,
        counted=coverage.counted if coverage else None,
        countable=coverage.every if coverage else None,
        countable_kind=coverage.of if coverage else "",
        sent_months=sent.months if sent else None,
        ended_months=sent.ended if sent else None,
        waiting=round(figure.with_waiting.num - value.num),
    )


def _tenths(value: float | None) -> int | None:
    return None if value is None else round(value * 10)


def _put(batch: Batch, team: Team, data: Data) -> bool:
    """Put the record of a team where a number of it changed, and tell whether one did."""
    known = batch.get(_record_id(team, data))
    if known is not None and not known.deleted and _numbers_of(known.data) == _numbers_of(data):
        return False
    if known is None:
        batch.put(new_record(_record_id(team, data), RecordType.INDICATOR_FIGURES, team.scope, data))
    elif not known.is_erased:
        batch.put(next_revision(known, data=data, deleted=False))
    return known is None or not known.is_erased


def _numbers_of(data: Data) -> tuple[object, object]:
    return data.get("figures"), data.get("left_out")


def _record_id(team: Team, data: Data) -> str:
    return companion_id(team.id, RecordType.INDICATOR_FIGURES, str(data["year"]))
