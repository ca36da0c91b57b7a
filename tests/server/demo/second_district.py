"""A second made-up district: other numbers of everything, and records of every kind that figures read."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from scripts import make_demo_dataset as maker
from sqlalchemy.orm import Session
from tests.shared import builders

from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import Actor
from field178_server.database.unit_of_work import run_write
from field178_server.demo.expand import demo_id
from field178_server.demo.places import DISTRICT
from field178_server.demo.seed import DemoStore
from field178_server.office.reviews import operations as reviews
from field178_server.records.batch import Batch
from field178_server.records.stored_record import new_record, next_revision
from field178_shared.codelists import load
from field178_shared.schemas import validate
from field178_shared.time.clock import VIETNAM, to_wire

Json = dict[str, Any]
# Id, type, scope, data and the record that it belongs to.
Filed = tuple[str, str, str, Json, str | None]
YEAR = 2024
_OTHER_MATERIALS = {"poster": {"quantity": 3}, "video": {"quantity": 1}}


def second_dataset(seed: int) -> Json:
    """Return a data set of the same communes with another mix of places, other counts and other plans."""
    rng, communes = random.Random(seed), list(maker.ESTABLISHMENTS)
    kinds = len(maker.TYPES)
    changed: Json = {
        "ESTABLISHMENTS": {unit: [rng.choice((0, 0, 0, 1, 1, 2)) for _ in range(kinds)] for unit in communes},
        "SESSIONS_BY_QUARTER": {unit: [rng.randint(0, 2) for _ in range(4)] for unit in communes},
        "COMMUNES_WITH_SILENT_MONTHS": tuple(rng.sample(range(len(communes)), 9)),
        "DISTRICT_MEDIA": {
            name: [rng.randint(0, 3) for _ in range(12)] for name in ("district_portal", "district_radio")
        },
        "PLAN_NOT_ISSUED": communes[3],
        "PLAN_NOT_INTEGRATED": tuple(rng.sample(communes, 6)),
        "ZONES": [{**zone, "first_time": rng.randint(100, 6000)} for zone in maker.ZONES],
        "SCHOOLS": [{**school, "first_time": rng.randint(50, 1500)} for school in maker.SCHOOLS],
        "AGENCY_RETURNS": {
            agency: {name: rng.randint(0, 40) for name in numbers}
            for agency, numbers in maker.AGENCY_RETURNS.items()
        },
        "HARM_REDUCTION": {name: rng.randint(0, 300) for name in (*maker.HARM_REDUCTION, "kits_distributed")},
        "VISIT_LIKELIHOOD": {name: rng.random() for name in maker.VISIT_LIKELIHOOD},
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in changed.items():
            patch.setattr(maker, name, value)
        return dict(maker.demo_dataset(load(), rng))


@dataclass
class Further:
    """Writes what the data set has no words for, over the same year and beyond its ends."""

    rng: random.Random
    dataset: Json
    team_id: str

    def records(self) -> Iterator[Filed]:
        """Yield id, type, scope, data and the record that it stands beside."""
        visits = [self._visit(number) for number in range(70)]
        for number, (visit_id, data) in enumerate(visits):
            earlier = self.rng.choice(visits[: number + 1])
            if earlier[0] != visit_id and earlier[1].get("follow_ups") and self.rng.random() < 0.5:
                correction = {
                    "visit_id": earlier[0],
                    "follow_up_id": "u1",
                    "status": "fixed",
                    "text": "Lối thoát",
                }
                data["follow_up_answers"] = {"a1": correction}
            yield visit_id, "inspection", f"team:{self.team_id}", data, None
        yield from self._entries(visits)
        yield from (self._session(number) for number in range(60))
        yield from (self._item(number) for number in range(30))
        yield from self._plans()
        yield from (self._submission(number) for number in range(12))
        yield from self._of_agencies()
        yield from self._asked_by_the_plan()

    def _id(self, name: str) -> str:
        return demo_id(f"further {name}")

    def _day(self) -> date:
        return date(YEAR, 1, 1) + timedelta(days=self.rng.randrange(-40, 400))

    def _place(self) -> Json:
        return dict(self.rng.choice(self.dataset["establishments"]))

    def _visit(self, number: int) -> tuple[str, Json]:
        rng, place = self.rng, self._place()
        began = datetime.combine(self._day(), datetime.min.time(), VIETNAM) + timedelta(
            minutes=rng.randrange(24 * 60)
        )
        is_inside = rng.random() < 0.75
        over: Json = {
            "establishment_id": demo_id(place["id"]),
            "unit_id": place["unit"],
            "team_id": self.team_id,
            "inspection_kind": rng.choice(("planned", "unannounced", "recheck")),
            "started_at": to_wire(began),
            "ended_at": to_wire(began + timedelta(minutes=30)),
            "filed_at": to_wire(began + timedelta(hours=2)) if rng.random() < 0.8 else None,
            "decision_date": f"{YEAR}-01-05",
        }
        if not is_inside:
            return self._id(f"visit {number}"), builders.not_inspected(**over)
        answers = builders.answers(place["type"])
        total = rng.randrange(1, 9)
        given = {
            "workers_total": total,
            "workers_female": total,
            "workers_male": 0,
            "workers_present": total,
            "workers_contract": rng.randint(0, total),
            "workers_health_check": rng.randint(0, total),
            "ou_done": rng.choice(("yes", "no")),
            "ou_workers_attended": total,
            "ou_workers_first_time": rng.randint(0, total),
            "ou_owners_attended": rng.randrange(2),
        }
        yes_or_no = ("pv_owner_briefed", "pv_commitment", "antt_certificate", "fire_exits_clear")
        given |= {name: rng.choice(("yes", "no")) for name in (*yes_or_no, "fire_exit_unlocked")}
        answers |= {name: {"v": value} for name, value in given.items() if name in answers}
        if rng.random() < 0.4:
            answers.pop("ou_workers_first_time", None)
        if rng.random() < 0.3:
            answers.pop("antt_certificate", None)
        outcome: Json = {"overall_result": rng.choice(("compliant", "minor_shortcomings"))}
        if rng.random() < 0.5:
            violations = rng.sample(("noise", "kd_door_latch", "he_no_check"), rng.randint(1, 2))
            on = began.date().isoformat()
            outcome = {
                "overall_result": rng.choice(("violation_recorded", "handed_to_police")),
                "findings": {
                    f"f{n}": {"violation_id": violation, "occurred_on": on}
                    for n, violation in enumerate(violations)
                },
                "measures": {
                    f"k{n}": self._measure(number, measure)
                    for n, measure in enumerate(
                        rng.sample(("reminder", "fine_money", "admin_minutes", "fix_by_date"), 2)
                    )
                },
                "follow_ups": {
                    "u1": {
                        "text": "Dọn lối thoát nạn",
                        "due_on": (began.date() + timedelta(days=rng.randrange(5, 40))).isoformat(),
                        "status": "open",
                    }
                },
            }
        answers["cc_overall"] = {"v": outcome["overall_result"]}
        return self._id(f"visit {number}"), builders.inspection(
            place["type"], **{**over, "answers": answers} | outcome
        )

    def _measure(self, number: int, measure: str) -> Json:
        if measure != "fine_money":
            return {"measure_id": measure}
        amount = self.rng.randrange(1, 30) * 500_000
        return {"measure_id": measure, "document_number": f"GL-{number}/QĐ-XPHC", "amount_vnd": amount}

    def _entries(self, visits: list[tuple[str, Json]]) -> Iterator[Filed]:
        scope = f"team:{self.team_id}"
        for number, (visit_id, data) in enumerate(visits):
            if "findings" not in data:
                continue
            if self.rng.random() < 0.5:
                decision = builders.sanction_decision(
                    record=visit_id,
                    document_number=self.rng.choice((f"GL-{number}/qđ - xphc", f"GL-X{number}/QĐ-XPHC")),
                    document_date=self._day().isoformat(),
                    violation_ids=[next(iter(data["findings"].values()))["violation_id"]],
                    sanction_id=self.rng.choice(("fine_money", "fine_warning")),
                    amount_vnd=self.rng.randrange(1, 30) * 500_000,
                    measure_ids=None,
                    withdrawn_reason="Nhập nhầm" if self.rng.random() < 0.2 else None,
                )
                yield self._id(f"decision {number}"), "sanction_decision", scope, decision, visit_id
            if self.rng.random() < 0.4:
                closure = builders.follow_up_closure(
                    record=visit_id,
                    closed_on=self._day().isoformat(),
                    withdrawn_reason="Nhập nhầm" if self.rng.random() < 0.2 else None,
                )
                yield self._id(f"closure {number}"), "follow_up_closure", scope, closure, visit_id

    def _session(self, number: int) -> Filed:
        rng, place = self.rng, self._place()
        unit = place["unit"]
        near = [
            establishment for establishment in self.dataset["establishments"] if establishment["unit"] == unit
        ]
        named = rng.sample(near, min(len(near), rng.randrange(4)))

        def counts(most: int) -> Json:
            attended = rng.randint(1, most)
            first = {"first_time_count": rng.randint(0, attended)} if rng.random() < 0.7 else {}
            return {"attendance_count": attended} | first

        audiences = rng.sample(
            ("workers_at_risk", "owners_managers", "general_public", "commune_staff", "team_178_members"),
            rng.randint(1, 4),
        )
        form = rng.choice(("training_class", "conference", "livestream", "thematic_talk"))
        data = builders.outreach_session(
            outreach_form_id=form,
            session_date=self._day().isoformat(),
            unit_id=unit,
            team_id=None,
            audiences={name: counts(20) for name in audiences},
            establishments={demo_id(establishment["id"]): counts(6) for establishment in named} or None,
            topic_ids=rng.sample(("prostitution_law", "hiv_aids", "harms", "trafficking"), 2),
            materials={"leaflet": {"quantity": rng.randrange(50)}, **_OTHER_MATERIALS}
            if rng.random() < 0.6
            else None,
            filed_at=None,
        )
        return self._id(f"session {number}"), "outreach_session", f"unit:{unit}", data, None

    def _item(self, number: int) -> Filed:
        rng, place, first = self.rng, self._place(), self._day()
        is_open = rng.random() < 0.3
        data = builders.plan_item(
            year=YEAR,
            team_id=self.team_id,
            establishment_id=None if is_open else demo_id(place["id"]),
            establishment_type_id=place["type"],
            unit_id=place["unit"],
            window_from=first.isoformat(),
            window_to=(first + timedelta(days=rng.choice((0, 30, 90)))).isoformat(),
            cancelled={"reason": "Cơ sở nghỉ"} if rng.random() < 0.1 else None,
        )
        return self._id(f"item {number}"), "plan_item", f"team:{self.team_id}", data, None

    def _plans(self) -> Iterator[Filed]:
        """Yield further plans of some communes, each in the place of the one before."""
        for number, unit in enumerate(list(self.dataset["per_commune"])[:6]):
            before = None
            for step in range(2):
                plan_id = self._id(f"plan {number} {step}")
                data = builders.commune_plan(
                    unit_id=unit,
                    year=YEAR,
                    document_number=f"GL-X{step}/KH-UBND",
                    issued_on=f"{YEAR}-0{step + 4}-02",
                    integration_ids=["hiv"] if self.rng.random() < 0.5 else None,
                    replaces=before,
                )
                yield plan_id, "commune_plan", f"unit:{unit}", data, None
                before = plan_id

    def _submission(self, number: int) -> Filed:
        unit = self.rng.choice(list(self.dataset["per_commune"]))
        due = self._day()
        sent = due + timedelta(days=self.rng.randrange(-5, 6))
        data = builders.report_submission(
            year=YEAR,
            area_id="an_lao_area_2024",
            unit_id=unit,
            due_on=due.isoformat(),
            submitted_on=sent.isoformat() if self.rng.random() < 0.8 else None,
        )
        return self._id(f"submission {number}"), "report_submission", f"unit:{unit}", data, None

    def _of_agencies(self) -> Iterator[Filed]:
        rng = self.rng
        at: Json = {"agency_id": "dist_labour_office", "unit_id": DISTRICT}
        for number in range(6):
            model = builders.pilot_model(
                **at,
                started_on=self._day().isoformat(),
                status=rng.choice(("active", "maintained", "ended")),
                ended_on=None,
            )
            if model["status"] == "ended":
                ended = date.fromisoformat(str(model["started_on"])) + timedelta(days=rng.randrange(300))
                model["ended_on"] = ended.isoformat()
            line = builders.budget_line(
                **at, year=rng.choice((YEAR, YEAR - 1)), spent_vnd=rng.randrange(50_000_000)
            )
            praised = builders.commendation(
                **at,
                granted_on=self._day().isoformat(),
                subject=rng.choice(("collective", "individual")),
                count=rng.randrange(1, 7),
            )
            total = builders.denominator(
                **at,
                kind="team_members_total",
                valid_from=f"{rng.choice((YEAR, YEAR - 1))}-0{number + 1}-01",
                value=rng.randrange(4, 40),
            )
            for kind, data in (
                ("pilot_model", model),
                ("budget_line", line),
                ("commendation", praised),
                ("denominator", total),
            ):
                yield self._id(f"{kind} {number}"), kind, f"unit:{DISTRICT}", data, None

    def _asked_by_the_plan(self) -> Iterator[Filed]:
        """Yield further counts: at-risk groups of each half-year around the year, in some communes."""
        rng = self.rng
        for half_year in (f"{YEAR - 1}-07-01", f"{YEAR}-01-01", f"{YEAR + 1}-01-01"):
            for unit in rng.sample(list(self.dataset["per_commune"]), 9):
                women = rng.randrange(9)
                count = builders.risk_group_count(
                    unit_id=unit,
                    half_year=half_year,
                    group_id=rng.choice(("women_unstable_work", "youth_unstable_work")),
                    people_total=women + rng.randrange(9),
                    women_total=women,
                )
                named = f"group {half_year} {unit}"
                yield self._id(named), "risk_group_count", f"unit:{unit}", count, None
        at: Json = {"agency_id": "dist_labour_office", "unit_id": DISTRICT}
        for number in range(6):
            corrected = builders.information_correction(
                **at,
                corrected_on=self._day().isoformat(),
                action_id=rng.choice(("reminder", "handed_over")),
                item_count=rng.randrange(1, 9),
            )
            supervised = builders.supervision(
                **at,
                kind_id=rng.choice(("supervision", "social_criticism")),
                concluded_on=self._day().isoformat(),
                units_supervised=rng.randrange(1, 9),
                recommendations=9,
                recommendations_done=rng.choice((None, rng.randrange(10))),
            )
            for kind, data in (("information_correction", corrected), ("supervision", supervised)):
                yield self._id(f"{kind} {number}"), kind, f"unit:{DISTRICT}", data, None


@dataclass(frozen=True)
class StandingClock:
    """The clock of a server at one instant."""

    instant: datetime

    def now(self) -> datetime:
        return self.instant


def file_further(store: DemoStore, dataset: Json, team_id: str, reviewer_id: str, seed: int) -> None:
    """Write these records, change the register, and decide on visits and sessions."""
    rng = random.Random(seed)
    records = list(Further(rng, dataset, team_id).records())
    assert {kind: validate(kind, data) for _, kind, _, data, _ in records if validate(kind, data)} == {}
    run_write(store.engine, lambda session: _file(session, store.context, records, rng))
    places = [demo_id(establishment["id"]) for establishment in rng.sample(dataset["establishments"], 16)]
    run_write(store.engine, lambda session: _change_register(session, store.context, places, rng))
    record_ids = [record[0] for record in records if record[1] in reviews.REVIEWED_TYPES]
    at = replace(store.context, actor=Actor("officer", reviewer_id))
    run_write(store.engine, lambda session: _decide(session, at, record_ids, rng))


def _file(session: Session, at: OperationContext, records: list[Filed], rng: random.Random) -> None:
    """File records; visits come an hour, most of a day, or more than a day after they were filed."""
    for record_id, kind, scope, data, beside in records:
        filed_at, clock = data.get("filed_at") if kind == "inspection" else None, at.clock
        if isinstance(filed_at, str):
            late = timedelta(hours=rng.choice((1, 23, 25)))
            clock = StandingClock(datetime.fromisoformat(filed_at) + late)
        batch = Batch(session, at.tenant_id, clock, at.ids)
        batch.load([beside or record_id])
        batch.put(new_record(record_id, kind, scope, data, beside))
        batch.flush()


def _change_register(session: Session, at: OperationContext, places: list[str], rng: random.Random) -> None:
    """Close some places within the year or after it, and let others begin late."""
    batch = Batch(session, at.tenant_id, at.clock, at.ids)
    batch.load(places)
    for number, place in enumerate(places):
        establishment, on = batch.get(place), date(YEAR, 1, 1) + timedelta(days=rng.randrange(500))
        assert establishment is not None
        ended = {"operating_status_id": rng.choice(("closed", "not_found")), "closed_on": on.isoformat()}
        late = {"first_seen_on": on.isoformat()}
        changed = {**establishment.data, **(ended if number % 2 else late)}
        assert validate("establishment", changed) == {}
        batch.put(next_revision(establishment, data=changed))
    batch.flush()


def _decide(session: Session, at: OperationContext, record_ids: list[str], rng: random.Random) -> None:
    """Approve most, return some of them before, void some, and leave some waiting or returned."""
    batch = Batch(session, at.tenant_id, at.clock, at.ids)
    batch.load(record_ids)
    for record_id in record_ids:
        choice = rng.random()
        if choice < 0.1:
            reviews.void(batch, at.actor, reviews.revisions_of(batch, record_id), "Ghi nhầm cơ sở")
        elif choice < 0.35:
            seen = reviews.revisions_of(batch, record_id)
            reviews.return_for_fix(batch, at.actor, seen, reviews.Remarks(reason="Xem lại"))
        if 0.25 < choice < 0.9:
            reviews.approve(batch, at.actor, reviews.revisions_of(batch, record_id))
    batch.flush()
