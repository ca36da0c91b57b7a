"""Random histories of an office: filed, decided, merged, moved and erased records, and settled totals."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st
from tests.shared import builders
from tests.world import OFFICER, OTHER_UNIT, TEAM, UNIT, World

from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import Actor
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.indicators.queries import figures, recount
from field178_server.office.indicators.totals import operations as totals
from field178_server.office.records import operations as records
from field178_server.office.reviews import operations as reviews
from field178_server.records.batch import Batch
from field178_server.records.move import move
from field178_server.records.stored_record import new_record, next_revision
from field178_server.replication.compaction import compact
from field178_shared.codelists import load
from field178_shared.errors import AppError
from field178_shared.indicators.periods import Period
from field178_shared.list_packs import ListPack, lists_with
from field178_shared.records.returns import RETURN_TYPES
from field178_shared.wire.protocol import ERASED_AT

UNITS = tuple(scope.partition(":")[2] for scope in (UNIT, OTHER_UNIT))
# Divided among the successor of the first one and others.
DIVIDED = "c11656_v1"
# What they became.
LATER = ("c11629_v2", "c11635_v2")
PERIODS = (
    Period.of_year(2025),
    Period.of_year(2026),
    Period(date(2025, 7, 1), date(2026, 1, 1)),
    Period(date(2025, 11, 1), date(2025, 12, 1)),
    Period(date(2024, 12, 15), date(2025, 12, 15)),
    Period(date(2025, 3, 3), date(2025, 4, 10)),
)
_COUNTS = [{"from": "2024-01-01", "count": 40}]
_PLACE = {"vi": "GL", "en": "GL", "counts": _COUNTS}
PLACES = {
    "places.schools": {
        "school_1": {"id": "school_1", "kind": "upper_secondary", "unit_id": UNITS[0], **_PLACE}
    },
    "places.zones": {"zone_1": {"id": "zone_1", "unit_id": UNITS[1], **_PLACE}},
    "places.media_outlets": {
        f"outlet_{n}": {
            "id": f"outlet_{n}",
            "vi": "GL",
            "en": "GL",
            "channel_id": "commune_loudspeaker",
            "unit_id": UNITS[n],
            "valid_from": "2024-01-01",
        }
        for n in range(2)
    },
}
_MANY, _FEW = 12, 4
Json = dict[str, Any]


class History:
    """Office whose figures are compared with a full count after chosen steps."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.today = date(2025, 10, 20)
        self.lists = load()
        self._made: dict[str, str] = {}
        self._rnd = random.Random(0)
        self._actor = Actor("officer", OFFICER)

    def step(self, name: str, seed: int) -> None:
        """Do one thing; what the office or the protocol would refuse leaves everything as it was."""
        self._rnd = random.Random(seed)
        with suppress(AppError):
            _STEPS[name](self)

    def check(self, period: Period) -> None:
        """Compare the figures of a period with those that are counted anew."""
        at = (self.lists, period, UNITS, self.today)
        with snapshot(self.world.engine) as session:
            assert dict(figures(session, self.world.tenant_id, *at)) == dict(
                recount(session, self.world.tenant_id, *at)
            )

    def settle(self) -> None:
        """Bring everything into the totals, in steps so small that a history takes several."""
        totals.settle(self.world.engine, self.world.tenant_id, self.lists, self.today, step=3)

    def settle_once(self) -> None:
        totals.settle_step(self.world.engine, self.world.tenant_id, self.lists, self.today, step=2)

    def keep(self) -> None:
        period, world = self._rnd.choice(PERIODS), self.world
        run_write(
            world.engine,
            lambda session: totals.keep_period(session, world.tenant_id, period, self.today),
        )

    def pass_days(self) -> None:
        self.today += timedelta(days=self._rnd.choice((1, 14, 40)))

    def change_lists(self) -> None:
        self.lists = lists_with(ListPack().with_rows(PLACES))  # type: ignore[arg-type]

    def compact(self) -> None:
        world, scope = self.world, self._rnd.choice((UNIT, OTHER_UNIT, TEAM))
        run_write(world.engine, lambda session: compact(session, world.tenant_id, scope))

    def establishment(self) -> None:
        rnd = self._rnd
        data = {
            "establishment_type_id": rnd.choice(("karaoke", "hotel")),
            "unit_id": rnd.choice((*UNITS, DIVIDED, *LATER)),
            "first_seen_on": str(self._day()),
        }
        if rnd.random() < 0.2:
            # A reform gave it another commune, of which earlier days know nothing.
            data |= {"former_unit_ids": [rnd.choice(UNITS)]}
        if rnd.random() < 0.2:
            data |= {"operating_status_id": "closed", "closed_on": str(self._day())}
        scope = f"unit:{data['unit_id']}" if data["unit_id"] in UNITS else UNIT
        self._put("establishment", _FEW, scope, data)

    def visit(self) -> None:
        rnd, day = self._rnd, self._day()
        data: Json = {
            "establishment_id": self._id("establishment", _FEW),
            "unit_id": rnd.choice((*UNITS, DIVIDED)),
            "team_id": TEAM.partition(":")[2],
            "started_at": f"{day}T02:00:00.000Z",
            "filed_at": f"{day + timedelta(days=rnd.randrange(3))}T02:00:00.000Z",
            "inspection_kind": rnd.choice(("planned", "unannounced")),
            "access_result": rnd.choice(("inspected", "inspected", "refused")),
            "overall_result": rnd.choice(("compliant", "violation_recorded", "not_inspected")),
            "answers": {
                "workers_total": {"v": rnd.randrange(9)},
                "workers_contract": {"v": rnd.randrange(4)},
                "ou_done": {"v": rnd.choice(("yes", "no"))},
                "ou_workers_attended": {"v": rnd.randrange(9)},
                "pv_commitment": {"v": rnd.choice(("yes", "no"))},
            },
            "findings": {"f1": {"violation_id": "kd_door_latch"}} if rnd.random() < 0.5 else {},
            "measures": (
                {"m1": {"measure_id": "fine_money", "amount_vnd": 5, "document_number": "15/QĐ"}}
                if rnd.random() < 0.3
                else {}
            ),
            "follow_ups": {"u1": {"text": "x", "due_on": str(self._day()), "status": "open"}},
        }
        if rnd.random() < 0.4:
            answered = {"visit_id": self._id("inspection", _MANY), "follow_up_id": "u1", "status": "fixed"}
            data["follow_up_answers"] = {"a1": answered}
        if rnd.random() < 0.3:
            data["plan_item_id"] = self._id("plan_item", _FEW)
        self._put("inspection", _MANY, TEAM, data)

    def session(self) -> None:
        rnd = self._rnd
        lines = {self._id("establishment", _FEW): {"attendance_count": rnd.randrange(9)} for _ in range(2)}
        counts = {"attendance_count": rnd.randrange(30), "first_time_count": rnd.randrange(9)}
        data: Json = {
            "outreach_form_id": "conference",
            "session_date": str(self._day()),
            "unit_id": rnd.choice((*UNITS, DIVIDED)),
            "audiences": {
                name: counts for name in ("workers_at_risk", "upper_secondary_students", "iz_workers")
            },
            "establishments": lines,
            "topic_ids": ["drug_prevention"],
            "school_id": "school_1",
            "zone_id": "zone_1",
        }
        self._put("outreach_session", _MANY, UNIT, data)

    def census(self) -> None:
        data = {
            "establishment_id": self._id("establishment", _FEW),
            "counted_on": str(self._day()),
            "unit_id": self._rnd.choice(UNITS),
            "workers_total": self._rnd.randrange(20),
        }
        self._put("worker_census", _FEW, UNIT, data)

    def post(self) -> None:
        data = {
            "outlet_id": f"outlet_{self._rnd.randrange(2)}",
            "unit_id": self._rnd.choice(UNITS),
            "published_on": str(self._day()),
            "genre_id": self._rnd.choice(("law_reading", "news")),
            "duration_minutes": self._rnd.randrange(20),
        }
        self._put("media_post", _MANY, UNIT, data)

    def commune_plan(self) -> None:
        data: Json = {"unit_id": self._rnd.choice(UNITS), "year": 2025, "issued_on": "2025-02-01"}
        if self._rnd.random() < 0.5:
            data |= {"replaces": self._id("commune_plan", _FEW), "integration_ids": ["hiv"]}
        self._put("commune_plan", _FEW, UNIT, data)

    def risk_count(self) -> None:
        day = self._day()
        data = {
            "unit_id": self._rnd.choice(UNITS),
            "half_year": str(day.replace(month=1 if day.month < 7 else 7, day=1)),
            "group_id": self._rnd.choice(("women_unstable_work", "workers_in_scope")),
            "people_total": self._rnd.randrange(9),
            "women_total": 0,
        }
        self._put("risk_group_count", _MANY, UNIT, data)

    def item(self) -> None:
        rnd, day = self._rnd, self._day()
        data: Json = {
            "year": day.year,
            "team_id": TEAM.partition(":")[2],
            "inspection_kind": rnd.choice(("planned", "unannounced")),
            "window_from": str(day),
            "window_to": str(day + timedelta(days=rnd.choice((5, 60)))),
        }
        if rnd.random() < 0.6:
            data["establishment_id"] = self._id("establishment", _FEW)
        else:
            data |= {
                "establishment_type_id": rnd.choice(("karaoke", "hotel")),
                "unit_id": rnd.choice(UNITS),
            }
        if rnd.random() < 0.1:
            data["cancelled"] = {"reason": "x"}
        self._put("plan_item", _FEW, TEAM, data)

    def stated(self) -> None:
        """Enter what an agency or the office states: totals of a month, a model, a budget."""
        rnd, number = self._rnd, self._rnd.randrange(_FEW)
        kind = rnd.choice(RETURN_TYPES)
        common: Json = {"unit_id": rnd.choice(UNITS), "agency_id": "commune_police"}
        data: Json = {
            "agency_return": {"month": str(self._day().replace(day=1)), "cases_uncovered": rnd.randrange(9)}
            | {"complex_spots": rnd.randrange(9)},
            "harm_reduction_return": {"month": str(self._day().replace(day=1)), "quantity": rnd.randrange(9)},
            "information_correction": {"corrected_on": str(self._day()), "item_count": rnd.randrange(9)}
            | {"action_id": rnd.choice(("reminder", "handed_over"))},
            "supervision": {"concluded_on": str(self._day()), "units_supervised": rnd.randrange(9)}
            | {"kind_id": rnd.choice(("supervision", "social_criticism")), "recommendations": 9}
            | {"recommendations_done": rnd.randrange(9)},
            "pilot_model": {"model_id": "m", "started_on": str(self._day()), "status": "active"},
            "commendation": {"granted_on": str(self._day()), "count": 2, "subject": "collective"},
            "budget_line": {"year": 2025, "allocated_vnd": 9, "spent_vnd": rnd.randrange(9)},
            # Of one day a total is stated once.
            "denominator": {"kind": "team_members_total", "valid_from": f"2025-0{number + 1}-01"}
            | {"value": rnd.randrange(9), "unit_id": rnd.choice((*UNITS, *LATER))},
        }[kind]
        self.put(kind, number, f"unit:{UNITS[0]}", common | data)

    def team(self) -> None:
        units = self._rnd.choice((list(UNITS[:1]), list(UNITS)))
        self._put("team", 1, TEAM, builders.team(unit_ids=units))

    def entry(self) -> None:
        """Write beside a visit what the office writes."""
        visit_id, rnd = self._id("inspection", _MANY), self._rnd
        kind = rnd.choice(("sanction_decision", "payment", "follow_up_closure"))
        data: Json = {"record": visit_id, "amount_vnd": rnd.randrange(9), "document_date": str(self._day())}
        if kind == "sanction_decision":
            data |= {"sanction_id": "fine_money", "document_number": rnd.choice(("15/QĐ", "16/QĐ"))}
            data |= {"violation_ids": ["kd_door_latch"]}
        elif kind == "payment":
            data |= {"decision": self._id("sanction_decision", _FEW), "paid_on": str(self._day())}
        else:
            data |= {"follow_up_id": "u1", "closed_on": str(self._day())}
        if rnd.random() < 0.2:
            data["withdrawn_reason"] = "x"
        self._put(kind, _FEW, TEAM, data, visit_id)

    def approve(self) -> None:
        self._decide(lambda batch, seen: reviews.approve(batch, self._actor, seen))

    def return_(self) -> None:
        remarks = reviews.Remarks(reason="x")
        self._decide(lambda batch, seen: reviews.return_for_fix(batch, self._actor, seen, remarks))

    def void(self) -> None:
        self._decide(lambda batch, seen: reviews.void(batch, self._actor, seen, "x"))

    def reopen(self) -> None:
        self._decide(lambda batch, seen: reviews.reopen(batch, self._actor, seen, "x"))

    def merge(self) -> None:
        record_id, into = self._id("establishment", _FEW), self._id("establishment", _FEW)
        run_write(self.world.engine, lambda session: records.merge(session, self.context, record_id, into))

    def unmerge(self) -> None:
        record_id = self._id("establishment", _FEW)
        run_write(self.world.engine, lambda session: records.unmerge(session, self.context, record_id))

    def move(self) -> None:
        record_id = self._any()
        scope = self._rnd.choice((UNIT, OTHER_UNIT, TEAM))
        self._write(lambda batch: move(batch, record_id, scope))

    def delete(self) -> None:
        self.change_any(deleted=True)

    def erase(self) -> None:
        self.change_any(data={ERASED_AT: "2026-01-01T00:00:00Z"})

    @property
    def context(self) -> OperationContext:
        return OperationContext(self.world.tenant_id, self.world.clock, self.world.ids, load(), self._actor)

    def _day(self) -> date:
        return date(2025, 1, 1) + timedelta(days=self._rnd.randrange(-60, 400))

    def _id(self, kind: str, most: int) -> str:
        return self.id_of(f"{kind} {self._rnd.randrange(most)}")

    def id_of(self, name: str) -> str:
        """Return the id of a record by kind and number, the same each time."""
        if name not in self._made:
            self._made[name] = self.world.ids.random()
        return self._made[name]

    def _any(self) -> str:
        return self._rnd.choice(sorted(self._made.values()) or [self.world.ids.random()])

    def _write(self, work: Callable[[Batch], object]) -> None:
        def run(session: Any) -> None:
            batch = self.world.batch(session)
            work(batch)
            batch.flush()

        run_write(self.world.engine, run)

    def _put(self, kind: str, most: int, scope: str, data: Json, subject_id: str | None = None) -> None:
        self.put(kind, self._rnd.randrange(most), scope, data, subject_id)

    def put(self, kind: str, number: int, scope: str, data: Json, subject_id: str | None = None) -> None:
        record_id = self.id_of(f"{kind} {number}")

        def work(batch: Batch) -> None:
            batch.load([record_id, *([subject_id] if subject_id else [])])
            stored = batch.get(record_id)
            if stored is None:
                batch.put(new_record(record_id, kind, scope, data, subject_id))
            elif not stored.is_erased and "merged_into" not in stored.data:
                batch.put(next_revision(stored, data=data, deleted=False))

        self._write(work)

    def change_any(self, **more: Any) -> None:
        self.change(self._any(), **more)

    def change(self, record_id: str, **more: Any) -> None:
        def work(batch: Batch) -> None:
            batch.load([record_id])
            stored = batch.get(record_id)
            if stored is not None and not stored.is_erased and "merged_into" not in stored.data:
                batch.put(next_revision(stored, **more))

        self._write(work)

    def _decide(self, decide: Callable[[Batch, reviews.SeenRecord], object]) -> None:
        kind = self._rnd.choice(("inspection", "inspection", "outreach_session"))
        record_id = self._id(kind, _MANY)

        def work(batch: Batch) -> None:
            batch.load([record_id])
            stored = batch.get(record_id)
            if stored is not None:
                decide(batch, reviews.revisions_of(batch, record_id))

        self._write(work)


_FILED = ("establishment", "visit", "session", "census", "post")
_ENTERED = ("commune_plan", "risk_count", "item", "team", "entry", "stated")
_DECISIONS = ("approve", "return_", "void", "reopen", "merge", "unmerge", "move", "delete", "erase")
_MAINTENANCE = ("settle", "settle_once", "keep", "pass_days", "change_lists", "compact")
_STEPS: Mapping[str, Callable[[History], None]] = {
    name: getattr(History, name) for name in (*_FILED, *_ENTERED, *_DECISIONS, *_MAINTENANCE)
}
# Steps that write what is counted are more frequent than those that take it away.
_WEIGHTED = (
    *_STEPS,
    *(4 * ("visit",)),
    *(2 * ("establishment", "session", "item", "entry", "stated")),
    *(3 * ("approve",)),
    *(2 * ("settle", "merge")),
)
steps = st.lists(st.tuples(st.sampled_from(_WEIGHTED), st.integers(0, 10_000)), min_size=10, max_size=45)
