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
# Measures that close a violation; the others only open a procedure.
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
        for record in every:
            self.plain[record.type].append(record)
        reviewed = [record for record in every if record.type in ("inspection", "outreach_session")]
        # Only approved records count (domain 4.7).
        approved = [record for record in reviewed if record.state == "approved"]
        self.all_visits = sorted(
            (visit for visit in approved if visit.type == "inspection"),
            key=lambda visit: visit.data["started_at"],
        )
        self.visits = [
            visit
            for visit in self.all_visits
            if self.within(local_day(visit.data["started_at"])) and visit.data["unit_id"] in self.units
        ]
        self.sessions = [
            session
            for session in approved
            if session.type == "outreach_session"
            and self.within(day(session.data["session_date"]))
            and session.data["unit_id"] in self.units
        ]
        self.places = [place for place in self.plain["establishment"] if self._is_there(place.data)]
        self.schools, self.zones, self.outlets = (
            [row for row in rows.get(f"places.{name}", {}).values() if row["unit_id"] in self.units]
            for name in ("schools", "zones", "media_outlets")
        )
        self.duty = {
            channel["id"] for channel in LISTS["outreach"]["media_channels"] if channel.get("monthly_duty")
        }
        self.kinds = {kind["id"]: kind for kind in LISTS["establishment_types"]["items"]}
        self.channel = {form["id"]: form["channel"] for form in LISTS["outreach"]["outreach_forms"]}

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

    # Values of one establishment.

    def visits_of(self, place: RawRecord) -> list[RawRecord]:
        return [
            visit
            for visit in self.all_visits
            if visit.data["establishment_id"] == place.id and self.within(local_day(visit.data["started_at"]))
        ]

    def last_answer(self, place: RawRecord, item: str) -> Any:
        """Return the latest answer to an item on or before the end of the period."""
        latest = None
        for visit in self.all_visits:
            when = local_day(visit.data["started_at"])
            assert when is not None
            if visit.data["establishment_id"] == place.id and when <= self.last:
                value = answer(visit, item)
                latest = latest if value is None else value
        return latest

    def counts_of_workers(self, place: RawRecord) -> list[tuple[date, str, int]]:
        """Return every count of its workers, by a visit that got in or by a census, the oldest first."""
        counts = []
        for visit in self.all_visits:
            total = answer(visit, "workers_total")
            is_inside = visit.data["access_result"] == "inspected"
            if visit.data["establishment_id"] == place.id and is_inside and total is not None:
                counts.append((local_day(visit.data["started_at"]), visit.data["started_at"], total))
        for census in self.plain["worker_census"]:
            if census.data["establishment_id"] == place.id:
                # A census has a day alone; a visit of that day has seen the place since.
                counts.append((day(census.data["counted_on"]), "", census.data["workers_total"]))
        return sorted(count for count in counts if count[0] <= self.last)

    def workers(self, place: RawRecord) -> int | None:
        """W_e: of the latest approved visit or census (domain 4.2)."""
        counts = self.counts_of_workers(place)
        return counts[-1][2] if counts else None

    def talks_of(self, place: RawRecord) -> Iterator[tuple[set[str], int | None, int | None]]:
        """Yield the audiences of each talk at a place, its attendance and its first-time attendance."""
        for visit in self.visits_of(place):
            if answer(visit, "ou_done") == "yes":
                owners = {"owners_managers"} if answer(visit, "ou_owners_attended") else set()
                attended = [answer(visit, f"ou_workers_{name}") for name in ("attended", "first_time")]
                yield {"workers_at_risk"} | owners, attended[0], attended[1]
        for session in self.sessions:
            line = session.data.get("establishments", {}).get(place.id)
            # Outreach inside a visit is counted once, by the visit (domain 4.6).
            if line and not session.data.get("source_inspection_id"):
                yield (
                    set(session.data["audiences"]),
                    line.get("attendance_count"),
                    line.get("first_time_count"),
                )

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
            inside = [place for place in self.places if place.data["unit_id"] == unit]
            own = sum(self.reached(place, workers(place)) for place in inside)
            room = sum(workers(place) or 0 for place in inside) - own
            remainder = 0
            for session in self.sessions:
                if session.data["unit_id"] == unit:
                    first = session.data["audiences"].get("workers_at_risk", {}).get("first_time_count") or 0
                    lines = session.data.get("establishments", {}).values()
                    remainder += max(0, first - sum(line.get("first_time_count") or 0 for line in lines))
            total += own + min(remainder, room)
        return total

    def people(self, places: Sequence[Json], name: str) -> Answer:
        """Return the people of schools or zones who were reached, of all: by the roll of the last session."""
        reached = total = 0
        for place in places:
            audience = COUNTED_AS_PEOPLE[place["kind"]] if "kind" in place else "iz_workers"
            held = [session for session in self.sessions if session.data.get(name) == place["id"]]
            counts = [
                session.data["audiences"][audience]
                for session in held
                if audience in session.data["audiences"]
            ]
            days = [session.data["session_date"] for session in held if audience in session.data["audiences"]]
            on = max(days, default=self.last.isoformat())
            rolls = [count for count in place["counts"] if count["from"] <= on]
            if not rolls:
                continue
            roll = max(rolls, key=lambda count: count["from"])["count"]
            first = [
                count["first_time_count"] for count in counts if count.get("first_time_count") is not None
            ]
            attended = max((count["attendance_count"] for count in counts), default=0)
            total += roll
            reached += min(roll, sum(first) if first else attended)
        return Answer(reached, total)

    # Shares of establishments.

    def share(self, has: Any, of: Any = None) -> Answer:
        among = [place for place in self.places if of is None or of(place)]
        return Answer(sum(1 for place in self.places if has(place)), len(among))

    def is_inspected(self, place: RawRecord) -> bool:
        return any(visit.data["access_result"] == "inspected" for visit in self.visits_of(place))

    def has_violation(self, place: RawRecord) -> bool:
        bad = ("violation_recorded", "handed_to_police")
        return any(visit.data["overall_result"] in bad for visit in self.visits_of(place))

    def has_briefed_owner(self, place: RawRecord) -> bool:
        briefed = any(answer(visit, "pv_owner_briefed") == "yes" for visit in self.visits_of(place))
        return briefed or any("owners_managers" in audiences for audiences, _, _ in self.talks_of(place))

    def sum_of_answers(self, item: str) -> int:
        return sum(self.last_answer(place, item) or 0 for place in self.places)

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
        posts = self.plain["media_post"]
        return [
            post
            for post in posts
            if self.within(day(post.data["published_on"])) and post.data["unit_id"] in self.units
        ]

    def media(self) -> dict[str, Answer]:
        heard = {(post.data["outlet_id"], int(post.data["published_on"][5:7])) for post in self.posts()}
        owed = [
            (outlet["id"], month)
            for outlet in self.outlets
            if outlet["channel_id"] in self.duty
            for month in self.months_of(outlet)
        ]
        stations = [
            outlet
            for outlet in self.outlets
            if outlet["channel_id"] == "commune_loudspeaker" and 12 in self.months_of(outlet)
        ]
        full = [
            station
            for station in stations
            if all((station["id"], month) in heard for month in self.months_of(station))
        ]
        minutes = sum(
            post.data["duration_minutes"] * (post.data.get("broadcast_times") or 1)
            for post in self.posts()
            if post.data.get("duration_minutes") is not None
        )
        return {
            "media_outlet_month_pct": Answer(
                sum(1 for outlet_month in owed if outlet_month in heard), len(owed)
            ),
            "media_commune_full_pct": Answer(len(full), len(stations)),
            "media_posts_total": counted(post.data["genre_id"] for post in self.posts()),
            "media_airtime_minutes": Answer(minutes),
        }

    # Outreach.

    def attended(self, session: RawRecord, audience: str, count: Json) -> int:
        """Return the attendances of an audience: never fewer than came first, or its lines say."""
        lines = session.data.get("establishments", {}).values() if audience == "workers_at_risk" else ()
        of_lines = sum(max(line["attendance_count"], line.get("first_time_count") or 0) for line in lines)
        return max(count["attendance_count"], count.get("first_time_count") or 0, of_lines)

    def attended_on_site(self) -> Counter[str]:
        """Return the attendances of the talks of visits."""
        attendances: Counter[str] = Counter()
        for visit in self.visits:
            for audience, name in (("workers_at_risk", "workers"), ("owners_managers", "owners")):
                counts = [answer(visit, f"ou_{name}_{what}") or 0 for what in ("attended", "first_time")]
                if answer(visit, "ou_done") == "yes" and any(counts):
                    attendances[audience] += max(counts)
        return attendances

    def outreach(self) -> dict[str, Answer]:  # plain loops, as the definitions read
        forms: dict[str, set[str]] = {unit: set() for unit in self.communes}
        quarters: dict[str, set[int]] = {unit: set() for unit in self.communes}
        attendances: Counter[str] = Counter()
        materials: Counter[str] = Counter()
        trained = trained_first = integrated = digital = 0
        for session in self.sessions:
            form = session.data["outreach_form_id"]
            # A talk during an inspection is no session of the commune.
            is_of_visit = form == "during_inspection" or session.data.get("source_inspection_id")
            if session.data["unit_id"] in forms and not is_of_visit:
                forms[session.data["unit_id"]].add(form)
                quarters[session.data["unit_id"]].add((int(session.data["session_date"][5:7]) - 1) // 3)
            integrated += bool(INTEGRATED & set(session.data["topic_ids"]))
            digital += self.channel.get(form) == "digital"
            for audience, count in session.data.get("audiences", {}).items():
                # What a visit reached is counted by the visit.
                if not session.data.get("source_inspection_id"):
                    attendances[audience] += self.attended(session, audience, count)
                if form == "training_class":
                    trained += count["attendance_count"] if audience in OFFICIALS else 0
                    trained_first += (count.get("first_time_count") or 0) if audience in STAFF else 0
            for material, handed in session.data.get("materials", {}).items():
                materials[material] += handed["quantity"]
        attendances.update(self.attended_on_site())
        number, communes = len(self.sessions), len(self.communes)
        staff = sum(self.stated_totals(STAFF_TOTALS))
        return {
            "outreach_commune_any_pct": Answer(
                sum(bool(forms_of_unit) for forms_of_unit in forms.values()), communes
            ),
            "outreach_commune_sustained_pct": Answer(
                sum(len(quarters_of_unit) == 4 for quarters_of_unit in quarters.values()), communes
            ),
            "outreach_forms_avg": Answer(sum(map(len, forms.values())), communes, is_percent=False),
            "sessions_total": counted(session.data["outreach_form_id"] for session in self.sessions),
            "attendances_total": summed(attendances),
            "workers_attendances": Answer(attendances["workers_at_risk"]),
            "integrated_sessions_pct": Answer(integrated, number),
            "digital_sessions_pct": Answer(digital, number),
            **{
                name: summed(
                    {material: number for material, number in materials.items() if material in kinds}
                )
                for name, kinds in MATERIALS.items()
            },
            "training_participants": Answer(trained),
            "team_trained_pct": Answer(min(trained_first, staff), staff),
        }

    def stated_totals(self, kinds: set[str]) -> Iterator[int]:
        """Yield the last total that was stated of each kind and unit."""
        last: dict[tuple[str, str], tuple[str, int]] = {}
        for denominator in self.plain["denominator"]:
            key, since = (
                (denominator.data["kind"], denominator.data["unit_id"]),
                denominator.data["valid_from"],
            )
            if key[0] in kinds and key[1] in self.units and since <= self.last.isoformat():
                last[key] = max(last.get(key, ("", 0)), (since, denominator.data["value"]))
        return (value for _, value in last.values())

    # Plans of communes.

    def commune_plans(self) -> dict[str, Answer]:
        own = [plan for plan in self.plain["commune_plan"] if plan.data["year"] == self.year]
        replaced = {plan.data.get("replaces") for plan in own}
        in_force = [plan for plan in own if plan.id not in replaced]
        issued = {plan.data["unit_id"] for plan in in_force if plan.data.get("issued_on")}
        joined = {plan.data["unit_id"] for plan in in_force if plan.data.get("integration_ids")}
        counted_communes = 0
        for unit in self.communes:
            inside = [place for place in self.places if place.data["unit_id"] == unit]
            counted_communes += all(self.is_counted(place) for place in inside)
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
            entry
            for entry in self.plain[kind]
            if entry.data.get("record") == visit.id and not entry.data.get("withdrawn_reason")
        ]

    def decisions_of(self, visit: RawRecord) -> list[Json]:
        """Return the decisions on a visit: a number that field and office both wrote stands once."""
        office = [entry.data for entry in self.entries_of(visit, "sanction_decision")]
        numbers = {number(decision) for decision in office if number(decision)}
        for measure in visit.data.get("measures", {}).values():
            if measure["measure_id"] in DECISIONS and number(measure) not in numbers:
                office.append({**measure, "sanction_id": measure["measure_id"]})
        return office

    def closed_on(self, visit: RawRecord, key: str) -> date | None:
        """Return when a correction was closed: by the office, else by the first visit that found it made."""
        for closure in self.entries_of(visit, "follow_up_closure"):
            if closure.data["follow_up_id"] == key:
                return day(closure.data["closed_on"])
        answered = [
            local_day(later_visit.data["started_at"])
            for later_visit in self.all_visits
            for reply in later_visit.data.get("follow_up_answers", {}).values()
            if (reply["visit_id"], reply["follow_up_id"]) == (visit.id, key)
            and reply["status"] in ("fixed", "cancelled")
        ]
        return min((answered_on for answered_on in answered if answered_on), default=None)

    def after_visits(self) -> dict[str, Answer]:  # plain loops, as the definitions read
        violations: Counter[str] = Counter()
        measures: Counter[str] = Counter()
        handled = fines = corrections = in_time = 0
        for visit in self.all_visits:
            if visit.data["unit_id"] not in self.units:
                continue
            decisions, happened = self.decisions_of(visit), local_day(visit.data["started_at"])
            for decision in decisions:
                if decision["sanction_id"] == "fine_money" and self.within(
                    day(decision.get("document_date")) or happened
                ):
                    fines += decision.get("amount_vnd") or 0
            for key, follow_up in visit.data.get("follow_ups", {}).items():
                due = day(follow_up.get("due_on"))
                # What is due in a month that lasts is not missed yet.
                if due is not None and self.within(due) and due < self.today.replace(day=1):
                    closed = self.closed_on(visit, key)
                    corrections += 1
                    in_time += closed is not None and due is not None and closed <= due
            if visit not in self.visits:
                continue
            own = [measure["measure_id"] for measure in visit.data.get("measures", {}).values()]
            measures.update(own)
            ending = [
                measure
                for measure in visit.data.get("measures", {}).values()
                if measure["measure_id"] not in BEGIN_ONLY
            ]
            # A fine or warning of the field is among the decisions, unless the office entered it.
            naming = (*decisions, *(measure for measure in ending if measure["measure_id"] not in DECISIONS))
            named = {violation for measure in naming for violation in measure.get("violation_ids", ())}
            listed = [finding["violation_id"] for finding in visit.data.get("findings", {}).values()]
            violations.update(listed)
            # Measures without violation ids count for one violation.
            handled += (
                sum(violation in named for violation in listed)
                if named or not ending
                else min(1, len(listed))
            )
        total = sum(violations.values())
        return {
            "violations_by_code": summed(violations),
            "measures_by_kind": summed(measures),
            "fines_amount": Answer(fines),
            "violations_handled_pct": Answer(handled, total),
            "fixed_in_time_pct": Answer(in_time, corrections),
        }

    def plan(self) -> Answer:
        """Return the planned visits that were made, of those not cancelled whose window ends in the year."""
        items = sorted(
            (item for item in self.plain["plan_item"] if not item.data.get("cancelled")),
            key=lambda item: (item.data["window_to"], item.data["window_from"], item.id),
        )
        kinds = {establishment.id: establishment.data for establishment in self.plain["establishment"]}
        left = [visit for visit in self.all_visits if visit.data["overall_result"] != "not_inspected"]
        left.sort(key=lambda visit: (local_day(visit.data["started_at"]), visit.id))
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
            establishment = kinds.get(place, {})
            return (item["establishment_type_id"], item["unit_id"]) == (
                establishment.get("establishment_type_id"),
                establishment.get("unit_id"),
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
            item
            for item in items
            if self.within(day(item.data["window_to"]))
            # Nobody may know of an unannounced visit that is still to be made.
            and (
                item.id in done
                or item.data["inspection_kind"] != "unannounced"
                or day(item.data["window_to"]) < self.today
            )
            and (item.data.get("unit_id") or kinds[item.data["establishment_id"]]["unit_id"]) in self.units
        ]
        return Answer(sum(item.id in done for item in own), len(own))

    # What agencies sent and what the office keeps.

    def returns(self) -> dict[str, Answer]:
        months = [
            agency_return.data
            for agency_return in self.plain["agency_return"]
            if self.within(day(agency_return.data["month"])) and agency_return.data["unit_id"] in self.units
        ]
        spots: dict[tuple[str, str], tuple[str, int]] = {}
        for monthly_return in self.plain["agency_return"]:
            spot_count = monthly_return.data.get("complex_spots")
            if spot_count is not None and monthly_return.data["unit_id"] in self.units:
                key, month = (
                    (monthly_return.data["agency_id"], monthly_return.data["unit_id"]),
                    monthly_return.data["month"],
                )
                if month <= self.last.isoformat():
                    spots[key] = max(spots.get(key, ("", 0)), (month, spot_count))
        services: Counter[str] = Counter()
        for monthly_return in self.plain["harm_reduction_return"]:
            if (
                self.within(day(monthly_return.data["month"]))
                and monthly_return.data["unit_id"] in self.units
            ):
                for service, given in monthly_return.data["services"].items():
                    services[service] += given["quantity"]

        def sent(name: str) -> int:
            return sum(month.get(name) or 0 for month in months)

        return {
            "tipoffs_processed_pct": Answer(sent("tipoffs_processed"), sent("tipoffs_received")),
            "cases_broken": Answer(sent("cases_uncovered")),
            "cases_prosecuted": Answer(sent("cases_prosecuted")),
            "cases_tried": Answer(sent("cases_tried")),
            "complex_spots": Answer(sum(count for _, count in spots.values())),
            # Things handed out are no contacts.
            "harm_reduction_contacts": summed(
                {
                    service: number
                    for service, number in services.items()
                    if not service.endswith("_distributed")
                }
            ),
            "condoms_distributed": Answer(services["condoms_distributed"]),
            "kits_distributed": Answer(services["kits_distributed"]),
        }

    def office(self) -> dict[str, Answer]:
        decided = [
            team
            for team in self.plain["team"]
            if team.data.get("decision_number")
            and (day(team.data.get("valid_from")) or date.min) <= self.last
            and (day(team.data.get("valid_to")) or date.max) >= self.last
        ]
        models = 0
        for model in self.plain["pilot_model"]:
            begun = self.first <= self.last and model.data["started_on"] <= self.last.isoformat()
            ended = day(model.data.get("ended_on"))
            goes_on = model.data["status"] in ("active", "maintained")
            goes_on = goes_on or (model.data["status"] == "ended" and ended is not None and ended > self.last)
            models += begun and goes_on and model.data["unit_id"] in self.units
        praised: Counter[str] = Counter()
        for commendation in self.plain["commendation"]:
            if (
                self.within(day(commendation.data["granted_on"]))
                and commendation.data["unit_id"] in self.units
            ):
                praised[commendation.data["subject"]] += commendation.data["count"]
        lines = [
            line.data
            for line in self.plain["budget_line"]
            if line.data["year"] == self.year and line.data["unit_id"] in self.units
        ]
        owed = [
            submission.data
            for submission in self.plain["report_submission"]
            if self.within(day(submission.data["due_on"])) and submission.data["unit_id"] in self.units
        ]
        sent = sum(
            bool(submission.get("submitted_on")) and submission["submitted_on"] <= submission["due_on"]
            for submission in owed
        )
        return {
            "team_consolidated": Answer(int(bool(decided))),
            "pilot_models_active": Answer(models),
            "commendations_total": summed(praised),
            "budget_used_pct": Answer(
                sum(line.get("spent_vnd") or 0 for line in lines),
                sum(line.get("allocated_vnd") or 0 for line in lines),
            ),
            "reports_on_time_pct": Answer(sent, len(owed)),
            "commune_reported_pct": Answer(
                sum(
                    bool(of_commune) and all(submission.get("submitted_on") for submission in of_commune)
                    for commune in self.communes
                    for of_commune in [
                        [submission for submission in owed if submission["unit_id"] == commune]
                    ]
                ),
                len(self.communes),
            ),
        }

    def stated(self, record_type: str, member: str) -> list[Json]:
        """Return what was stated of the area on a day of the year."""
        return [
            record.data
            for record in self.plain[record_type]
            if self.within(day(record.data[member])) and record.data["unit_id"] in self.units
        ]

    def supervised(self) -> dict[str, Answer]:
        """Return the figures of corrected information and of social supervision."""
        handled: Counter[str] = Counter()
        for data in self.stated("information_correction", "corrected_on"):
            handled[data["action_id"]] += data["item_count"]
        bodies: Counter[str] = Counter()
        every = self.stated("supervision", "concluded_on")
        for data in every:
            bodies[data["kind_id"]] += data["units_supervised"]
        answered = [data for data in every if data.get("recommendations_done") is not None]
        return {
            "information_corrections": summed(handled),
            "supervision_bodies": summed(bodies),
            "supervision_done_pct": Answer(
                sum(data["recommendations_done"] for data in answered),
                sum(data["recommendations"] for data in answered),
            ),
        }

    def at_risk(self) -> dict[str, Answer]:
        """Return the last counts of at-risk groups, and the communes that counted within the year."""
        last: dict[tuple[str, str], Json] = {}
        for count in sorted(self.plain["risk_group_count"], key=lambda each: each.data["half_year"]):
            if count.data["unit_id"] in self.units and count.data["half_year"] <= self.last.isoformat():
                last[count.data["unit_id"], count.data["group_id"]] = count.data
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
        for record in filed:
            filed_at = record.data.get("filed_at")
            on = (
                local_day(filed_at)
                or local_day(record.data.get("started_at"))
                or day(record.data["session_date"])
            )
            if record.data["unit_id"] not in self.units or not self.within(on):
                continue
            number_filed += 1
            decided += bool(record.decided)
            returned += "returned" in record.decided
            if filed_at and record.received_at:
                waited = record.received_at - datetime.fromisoformat(filed_at.replace("Z", "+00:00"))
                within += waited <= timedelta(hours=24)
        return {
            "sync_within_24h_pct": Answer(within, number_filed),
            "returned_records_pct": Answer(returned, decided),
        }

    def answers(self) -> dict[str, Answer]:
        """Return the figures of the year by indicator."""
        workers = {place.id: self.workers(place) for place in self.places}
        groups = (self.kinds[place.data["establishment_type_id"]]["national_group"] for place in self.places)
        certified = {place.id: self.last_answer(place, "antt_certificate") for place in self.places}
        exits = {
            place.id: [self.last_answer(place, item) for item in ("fire_exits_clear", "fire_exit_unlocked")]
            for place in self.places
        }
        counted_here = sum(count or 0 for count in workers.values())
        checked = self.sum_of_answers("workers_total")
        filed = [*self.visits, *self.sessions]
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
            "worker_counts_known_pct": self.share(lambda place: workers[place.id] is not None),
            "worker_counts_in_period_pct": self.share(self.is_counted),
            "inspected_once_pct": self.share(self.is_inspected),
            "violation_rate_pct": self.share(self.has_violation, self.is_inspected),
            "visits_total": counted(visit.data["inspection_kind"] for visit in self.visits),
            "unannounced_share_pct": Answer(
                sum(visit.data["inspection_kind"] == "unannounced" for visit in self.visits), len(self.visits)
            ),
            "plan_completion_pct": self.plan(),
            "antt_certificate_pct": self.share(
                lambda place: certified[place.id] == "yes", lambda place: certified[place.id] in ("yes", "no")
            ),
            "contract_pct": Answer(self.sum_of_answers("workers_contract"), checked),
            "health_check_pct": Answer(self.sum_of_answers("workers_health_check"), checked),
            "fire_exit_ok_pct": self.share(
                lambda place: exits[place.id] == ["yes", "yes"], lambda place: None not in exits[place.id]
            ),
            "commitment_pct": self.share(lambda place: self.last_answer(place, "pv_commitment") == "yes"),
        }

    def bounds_of_workers_reached(self) -> tuple[float | None, float | None]:
        """Return the bounds of the share: uncounted places have the fewest or most workers of their kind."""

        def with_usual(position: int) -> Callable[[RawRecord], int | None]:
            def workers(place: RawRecord) -> int | None:
                count = self.workers(place)
                usual: int = self.kinds[place.data["establishment_type_id"]]["workers"][position]
                return usual if count is None else count

            return workers

        reached, every = [], []
        for workers in (with_usual(0), with_usual(2)):
            reached.append(self.reached_workers(workers))
            every.append(sum(workers(place) or 0 for place in self.places))
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
    counts = {key: count for key, count in numbers.items() if count}
    return Answer(sum(counts.values()), by=counts)
