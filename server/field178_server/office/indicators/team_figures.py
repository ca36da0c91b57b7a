"""Figures of teams: a record in the scope of each team with the figures of its area, for its tablets.

Figures are read from the totals once a day. A record is written only if a number changed, so that tablets
pull changed areas only. Until the totals are counted, tablets keep their stored figures with their day.
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
    """Publisher of the figures of the teams' areas, once a day."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        # Another process may publish new lists: figures MUST be counted by the lists in force.
        self._lists = ListsInForce(runtime.engine, runtime.tenant_id)
        self._published_on: date | None = None

    def publish_if_due(self) -> None:
        """Publish the figures if this process has not published today and the totals are counted."""
        today = local_date(self._runtime.clock.now())
        if self._published_on != today:
            self._lists.follow()
            if publish_figures(self._runtime, load()) is not None:
                self._published_on = today


def publish_figures(runtime: Runtime, lists: CodeLists) -> int | None:
    """Write the figures of this year for each active team; return the number of changed records.

    Returns None if the totals of a large store are not counted yet; then nothing is written.
    """
    now = runtime.clock.now()
    try:
        # Counted before the write transaction, so that other writers do not wait for the counting.
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
    """Return record data of each active team; teams of the same area are counted once.

    Raises AppError(being_counted).
    """
    today = local_date(now)
    data_by_area: dict[tuple[str, ...], Data] = {}
    records = []
    for team in teams.everyone(session, tenant_id):
        if not (team.unit_ids and team.holds_on(today)):
            continue
        area = tuple(sorted(team.unit_ids))
        if area not in data_by_area:
            year = Period.of_year(today.year)
            counted = figures(session, tenant_id, lists, year, area, today)
            missing = left_out(session, tenant_id, FigureQuestion(lists, year, area, today))
            data_by_area[area] = _data(lists, counted, now) | _left_out_member(missing)
        records.append((team, data_by_area[area]))
    return records


def _data(lists: CodeLists, counted: Mapping[str, IndicatorFigure], now: datetime) -> Data:
    shown = {
        key: _known_figure(figure).to_data()
        for key, figure in counted.items()
        # Excluded: figures that no agency has sent, and private figures, shown for areas above teams only.
        if figure.approved.is_sent and lists.indicators[key].privacy is None
    }
    return {"year": local_date(now).year, "as_of": to_wire(now), "figures": shown}


def _left_out_member(missing: LeftOut) -> dict[str, object]:
    """Return the data member of the records that figures leave out; empty if none are left out."""
    data = missing.to_data()
    return {"left_out": data} if data else {}


def _known_figure(figure: IndicatorFigure) -> KnownFigure:
    """Return a figure in the form for tablets; a complete figure has no bounds."""
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
    """Put the record of a team if a number changed; return whether it was put."""
    existing = batch.get(_record_id(team, data))
    if existing is not None and not existing.deleted and _numbers_of(existing.data) == _numbers_of(data):
        return False
    if existing is None:
        batch.put(new_record(_record_id(team, data), RecordType.INDICATOR_FIGURES, team.scope, data))
    elif not existing.is_erased:
        batch.put(next_revision(existing, data=data, deleted=False))
    return existing is None or not existing.is_erased


def _numbers_of(data: Data) -> tuple[object, object]:
    return data.get("figures"), data.get("left_out")


def _record_id(team: Team, data: Data) -> str:
    return companion_id(team.id, RecordType.INDICATOR_FIGURES, str(data["year"]))
