"""Figures of a year computed a second time, from raw records by the definitions of the plan.

Written from the definitions alone (domain: indicators; the labels and remarks of indicators.yaml), in plain
loops. It reads the packaged lists as JSON and imports nothing of the product: what product and script agree
on was thought twice. One calendar year, communes that no reform touched within it.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

LISTS = json.loads(
    (Path(__file__).parents[3] / "shared/field178_shared/codelists/data/codelists.json").read_text("utf-8")
)
HANOI = timezone(timedelta(hours=7))
# A measure that ends a matter; the others only begin one.
DECISIONS = {"fine_money", "fine_warning"}
BEGIN_ONLY = {"commitment_signed", "fix_by_date", "admin_minutes"}
OFFICIALS = {"officials", "team_178_members", "commune_staff", "volunteers"}
STAFF, STAFF_TOTALS = {"team_178_members", "commune_staff"}, {"team_members_total", "commune_staff_total"}
# At-risk groups of which the women are a part.
MIXED_GROUPS = {"youth_unstable_work", "workers_in_scope"}
INTEGRATED = {"drug_prevention", "hiv_aids", "trafficking"}
MATERIALS = {
    "materials_total": {"leaflet", "handbook", "document"},
    "displays_total": {"poster", "panel", "banner", "other"},
    "media_products_total": {"video", "audio", "infographic"},
}
COUNTED_AS_PEOPLE = {
    "upper_secondary": "upper_secondary_students",
    "vocational": "vocational_students",
    "lower_secondary": "lower_secondary_students",
}
Json = Mapping[str, Any]


@dataclass(frozen=True)
class RawRecord:
    """A stored record with what the store says beside it."""

    id: str
    type: str
    data: Json
    state: str = ""
    received_at: datetime | None = None
    decided: frozenset[str] = frozenset()


@dataclass
class Answer:
    """What the script found for one indicator."""

    num: float
    den: float | None = None
    is_percent: bool = True
    by: Mapping[str, float] = field(default_factory=dict)

    @property
    def value(self) -> float | None:
        if self.den is None:
            return self.num
        if self.den == 0:
            return None
        return round((100 if self.is_percent else 1) * self.num / self.den, 1)


def local_day(instant: str | None) -> date | None:
    """Return the day in Việt Nam of an instant."""
    if not instant:
        return None
    return datetime.fromisoformat(instant.replace("Z", "+00:00")).astimezone(HANOI).date()


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def answer(visit: RawRecord, item: str) -> Any:
    return visit.data.get("answers", {}).get(item, {}).get("v")


class Year:
    """A calendar year of an area, from its raw records."""

    def __init__(
        self,
        records: Iterable[RawRecord],
        rows: Mapping[str, Mapping[str, Json]],
        year: int,
        area: tuple[Sequence[str], Sequence[str]],
        today: date,
    ) -> None:
        """`rows`: those of an office by table; `area`: its communes, and the units above them."""
        self.first, self.last, self.today = date(year, 1, 1), date(year, 12, 31), today
        self.year, self.communes, self.units = year, list(area[0]), {*area[0], *area[1]}
        every = list(records)
        self.plain: dict[str, list[RawRecord]] = defaultdict(list)
        for one in every:
            self.plain[one.type].append(one)
        reviewed = [one for one in every if one.type in ("inspection", "outreach_session")]
        # Only approved records count (domain 4.7).
        approved = [one for one in reviewed if one.state == "approved"]
        self.all_visits = sorted(
            (one for one in approved if one.type == "inspection"), key=lambda one: one.data["started_at"]
        )
        self.visits = [
            one
            for one in self.all_visits
            if self.within(local_day(one.data["started_at"])) and one.data["unit_id"] in self.units
        ]
        self.sessions = [
            one
            for one in approved
            if one.type == "outreach_session"
            and self.within(day(one.data["session_date"]))
            and one.data["unit_id"] in self.units
        ]
        self.places = [one for one in self.plain["establishment"] if self._is_there(one.data)]
        self.schools, self.zones, self.outlets = (
            [row for row in rows.get(f"places.{name}", {}).values() if row["unit_id"] in self.units]
            for name in ("schools", "zones", "media_outlets")
        )
        self.duty = {one["id"] for one in LISTS["outreach"]["media_channels"] if one.get("monthly_duty")}
        self.kinds = {one["id"]: one for one in LISTS["establishment_types"]["items"]}
        self.channel = {one["id"]: one["channel"] for one in LISTS["outreach"]["outreach_forms"]}

    def within(self, when: date | None) -> bool:
        return when is not None and self.first <= when <= self.last

    def _is_there(self, data: Json) -> bool:
        """Active establishments at the end of the period are the denominator (domain 4.3)."""
        seen = day(data.get("first_seen_on") or data.get("registration_date"))
        if data["unit_id"] not in self.units or (seen and seen > self.last):
            return False
        if data["operating_status_id"] not in ("closed", "not_found"):
            return True
        ended = day(data.get("closed_on") or data.get("status_from"))
        return ended is not None and ended > self.last

    # What is known of one establishment.

    def visits_of(self, place: RawRecord) -> list[RawRecord]:
        return [
            one
            for one in self.all_visits
            if one.data["establishment_id"] == place.id and self.within(local_day(one.data["started_at"]))
        ]

    def last_answer(self, place: RawRecord, item: str) -> Any:
        """Return the latest answer to an item on or before the end of the period."""
        found = None
        for one in self.all_visits:
            when = local_day(one.data["started_at"])
            assert when is not None
            if one.data["establishment_id"] == place.id and when <= self.last:
                value = answer(one, item)
                found = found if value is None else value
        return found

    def counts_of_workers(self, place: RawRecord) -> list[tuple[date, str, int]]:
        """Return every count of its workers, by a visit that got in or by a census, the oldest first."""
        found = []
        for one in self.all_visits:
            total = answer(one, "workers_total")
            is_inside = one.data["access_result"] == "inspected"
            if one.data["establishment_id"] == place.id and is_inside and total is not None:
                found.append((local_day(one.data["started_at"]), one.data["started_at"], total))
        for one in self.plain["worker_census"]:
            if one.data["establishment_id"] == place.id:
                # A census has a day alone; a visit of that day has seen the place since.
                found.append((day(one.data["counted_on"]), "", one.data["workers_total"]))
        return sorted(one for one in found if one[0] <= self.last)

    def workers(self, place: RawRecord) -> int | None:
        """W_e: of the latest approved visit or census (domain 4.2)."""
        counts = self.counts_of_workers(place)
        return counts[-1][2] if counts else None

    def talks_of(self, place: RawRecord) -> Iterator[tuple[set[str], int | None, int | None]]:
        """Yield who was talked to there, how many attended, and how many for the first time."""
        for one in self.visits_of(place):
            if answer(one, "ou_done") == "yes":
                owners = {"owners_managers"} if answer(one, "ou_owners_attended") else set()
                told = [answer(one, f"ou_workers_{name}") for name in ("attended", "first_time")]
                yield {"workers_at_risk"} | owners, told[0], told[1]
        for one in self.sessions:
            line = one.data.get("establishments", {}).get(place.id)
            # Outreach inside a visit is counted once, by the visit (domain 4.6).
            if line and not one.data.get("source_inspection_id"):
                yield set(one.data["audiences"]), line.get("attendance_count"), line.get("first_time_count")

    def reached(self, place: RawRecord, total: int | None) -> int:
        """R_e = min(W_e, Σ first_time); without a show of hands the largest talk; never Σ attendance."""
        talks = list(self.talks_of(place))
        first_times = [first for _, _, first in talks if first is not None]
        attended = [count for _, count, _ in talks if count is not None]
        reached = sum(first_times) if first_times else max(attended, default=None)
        return 0 if total is None or reached is None else min(total, reached)

    def reached_workers(self, workers: Callable[[RawRecord], int | None] | None = None) -> int:
        """Add a remainder of sessions to each commune, as far as there are workers left (measure_rules)."""
        workers = workers or self.workers
        total = 0
        for unit in self.communes:
            inside = [one for one in self.places if one.data["unit_id"] == unit]
            own = sum(self.reached(one, workers(one)) for one in inside)
            room = sum(workers(one) or 0 for one in inside) - own
            remainder = 0
            for one in self.sessions:
                if one.data["unit_id"] == unit:
                    first = one.data["audiences"].get("workers_at_risk", {}).get("first_time_count") or 0
                    lines = one.data.get("establishments", {}).values()
                    remainder += max(0, first - sum(line.get("first_time_count") or 0 for line in lines))
            total += own + min(remainder, room)
        return total

    def people(self, places: Sequence[Json], name: str) -> Answer:
        """Return the people of schools or zones who were reached, of all: by the roll of the last session."""
        reached = total = 0
        for place in places:
            audience = COUNTED_AS_PEOPLE[place["kind"]] if "kind" in place else "iz_workers"
            held = [one for one in self.sessions if one.data.get(name) == place["id"]]
            counts = [one.data["audiences"][audience] for one in held if audience in one.data["audiences"]]
            days = [one.data["session_date"] for one in held if audience in one.data["audiences"]]
            on = max(days, default=self.last.isoformat())
            known = [one for one in place["counts"] if one["from"] <= on]
            if not known:
                continue
            roll = max(known, key=lambda one: one["from"])["count"]
            first = [one["first_time_count"] for one in counts if one.get("first_time_count") is not None]
            attended = max((one["attendance_count"] for one in counts), default=0)
            total += roll
            reached += min(roll, sum(first) if first else attended)
        return Answer(reached, total)

    # Shares of establishments.

    def share(self, has: Any, of: Any = None) -> Answer:
        among = [one for one in self.places if of is None or of(one)]
        return Answer(sum(1 for one in self.places if has(one)), len(among))

    def is_inspected(self, place: RawRecord) -> bool:
        return any(one.data["access_result"] == "inspected" for one in self.visits_of(place))

    def has_violation(self, place: RawRecord) -> bool:
        bad = ("violation_recorded", "handed_to_police")
        return any(one.data["overall_result"] in bad for one in self.visits_of(place))

    def has_briefed_owner(self, place: RawRecord) -> bool:
        briefed = any(answer(one, "pv_owner_briefed") == "yes" for one in self.visits_of(place))
        return briefed or any("owners_managers" in audiences for audiences, _, _ in self.talks_of(place))

    def sum_of_answers(self, item: str) -> int:
        return sum(self.last_answer(one, item) or 0 for one in self.places)

    # Media.

    def months_of(self, outlet: Json) -> list[int]:
        """Return the months in which an outlet was there at the end, as far as they are over."""
        ends = [date(self.year + month // 12, month % 12 + 1, 1) for month in range(1, 13)]
        since = day(outlet.get("valid_from")) or date.min
        until = day(outlet.get("valid_to")) or date.max
        return [
            month
            for month, end in enumerate(ends, 1)
            if end <= self.today and since <= end - timedelta(days=1) < until
        ]

    def posts(self) -> list[RawRecord]:
        found = self.plain["media_post"]
        return [
            one
            for one in found
            if self.within(day(one.data["published_on"])) and one.data["unit_id"] in self.units
        ]

    def media(self) -> dict[str, Answer]:
        heard = {(one.data["outlet_id"], int(one.data["published_on"][5:7])) for one in self.posts()}
        owed = [
            (one["id"], month)
            for one in self.outlets
            if one["channel_id"] in self.duty
            for month in self.months_of(one)
        ]
        stations = [
            one
            for one in self.outlets
            if one["channel_id"] == "commune_loudspeaker" and 12 in self.months_of(one)
        ]
        full = [one for one in stations if all((one["id"], month) in heard for month in self.months_of(one))]
        minutes = sum(
            one.data["duration_minutes"] * (one.data.get("broadcast_times") or 1)
            for one in self.posts()
            if one.data.get("duration_minutes") is not None
        )
        return {
            "media_outlet_month_pct": Answer(sum(1 for one in owed if one in heard), len(owed)),
            "media_commune_full_pct": Answer(len(full), len(stations)),
            "media_posts_total": counted(one.data["genre_id"] for one in self.posts()),
            "media_airtime_minutes": Answer(minutes),
        }

    # Outreach.

    def attended(self, session: RawRecord, audience: str, count: Json) -> int:
        """Return the attendances of an audience: never fewer than came first, or its lines say."""
        lines = session.data.get("establishments", {}).values() if audience == "workers_at_risk" else ()
        of_lines = sum(max(one["attendance_count"], one.get("first_time_count") or 0) for one in lines)
        return max(count["attendance_count"], count.get("first_time_count") or 0, of_lines)

    def attended_on_site(self) -> Counter[str]:
        """Return the attendances of the talks of visits."""
        found: Counter[str] = Counter()
        for visit in self.visits:
            for audience, name in (("workers_at_risk", "workers"), ("owners_managers", "owners")):
                told = [answer(visit, f"ou_{name}_{what}") or 0 for what in ("attended", "first_time")]
                if answer(visit, "ou_done") == "yes" and any(told):
                    found[audience] += max(told)
        return found

    def outreach(self) -> dict[str, Answer]:  # plain loops, as the definitions read
        forms: dict[str, set[str]] = {unit: set() for unit in self.communes}
        quarters: dict[str, set[int]] = {unit: set() for unit in self.communes}
        attendances: Counter[str] = Counter()
        materials: Counter[str] = Counter()
        trained = trained_first = integrated = digital = 0
        for one in self.sessions:
            form = one.data["outreach_form_id"]
            # A talk during an inspection is no session of the commune.
            is_of_visit = form == "during_inspection" or one.data.get("source_inspection_id")
            if one.data["unit_id"] in forms and not is_of_visit:
                forms[one.data["unit_id"]].add(form)
                quarters[one.data["unit_id"]].add((int(one.data["session_date"][5:7]) - 1) // 3)
            integrated += bool(INTEGRATED & set(one.data["topic_ids"]))
            digital += self.channel.get(form) == "digital"
            for audience, count in one.data.get("audiences", {}).items():
                # What a visit reached is counted by the visit.
                if not one.data.get("source_inspection_id"):
                    attendances[audience] += self.attended(one, audience, count)
                if form == "training_class":
                    trained += count["attendance_count"] if audience in OFFICIALS else 0
                    trained_first += (count.get("first_time_count") or 0) if audience in STAFF else 0
            for material, handed in one.data.get("materials", {}).items():
                materials[material] += handed["quantity"]
        attendances.update(self.attended_on_site())
        number, communes = len(self.sessions), len(self.communes)
        staff = sum(self.stated_totals(STAFF_TOTALS))
        return {
            "outreach_commune_any_pct": Answer(sum(bool(one) for one in forms.values()), communes),
            "outreach_commune_sustained_pct": Answer(
                sum(len(one) == 4 for one in quarters.values()), communes
            ),
            "outreach_forms_avg": Answer(sum(map(len, forms.values())), communes, is_percent=False),
            "sessions_total": counted(one.data["outreach_form_id"] for one in self.sessions),
            "attendances_total": summed(attendances),
            "workers_attendances": Answer(attendances["workers_at_risk"]),
            "integrated_sessions_pct": Answer(integrated, number),
            "digital_sessions_pct": Answer(digital, number),
            **{
                name: summed({one: number for one, number in materials.items() if one in kinds})
                for name, kinds in MATERIALS.items()
            },
            "training_participants": Answer(trained),
            "team_trained_pct": Answer(min(trained_first, staff), staff),
        }

    def stated_totals(self, kinds: set[str]) -> Iterator[int]:
        """Yield the last total that was stated of each kind and unit."""
        last: dict[tuple[str, str], tuple[str, int]] = {}
        for one in self.plain["denominator"]:
            key, since = (one.data["kind"], one.data["unit_id"]), one.data["valid_from"]
            if key[0] in kinds and key[1] in self.units and since <= self.last.isoformat():
                last[key] = max(last.get(key, ("", 0)), (since, one.data["value"]))
        return (value for _, value in last.values())

    # Plans of communes.

    def commune_plans(self) -> dict[str, Answer]:
        own = [one for one in self.plain["commune_plan"] if one.data["year"] == self.year]
        replaced = {one.data.get("replaces") for one in own}
        in_force = [one for one in own if one.id not in replaced]
        issued = {one.data["unit_id"] for one in in_force if one.data.get("issued_on")}
        joined = {one.data["unit_id"] for one in in_force if one.data.get("integration_ids")}
        counted_communes = 0
        for unit in self.communes:
            inside = [one for one in self.places if one.data["unit_id"] == unit]
            counted_communes += all(self.is_counted(one) for one in inside)
        communes = len(self.communes)
        return {
            "commune_plan_pct": Answer(len(issued & set(self.communes)), communes),
            "commune_plan_integrated_pct": Answer(len(joined & set(self.communes)), communes),
            "census_commune_pct": Answer(counted_communes, communes),
        }

    def is_counted(self, place: RawRecord) -> bool:
        return any(self.within(when) for when, _, _ in self.counts_of_workers(place))

    # Visits and what followed them.

    def entries_of(self, visit: RawRecord, kind: str) -> list[RawRecord]:
        return [
            one
            for one in self.plain[kind]
            if one.data.get("record") == visit.id and not one.data.get("withdrawn_reason")
        ]

    def decisions_of(self, visit: RawRecord) -> list[Json]:
        """Return the decisions on a visit: a number that field and office both wrote stands once."""
        office = [one.data for one in self.entries_of(visit, "sanction_decision")]
        numbers = {number(one) for one in office if number(one)}
        for measure in visit.data.get("measures", {}).values():
            if measure["measure_id"] in DECISIONS and number(measure) not in numbers:
                office.append({**measure, "sanction_id": measure["measure_id"]})
        return office

    def closed_on(self, visit: RawRecord, key: str) -> date | None:
        """Return when a correction was closed: by the office, else by the first visit that found it made."""
        for one in self.entries_of(visit, "follow_up_closure"):
            if one.data["follow_up_id"] == key:
                return day(one.data["closed_on"])
        answered = [
            local_day(one.data["started_at"])
            for one in self.all_visits
            for told in one.data.get("follow_up_answers", {}).values()
            if (told["visit_id"], told["follow_up_id"]) == (visit.id, key)
            and told["status"] in ("fixed", "cancelled")
        ]
        return min((one for one in answered if one), default=None)

    def after_visits(self) -> dict[str, Answer]:  # plain loops, as the definitions read
        violations: Counter[str] = Counter()
        measures: Counter[str] = Counter()
        handled = fines = asked = in_time = 0
        for visit in self.all_visits:
            if visit.data["unit_id"] not in self.units:
                continue
            decisions, happened = self.decisions_of(visit), local_day(visit.data["started_at"])
            for one in decisions:
                if one["sanction_id"] == "fine_money" and self.within(
                    day(one.get("document_date")) or happened
                ):
                    fines += one.get("amount_vnd") or 0
            for key, one in visit.data.get("follow_ups", {}).items():
                due = day(one.get("due_on"))
                # What is due in a month that lasts is not missed yet.
                if due is not None and self.within(due) and due < self.today.replace(day=1):
                    closed = self.closed_on(visit, key)
                    asked += 1
                    in_time += closed is not None and due is not None and closed <= due
            if visit not in self.visits:
                continue
            own = [one["measure_id"] for one in visit.data.get("measures", {}).values()]
            measures.update(own)
            ending = [
                one for one in visit.data.get("measures", {}).values() if one["measure_id"] not in BEGIN_ONLY
            ]
            # A fine or warning of the field is among the decisions, unless the office entered it.
            naming = (*decisions, *(one for one in ending if one["measure_id"] not in DECISIONS))
            named = {violation for one in naming for violation in one.get("violation_ids", ())}
            listed = [one["violation_id"] for one in visit.data.get("findings", {}).values()]
            violations.update(listed)
            # Measures that name no violation answer one of them.
            handled += sum(one in named for one in listed) if named or not ending else min(1, len(listed))
        found = sum(violations.values())
        return {
            "violations_by_code": summed(violations),
            "measures_by_kind": summed(measures),
            "fines_amount": Answer(fines),
            "violations_handled_pct": Answer(handled, found),
            "fixed_in_time_pct": Answer(in_time, asked),
        }

    def plan(self) -> Answer:
        """Return the planned visits that were made, of those not cancelled whose window ends in the year."""
        items = sorted(
            (one for one in self.plain["plan_item"] if not one.data.get("cancelled")),
            key=lambda one: (one.data["window_to"], one.data["window_from"], one.id),
        )
        kinds = {one.id: one.data for one in self.plain["establishment"]}
        left = [one for one in self.all_visits if one.data["overall_result"] != "not_inspected"]
        left.sort(key=lambda one: (local_day(one.data["started_at"]), one.id))
        done: set[str] = set()

        def keeps(visit: RawRecord, item: Json) -> bool:
            when = local_day(visit.data["started_at"])
            assert when is not None
            is_own = visit.data["team_id"] == item["team_id"]
            # A visit of another kind counts only where its officer linked it to the item.
            is_own = is_own and visit.data["inspection_kind"] == item["inspection_kind"]
            return is_own and item["window_from"] <= when.isoformat() <= item["window_to"]

        def at_place(visit: RawRecord, item: Json) -> bool:
            place = visit.data["establishment_id"]
            if item.get("establishment_id"):
                return bool(item["establishment_id"] == place)
            known = kinds.get(place, {})
            return (item["establishment_type_id"], item["unit_id"]) == (
                known.get("establishment_type_id"),
                known.get("unit_id"),
            )

        for fits in (
            lambda visit, item: visit.data.get("plan_item_id") == item.id,
            lambda visit, item: item.data.get("establishment_id") and keeps(visit, item.data),
            lambda visit, item: not item.data.get("establishment_id") and keeps(visit, item.data),
        ):
            for visit in list(left):
                for item in items:
                    if item.id not in done and fits(visit, item) and at_place(visit, item.data):
                        done.add(item.id)
                        left.remove(visit)
                        break
        own = [
            one
            for one in items
            if self.within(day(one.data["window_to"]))
            # Nobody may know of an unannounced visit that is still to be made.
            and (
                one.id in done
                or one.data["inspection_kind"] != "unannounced"
                or day(one.data["window_to"]) < self.today
            )
            and (one.data.get("unit_id") or kinds[one.data["establishment_id"]]["unit_id"]) in self.units
        ]
        return Answer(sum(one.id in done for one in own), len(own))

    # What agencies sent and what the office keeps.

    def returns(self) -> dict[str, Answer]:
        months = [
            one.data
            for one in self.plain["agency_return"]
            if self.within(day(one.data["month"])) and one.data["unit_id"] in self.units
        ]
        spots: dict[tuple[str, str], tuple[str, int]] = {}
        for one in self.plain["agency_return"]:
            known = one.data.get("complex_spots")
            if known is not None and one.data["unit_id"] in self.units:
                key, month = (one.data["agency_id"], one.data["unit_id"]), one.data["month"]
                if month <= self.last.isoformat():
                    spots[key] = max(spots.get(key, ("", 0)), (month, known))
        services: Counter[str] = Counter()
        for one in self.plain["harm_reduction_return"]:
            if self.within(day(one.data["month"])) and one.data["unit_id"] in self.units:
                for service, given in one.data["services"].items():
                    services[service] += given["quantity"]

        def sent(name: str) -> int:
            return sum(one.get(name) or 0 for one in months)

        return {
            "tipoffs_processed_pct": Answer(sent("tipoffs_processed"), sent("tipoffs_received")),
            "cases_broken": Answer(sent("cases_uncovered")),
            "cases_prosecuted": Answer(sent("cases_prosecuted")),
            "cases_tried": Answer(sent("cases_tried")),
            "complex_spots": Answer(sum(count for _, count in spots.values())),
            # Things handed out are no contacts.
            "harm_reduction_contacts": summed(
                {one: number for one, number in services.items() if not one.endswith("_distributed")}
            ),
            "condoms_distributed": Answer(services["condoms_distributed"]),
            "kits_distributed": Answer(services["kits_distributed"]),
        }

    def office(self) -> dict[str, Answer]:
        decided = [
            one
            for one in self.plain["team"]
            if one.data.get("decision_number")
            and (day(one.data.get("valid_from")) or date.min) <= self.last
            and (day(one.data.get("valid_to")) or date.max) >= self.last
        ]
        models = 0
        for one in self.plain["pilot_model"]:
            begun = self.first <= self.last and one.data["started_on"] <= self.last.isoformat()
            ended = day(one.data.get("ended_on"))
            goes_on = one.data["status"] in ("active", "maintained")
            goes_on = goes_on or (one.data["status"] == "ended" and ended is not None and ended > self.last)
            models += begun and goes_on and one.data["unit_id"] in self.units
        praised: Counter[str] = Counter()
        for one in self.plain["commendation"]:
            if self.within(day(one.data["granted_on"])) and one.data["unit_id"] in self.units:
                praised[one.data["subject"]] += one.data["count"]
        lines = [
            one.data
            for one in self.plain["budget_line"]
            if one.data["year"] == self.year and one.data["unit_id"] in self.units
        ]
        owed = [
            one.data
            for one in self.plain["report_submission"]
            if self.within(day(one.data["due_on"])) and one.data["unit_id"] in self.units
        ]
        sent = sum(bool(one.get("submitted_on")) and one["submitted_on"] <= one["due_on"] for one in owed)
        return {
            "team_consolidated": Answer(int(bool(decided))),
            "pilot_models_active": Answer(models),
            "commendations_total": summed(praised),
            "budget_used_pct": Answer(
                sum(one.get("spent_vnd") or 0 for one in lines),
                sum(one.get("allocated_vnd") or 0 for one in lines),
            ),
            "reports_on_time_pct": Answer(sent, len(owed)),
            "commune_reported_pct": Answer(
                sum(
                    bool(of_commune) and all(one.get("submitted_on") for one in of_commune)
                    for commune in self.communes
                    for of_commune in [[one for one in owed if one["unit_id"] == commune]]
                ),
                len(self.communes),
            ),
        }

    def stated(self, record_type: str, member: str) -> list[Json]:
        """Return what was stated of the area on a day of the year."""
        return [
            one.data
            for one in self.plain[record_type]
            if self.within(day(one.data[member])) and one.data["unit_id"] in self.units
        ]

    def supervised(self) -> dict[str, Answer]:
        """Return wrong information dealt with, and social supervision with what came of it."""
        handled: Counter[str] = Counter()
        for data in self.stated("information_correction", "corrected_on"):
            handled[data["action_id"]] += data["item_count"]
        bodies: Counter[str] = Counter()
        every = self.stated("supervision", "concluded_on")
        for data in every:
            bodies[data["kind_id"]] += data["units_supervised"]
        known = [data for data in every if data.get("recommendations_done") is not None]
        return {
            "information_corrections": summed(handled),
            "supervision_bodies": summed(bodies),
            "supervision_done_pct": Answer(
                sum(data["recommendations_done"] for data in known),
                sum(data["recommendations"] for data in known),
            ),
        }

    def at_risk(self) -> dict[str, Answer]:
        """Return the last counts of at-risk groups, and the communes that counted within the year."""
        last: dict[tuple[str, str], Json] = {}
        for one in sorted(self.plain["risk_group_count"], key=lambda each: each.data["half_year"]):
            if one.data["unit_id"] in self.units and one.data["half_year"] <= self.last.isoformat():
                last[one.data["unit_id"], one.data["group_id"]] = one.data
        people: Counter[str] = Counter()
        women: Counter[str] = Counter()
        for (_, group), data in last.items():
            people[group] += data["people_total"]
            women[group] += data["women_total"]
        counted_here = {data["unit_id"] for data in self.stated("risk_group_count", "half_year")}
        return {
            **{f"at_risk_{group}": Answer(people[group]) for group in people},
            **{f"at_risk_{group}_women": Answer(women[group]) for group in women if group in MIXED_GROUPS},
            "at_risk_counted_pct": Answer(len(counted_here), len(self.communes)),
        }

    def system(self, filed: Iterable[RawRecord]) -> dict[str, Answer]:
        """Return what the review made of the records of the year, and how soon they had come."""
        within = returned = decided = number_filed = 0
        for one in filed:
            filed_at = one.data.get("filed_at")
            on = local_day(filed_at) or local_day(one.data.get("started_at")) or day(one.data["session_date"])
            if one.data["unit_id"] not in self.units or not self.within(on):
                continue
            number_filed += 1
            decided += bool(one.decided)
            returned += "returned" in one.decided
            if filed_at and one.received_at:
                waited = one.received_at - datetime.fromisoformat(filed_at.replace("Z", "+00:00"))
                within += waited <= timedelta(hours=24)
        return {
            "sync_within_24h_pct": Answer(within, number_filed),
            "returned_records_pct": Answer(returned, decided),
        }

    def answers(self) -> dict[str, Answer]:
        """Return the figures of the year by indicator."""
        known = {one.id: self.workers(one) for one in self.places}
        groups = (self.kinds[one.data["establishment_type_id"]]["national_group"] for one in self.places)
        certified = {one.id: self.last_answer(one, "antt_certificate") for one in self.places}
        exits = {
            one.id: [self.last_answer(one, item) for item in ("fire_exits_clear", "fire_exit_unlocked")]
            for one in self.places
        }
        counted_here = sum(count or 0 for count in known.values())
        checked = self.sum_of_answers("workers_total")
        filed = [one for one in (*self.visits, *self.sessions)]
        return {
            **self.outreach(),
            **self.media(),
            **self.commune_plans(),
            **self.after_visits(),
            **self.returns(),
            **self.office(),
            **self.supervised(),
            **self.at_risk(),
            **self.system(filed),
            "workers_reached_pct": Answer(self.reached_workers(), counted_here),
            "owners_reached_pct": self.share(self.has_briefed_owner),
            "iz_workers_reached_pct": self.people(self.zones, "zone_id"),
            "students_reached_pct": self.people(self.schools, "school_id"),
            "establishments_total": counted(groups),
            "workers_total": Answer(counted_here),
            "worker_counts_known_pct": self.share(lambda one: known[one.id] is not None),
            "worker_counts_in_period_pct": self.share(self.is_counted),
            "inspected_once_pct": self.share(self.is_inspected),
            "violation_rate_pct": self.share(self.has_violation, self.is_inspected),
            "visits_total": counted(one.data["inspection_kind"] for one in self.visits),
            "unannounced_share_pct": Answer(
                sum(one.data["inspection_kind"] == "unannounced" for one in self.visits), len(self.visits)
            ),
            "plan_completion_pct": self.plan(),
            "antt_certificate_pct": self.share(
                lambda one: certified[one.id] == "yes", lambda one: certified[one.id] in ("yes", "no")
            ),
            "contract_pct": Answer(self.sum_of_answers("workers_contract"), checked),
            "health_check_pct": Answer(self.sum_of_answers("workers_health_check"), checked),
            "fire_exit_ok_pct": self.share(
                lambda one: exits[one.id] == ["yes", "yes"], lambda one: None not in exits[one.id]
            ),
            "commitment_pct": self.share(lambda one: self.last_answer(one, "pv_commitment") == "yes"),
        }

    def bounds_of_workers_reached(self) -> tuple[float | None, float | None]:
        """Return how low and high the share is if places not counted yet have as many as their kind has."""

        def with_usual(position: int) -> Callable[[RawRecord], int | None]:
            def workers(place: RawRecord) -> int | None:
                count = self.workers(place)
                usual: int = self.kinds[place.data["establishment_type_id"]]["workers"][position]
                return usual if count is None else count

            return workers

        reached, every = [], []
        for workers in (with_usual(0), with_usual(2)):
            reached.append(self.reached_workers(workers))
            every.append(sum(workers(one) or 0 for one in self.places))
        if not every[0]:
            return None, None
        # Outward to tenths. Low: few are reached and many are not; high: many are, few are not.
        low = (reached[0], reached[0] + every[1] - reached[1])
        high = (reached[1], reached[1] + every[0] - reached[0])
        return 1000 * low[0] // low[1] / 10, -(-1000 * high[0] // high[1]) / 10


def number(data: Json) -> str:
    """Return the number of a document as two who typed it meet: no blanks, no case."""
    return "".join(str(data.get("document_number", "")).casefold().replace("đ", "d").split())


def counted(keys: Iterable[str]) -> Answer:
    return summed(Counter(keys))


def summed(numbers: Mapping[str, float]) -> Answer:
    told = {key: count for key, count in numbers.items() if count}
    return Answer(sum(told.values()), by=told)
