"""Forms of the plan: whom a visit is given to and when, and the quotas."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from werkzeug.datastructures import MultiDict

from field178_server.console.plan.view import MONTHS, month_name
from field178_server.console.text.localize import Localizer
from field178_server.console.text.parse_values import Control, read_typed
from field178_server.office.plan.operations import Assignment
from field178_shared.errors import AppError, ErrorCode
from field178_shared.ids import is_uuid
from field178_shared.merge import Data
from field178_shared.record_type import RecordType
from field178_shared.records.plan import InspectionPlan, PlanItem
from field178_shared.schemas.fields.catalogue import field_message, words_at
from field178_shared.schemas.plan import MOST_VISITS
from field178_shared.text.formats import parse_whole_number
from field178_shared.text.i18n import N_
from field178_shared.text.normalisation import by_label, nfc

BLANK_QUOTAS = 3
_DATE = Control("date")
_PLANNED, _OF_PLAN = "planned", "annual_plan"
_COUNT_OF_QUOTA = "quotas.q1.count"

Options = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Choices:
    """What the selects of the forms offer."""

    teams: Options
    months: Options
    kinds: Options
    triggers: Options
    units: Options = ()
    types: Options = ()


@dataclass(frozen=True, slots=True)
class Wrong:
    """A refused form: the sentence, and the errors by field."""

    text: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    status: int = 422


@dataclass(frozen=True, slots=True)
class PlanForm:
    """Form of the plan: typed texts, errors, and options of the selects."""

    typed: MultiDict[str, str]
    refused: Wrong
    choices: Choices
    localizer: Localizer

    @property
    def faults(self) -> list[tuple[str, str, str]]:
        """The errors for the summary: label, sentence and address of the field."""
        return [
            (_fault_label(path, self.localizer), sentence, f"#field-{path}")
            for path, sentence in self.refused.errors.items()
        ]

    def label(self, path: str) -> str:
        """Return the name of a field."""
        return label(path, self.localizer)

    def hint(self, path: str) -> str:
        """Return the help of a field."""
        return words_at(RecordType.PLAN_ITEM, path, self.localizer.language).help


def choices(teams: Options, units: Iterable[str], localizer: Localizer) -> Choices:
    """Return the options of the selects; communes are those with an establishment in the register."""
    lists = localizer.lists
    return Choices(
        teams=teams,
        months=tuple((str(month), month_name(month, localizer)) for month in MONTHS),
        kinds=_plain("inspection_kind", localizer),
        triggers=_plain("inspection_trigger", localizer),
        units=by_label((unit_id, localizer.label(lists.units, unit_id)) for unit_id in units),
        types=by_label((type_id, localizer.label(lists.types, type_id)) for type_id in lists.types),
    )


def new_assignment(team_id: str, today: date) -> dict[str, str]:
    """Return the initial texts of the form of new planned visits."""
    month = min(today.month + 1, 12)
    return {"team_id": team_id, "month": str(month), "inspection_kind": _PLANNED, "trigger": _OF_PLAN}


def assignment_typed(item: PlanItem) -> dict[str, str]:
    """Return a stored assignment as the form shows it."""
    typed = {
        "team_id": item.team_id,
        "month": str(item.window_from.month),
        "inspection_kind": item.kind,
        "trigger": item.trigger,
        "reason": item.reason,
    }
    if item.is_whole_month:
        return typed
    days = {"window_from": item.window_from.isoformat(), "window_to": item.window_to.isoformat()}
    return typed | days


def read_assignment(
    form: Mapping[str, str], year: int, localizer: Localizer
) -> tuple[Assignment | None, Wrong]:
    """Read whom visits are given to and when; None with the errors by field."""
    errors: dict[str, str] = {}
    first, last = _window(form, year, errors)
    for name, options in (
        ("inspection_kind", localizer.lists.choices["inspection_kind"]),
        ("trigger", localizer.lists.choices["inspection_trigger"]),
    ):
        if form.get(name) not in {option.id for option in options}:
            errors[name] = ErrorCode.REQUIRED
    if not is_uuid(form.get("team_id")):
        errors["team_id"] = ErrorCode.REQUIRED
    if first is None or last is None or errors:
        return None, wrong(errors, localizer)
    reason = nfc(form.get("reason", "")).strip()
    assignment = Assignment(
        team_id=form["team_id"],
        window_from=first,
        window_to=last,
        kind=form["inspection_kind"],
        trigger=form["trigger"],
        reason=reason,
    )
    return assignment, Wrong()


def wrong(errors: Mapping[str, str], localizer: Localizer) -> Wrong:
    """Return a form with errors at its fields, by their codes."""
    messages = {path: _message(path, code, localizer.language) for path, code in errors.items()}
    return Wrong(localizer.say(N_("Nothing was written yet. Mend these fields:")), messages)


def _message(path: str, code: str, language: str) -> str:
    if path.startswith("count-"):
        return field_message(RecordType.INSPECTION_PLAN, _COUNT_OF_QUOTA, [code], language)
    return field_message(RecordType.PLAN_ITEM, path, [code], language)


def label(path: str, localizer: Localizer) -> str:
    """Return the name of a field of the form."""
    return (
        localizer.say(N_("Month"))
        if path == "month"
        else words_at(RecordType.PLAN_ITEM, path, localizer.language).label
    )


def _fault_label(path: str, localizer: Localizer) -> str:
    """Return the name of a field in the summary of errors; a count is named by its line."""
    if path == "establishment":
        return label("establishment_id", localizer)
    name, _, index = path.partition("-")
    if name == "count":
        return localizer.say(N_("Quota {number}")).format(number=(parse_whole_number(index) or 0) + 1)
    if path == "issued_on":
        return words_at(RecordType.INSPECTION_PLAN, path, localizer.language).label
    return label(path, localizer)


def quotas_typed(plan: InspectionPlan) -> MultiDict[str, str]:
    """Return a stored plan as the form shows it: each quota a line, then lines for new ones."""
    typed: MultiDict[str, str] = MultiDict({"number": plan.number})
    if plan.issued_on:
        typed["issued_on"] = plan.issued_on.isoformat()
    for quota in plan.quotas:
        values = {
            "key": quota.key,
            "type": quota.establishment_type_id,
            "unit": quota.unit_id,
            "team": quota.team_id,
            "quota_month": str(quota.month or ""),
            "count": str(quota.count),
        }
        for name, value in values.items():
            typed.add(name, value)
    return typed


QUOTA_NAMES = ("key", "type", "unit", "team", "quota_month", "count")


def quota_rows(typed: MultiDict[str, str]) -> list[dict[str, str]]:
    """Return the lines of the form: typed ones, then empty ones."""
    columns = {name: typed.getlist(name) for name in QUOTA_NAMES}
    rows = [
        {name: column[index] if index < len(column) else "" for name, column in columns.items()}
        for index in range(len(columns["count"]))
    ]
    kept = [row for row in rows if any(value for name, value in row.items() if name != "key")]
    return kept + [dict.fromkeys(QUOTA_NAMES, "")] * BLANK_QUOTAS


def read_quotas(typed: MultiDict[str, str], year: int, localizer: Localizer) -> tuple[Data | None, Wrong]:
    """Read the plan of a year; a line without a count is taken out, a new one gets the next free key."""
    errors: dict[str, str] = {}
    data: dict[str, object] = {"year": year}
    if number := nfc(typed.get("number", "")).strip():
        data["number"] = number
    if day := typed.get("issued_on", "").strip():
        try:
            data["issued_on"] = read_typed(_DATE, [day])
        except AppError as error:
            errors["issued_on"] = error.code
    quotas: dict[str, Data] = {}
    rows = quota_rows(typed)
    taken = {row["key"] for row in rows}
    fresh = (key for index in range(1, 2 * len(rows) + 1) if (key := f"q{index}") not in taken)
    for index, row in enumerate(rows):
        quota, code = _quota(row, quotas.values())
        if code:
            errors[f"count-{index}"] = code
        elif quota:
            quotas[row["key"] or next(fresh)] = quota
    if quotas:
        data["quotas"] = quotas
    return (None, wrong(errors, localizer)) if errors else (data, Wrong())


def _quota(row: Mapping[str, str], before: Iterable[Data]) -> tuple[Data, str]:
    """Return the quota of a line, {} for a line to delete, and the error code of its count, "" for none.

    Two lines for the same places and months contradict each other.
    """
    members: Data = {
        "establishment_type_id": row["type"],
        "unit_id": row["unit"],
        "team_id": row["team"],
        "month": parse_whole_number(row["quota_month"], 2) or 0,
    }
    quota = {name: value for name, value in members.items() if value}
    if not row["count"].strip():
        return {}, ErrorCode.REQUIRED if quota and not row["key"] else ""
    count = parse_whole_number(row["count"].strip())
    if count is None:
        return {}, ErrorCode.NOT_INTEGER
    quota["count"] = count
    if any({**earlier, "count": count} == quota for earlier in before):
        return {}, ErrorCode.ENTERED_TWICE
    return (quota, "") if 1 <= count <= MOST_VISITS else ({}, ErrorCode.OUT_OF_RANGE)


def _window(form: Mapping[str, str], year: int, errors: dict[str, str]) -> tuple[date | None, date | None]:
    """Return the days that were typed, else those of the month; one day alone is a window of a day."""
    days: dict[str, date] = {}
    for name in ("window_from", "window_to"):
        if text := form.get(name, "").strip():
            try:
                days[name] = date.fromisoformat(str(read_typed(_DATE, [text])))
            except AppError as error:
                errors[name] = error.code
    if days or errors:
        first = days.get("window_from", days.get("window_to"))
        last = days.get("window_to", first)
        if first and last and last < first:
            errors["window_to"] = ErrorCode.END_BEFORE_START
        return first, last
    month = parse_whole_number(form.get("month", ""), 2) or 0
    if month not in MONTHS:
        errors["month"] = ErrorCode.REQUIRED
        return None, None
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def _plain(name: str, localizer: Localizer) -> Options:
    return tuple((choice.id, choice.label(localizer.language)) for choice in localizer.lists.choices[name])
