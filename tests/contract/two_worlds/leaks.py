"""Planted leaks: changes of the product that disclose an unannounced visit and are easily written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Response
from sqlalchemy import func, select, true, update
from sqlalchemy.orm import Session
from tests.contract.two_worlds.worlds import World

from field178_server.audit import trail_chain
from field178_server.console.plan import changes
from field178_server.database.models import (
    Job,
    Mail,
    Notice,
    Officer,
    Record,
    Scope,
    SealedVisit,
    WebhookEvent,
    WebhookFeed,
)
from field178_server.database.unit_of_work import snapshot
from field178_server.office.audit import queries as audit
from field178_server.office.plan import queries as plan
from field178_server.office.plan.progress import PlanReader
from field178_server.office.today import queries as today
from field178_server.records import plan_commitments, sealed_visits
from field178_server.records.batch import Batch
from field178_server.records.sealed_visits import OpenedVisit
from field178_server.records.stored_record import new_record
from field178_shared.errors import AppError, ErrorCode
from field178_shared.time.clock import local_date

Plant = Callable[[pytest.MonkeyPatch, World], None]
Write = Callable[[Session, World, OpenedVisit], None]


@dataclass(frozen=True)
class Leak:
    """A planted leak, and the beginning of the name of the observation that has to show it."""

    plant: Plant
    shown_by: str


def at_planning(write: Write) -> Plant:
    """Return a leak that writes something more whenever a visit is sealed."""

    def plant(patch: pytest.MonkeyPatch, world: World) -> None:
        seal = sealed_visits.write

        def also(session: Session, tenant_id: str, keys: Any, visit: OpenedVisit) -> None:
            seal(session, tenant_id, keys, visit)
            write(session, world, visit)

        patch.setattr(sealed_visits, "write", also)

    return plant


def in_answers(change: Callable[[Response, int], None]) -> Plant:
    """Return a leak that changes answers by the number of sealed visits."""

    def plant(patch: pytest.MonkeyPatch, world: World) -> None:
        def after(answer: Response) -> Response:
            with snapshot(world.office.engine) as session:
                count = session.scalar(select(func.count()).select_from(SealedVisit)) or 0
            change(answer, count)
            return answer

        patch.setitem(world.office.app.after_request_funcs, None, [after])

    return plant


def _all_entries_of_trail(patch: pytest.MonkeyPatch, _: World) -> None:
    patch.setattr(audit, "is_shown", lambda _: true())


def _all_entries_of_chain(patch: pytest.MonkeyPatch, _: World) -> None:
    patch.setattr(trail_chain, "is_shown", lambda _: true())


def _all_openings(patch: pytest.MonkeyPatch, _: World) -> None:
    patch.setattr(today, "is_shown", lambda _: true())


def _plan_of_other_teams(patch: pytest.MonkeyPatch, _: World) -> None:
    def every(reader: PlanReader, session: Session) -> list[OpenedVisit]:
        return sealed_visits.read(session, reader.tenant_id, reader.keys) if reader.is_office else []

    patch.setattr(PlanReader, "sealed_visits", every)


def _plan_of_the_team(patch: pytest.MonkeyPatch, _: World) -> None:
    def own(reader: PlanReader, session: Session) -> list[OpenedVisit]:
        visits = sealed_visits.read(session, reader.tenant_id, reader.keys)
        return [visit for visit in visits if reader.access.holds(f"team:{visit.data['team_id']}")]

    patch.setattr(PlanReader, "sealed_visits", own)


def _forbidden_instead_of_not_found(patch: pytest.MonkeyPatch, _: World) -> None:
    find = plan.planned_visit

    def refuse(session: Session, reader: PlanReader, item_id: str) -> Any:
        visit = find(session, reader, item_id)
        if visit is None and session.get(SealedVisit, (reader.tenant_id, item_id)):
            raise AppError(ErrorCode.FORBIDDEN)
        return visit

    patch.setattr(changes, "planned_visit", refuse)


def _commitment_with_visits_alone(patch: pytest.MonkeyPatch, _: World) -> None:
    commit = plan_commitments.commit_next_day

    def commit_if_any(session: Session, tenant_id: str, keys: Any, now: datetime) -> Any:
        has_visits = bool(sealed_visits.read(session, tenant_id, keys))
        return commit(session, tenant_id, keys, now) if has_visits else None

    patch.setattr(plan_commitments, "commit_next_day", commit_if_any)


def _gap_in_sequence(session: Session, _: World, visit: OpenedVisit) -> None:
    of_team = Scope.scope == f"team:{visit.data['team_id']}"
    session.execute(update(Scope).where(of_team).values(seq=Scope.seq + 1))


def _touched_place(session: Session, _: World, visit: OpenedVisit) -> None:
    of_place = Record.record_id == visit.data["establishment_id"]
    session.execute(update(Record).where(of_place).values(rev=Record.rev + 1))


def _notice(session: Session, world: World, _: OpenedVisit) -> None:
    now = world.office.clock.now()
    texts = {"text_vi": "Kế hoạch đã thay đổi.", "text_en": "The plan has changed."}
    session.add(
        Notice(
            tenant_id="main",
            notice_id=world.office.runtime.ids.random(),
            kind="info",
            made_at=now,
            until=now + timedelta(days=3),
            **texts,
        )
    )


def _mail(session: Session, world: World, _: OpenedVisit) -> None:
    now, ids = world.office.clock.now(), world.office.runtime.ids
    admin = session.scalars(select(Officer).where(Officer.login == "admin")).one()
    session.add(
        Mail(
            tenant_id="main",
            mail_id=ids.time_ordered(),
            officer_id=admin.officer_id,
            address="a@example.org",
            kind="digest",
            day=local_date(now),
            subject="Kế hoạch",
            text="Có lượt mới.",
            state="waiting",
            made_at=now,
            next_try_at=now,
        )
    )


def _job(session: Session, world: World, _: OpenedVisit) -> None:
    now, ids = world.office.clock.now(), world.office.runtime.ids
    session.add(
        Job(
            tenant_id="main", job_id=ids.time_ordered(), kind="chain_check", arguments="{}", state="queued",
            queued_at=now, queued_by=world.facts.officers["admin"],
        )
    )  # fmt: skip


def _event(session: Session, world: World, visit: OpenedVisit) -> None:
    feed = session.scalars(select(WebhookFeed)).one()
    feed.last_no += 1
    session.add(
        WebhookEvent(
            tenant_id="main",
            event_no=feed.last_no,
            event_id=world.office.runtime.ids.random(),
            kind="record.created",
            record_id=str(visit.data["establishment_id"]),
            record_type="plan_item",
            rev=1,
            is_deleted=False,
            happened_at=world.office.clock.now(),
        )
    )


def _early_record(session: Session, world: World, visit: OpenedVisit) -> None:
    """Keep the former design: a record in the office's scope."""
    runtime = world.office.runtime
    batch = Batch(session, runtime.tenant_id, runtime.clock, runtime.ids)
    batch.load([visit.item_id])
    if batch.get(visit.item_id) is None:
        batch.put(new_record(visit.item_id, "plan_item", "office", dict(visit.data)))
        batch.flush()


def _entity_tag(answer: Response, count: int) -> None:
    answer.headers["ETag"] = f'"{count}"'


def _length(answer: Response, count: int) -> None:
    if answer.mimetype == "text/html":
        answer.set_data(answer.get_data() + b" " * count)


def _frame(answer: Response, count: int) -> None:
    if answer.mimetype == "application/x-ndjson":
        answer.set_data(answer.get_data() + b"\n" * count)


def _one_statement_more(patch: pytest.MonkeyPatch, world: World) -> None:
    def after(answer: Response) -> Response:
        with snapshot(world.office.engine) as session:
            if session.scalar(select(SealedVisit.item_id).limit(1)):
                session.scalar(select(func.count()).select_from(SealedVisit))
        return answer

    patch.setitem(world.office.app.after_request_funcs, None, [after])


LEAKS: dict[str, Leak] = {
    "lines of the trail": Leak(_all_entries_of_trail, "privacy_officer: GET /audit?kind=plan"),
    "total of the trail": Leak(_all_entries_of_trail, "admin: GET /audit?author="),
    "file of the trail": Leak(_all_entries_of_trail, "admin: GET /audit.csv?kind=plan"),
    "entries in the chain check": Leak(_all_entries_of_chain, "privacy_officer: chain check"),
    "openings on the first page": Leak(_all_openings, "privacy_officer: GET /"),
    "plan of another team": Leak(_plan_of_other_teams, "dung: GET /plan/2026"),
    "calendar of another team": Leak(_plan_of_other_teams, "dung: GET /plan/calendar"),
    "plan before the hour": Leak(_plan_of_the_team, "hoa: GET /plan/calendar"),
    "status of a guessed id": Leak(
        _forbidden_instead_of_not_found, "hoa: GET /plan/items/11111111-1111-4111-8111-111111111111"
    ),
    "gap in the sequence of a scope": Leak(at_planning(_gap_in_sequence), "tablet hoa: sync all scopes"),
    "revision of the place": Leak(at_planning(_touched_place), "tablet binh: sync all scopes"),
    "commitment on days with a visit alone": Leak(
        _commitment_with_visits_alone, "privacy_officer: the next evening"
    ),
    "notice": Leak(at_planning(_notice), "tablet em: sync state"),
    "mail": Leak(at_planning(_mail), "mail: digests"),
    "job": Leak(at_planning(_job), "admin: GET /jobs"),
    "event of a webhook": Leak(at_planning(_event), "webhook: events"),
    "record in the office's scope, seen by a push": Leak(
        at_planning(_early_record), "tablet hoa: sync create plan_item in team first"
    ),
    "record in the office's scope, seen by figures": Leak(
        at_planning(_early_record), "token city_viewer: odata IndicatorFigures"
    ),
    "entity tag": Leak(in_answers(_entity_tag), "anybody: GET /api/v1/schemas"),
    "length of a page": Leak(in_answers(_length), "city_viewer: GET /help"),
    "length of an answer to a tablet": Leak(in_answers(_frame), "tablet binh: sync root"),
    "statement more": Leak(_one_statement_more, "anybody: GET /sign-in"),
}
