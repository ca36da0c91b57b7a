"""Rules across the fields of an inspection visit.

`contradictions` need no context and hold for every honest record of any version; the server checks them.
`filing_problems` and `warnings` need context that only the tablet has at filing (kind of establishment, lists
of the day); the server decides nothing by them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from field178_shared.codelists import CodeLists
from field178_shared.codelists.establishments import EstablishmentType
from field178_shared.errors import ErrorCode
from field178_shared.records.inspection import INSPECTED, NOT_INSPECTED
from field178_shared.records.reading import count_of
from field178_shared.records.value import Value, given_answers, instant, local_day
from field178_shared.rules import checklist, counts, findings
from field178_shared.rules.problem import Context, Problem, Rule, not_in_force
from field178_shared.rules.usual_counts import unusual_workers
from field178_shared.time.clock import VIETNAM, local_date

GUIDANCE = "guidance"
LEAST_MEMBERS = 2
LONGEST_USUAL_VISIT = timedelta(hours=6)
CLOCK_TOLERANCE = timedelta(minutes=5)
WORKERS = "workers_total"
WORKERS_PATH = f"answers.{WORKERS}.v"
CHILD_PROTECTION = "child_protection"
Answers = Mapping[str, object]
_DECISION = ("decision_number", "decision_date")
_RESULTS_WITH_FINDINGS = frozenset({"violation_recorded"})
# Rules that `contradictions` checks, without the count rules.
RULES = (
    Rule("ended_at", ErrorCode.END_BEFORE_START, ("started_at",)),
    Rule("members", ErrorCode.TOO_FEW_MEMBERS),
    *(Rule(name, ErrorCode.REQUIRED) for name in _DECISION),
    Rule("overall_result", ErrorCode.RESULT_CONTRADICTS_ACCESS, ("access_result",)),
    Rule("answers", ErrorCode.NOT_WHEN_NOT_INSPECTED, ("access_result",)),
    Rule("answers.cc_overall.v", ErrorCode.RESULT_CONTRADICTS_CHECKLIST, ("overall_result",)),
)


def contradictions(visit: Value, lists: CodeLists) -> Iterator[Problem]:
    """Yield the values that contradict each other in any visit."""
    started, ended = instant(visit.started_at), instant(visit.ended_at)
    if started and ended and ended < started:
        yield Problem("ended_at", ErrorCode.END_BEFORE_START)
    if len(visit.members or ()) < LEAST_MEMBERS:
        yield Problem("members", ErrorCode.TOO_FEW_MEMBERS, {"least": LEAST_MEMBERS})
    if visit.inspection_kind != GUIDANCE:
        decision = zip(_DECISION, (visit.decision_number, visit.decision_date), strict=True)
        yield from (Problem(name, ErrorCode.REQUIRED) for name, member in decision if not member)
    yield from _outcome(visit, lists)


def _outcome(visit: Value, lists: CodeLists) -> Iterator[Problem]:
    access, result = visit.access_result, visit.overall_result
    if access and result and (access == INSPECTED) == (result == NOT_INSPECTED):
        yield Problem("overall_result", ErrorCode.RESULT_CONTRADICTS_ACCESS)
    if (answers := visit.answers) is not None:
        if access and access != INSPECTED and any(answer.v is not None for _, answer in answers):
            yield Problem("answers", ErrorCode.NOT_WHEN_NOT_INSPECTED)
        overall = answers.cc_overall
        counted = counts.counts_of(answers, lists)
        yield from contradictory_answers(counted, overall and overall.v, result, lists)


def contradictory_answers(
    counted: Mapping[str, int], overall_answer: object, result: object, lists: CodeLists
) -> Iterator[Problem]:
    """Yield the answers that contradict each other or the result of the visit.

    `counted`: counts by item id; `overall_answer`: the answer to the item of the result, if it is given.
    """
    if overall_answer is not None and overall_answer != result:
        yield Problem("answers.cc_overall.v", ErrorCode.RESULT_CONTRADICTS_CHECKLIST)
    yield from counts.contradictions(counted, lists)


def filing_problems(visit: Value, lists: CodeLists, context: Context) -> Iterator[Problem]:
    """Yield the problems that block filing the visit, except contradictions."""
    yield from findings.filing_problems(visit, lists, context)
    kind = context.establishment_type
    if visit.access_result != INSPECTED or kind is None or kind not in lists.types:
        return
    answers, day = given_answers(visit), local_day(visit.started_at)
    values = checklist.values_of(answers, lambda name: getattr(visit, name))
    conditions = context.conditions(len(visit.findings or ()))
    for _, items in checklist.visible_items(lists, kind, day, values, conditions):
        for item in items:
            if checklist.is_missing(item, values):
                yield Problem(_path_of(item.id), ErrorCode.REQUIRED)
    yield from _reached_without_attendances(values)
    yield from _referrals(visit, answers, lists, context)


def _reached_without_attendances(values: Mapping[str, object]) -> Iterator[Problem]:
    """Yield the attendances of the talk on site, where people reached by it are counted and they are not."""
    first_time = values.get("ou_workers_first_time")
    if isinstance(first_time, int) and first_time > 0 and values.get("ou_workers_attended") is None:
        yield Problem(_path_of("ou_workers_attended"), ErrorCode.REQUIRED)


def opened_protocols(answers: Answers, lists: CodeLists, type_id: str | None) -> tuple[str, ...]:
    """Return the protocols whose screen the bare answers open, by their ids."""
    opened = [
        item.protocol
        for item_id, value in answers.items()
        if (item := lists.items.get(item_id)) is not None and item.protocol
        if value == "no" or (count_of(answers, item_id) or 0) > 0
    ]
    kind = lists.types.get(type_id or "")
    banned = kind is None or kind.ban_under18
    return tuple(dict.fromkeys(name for name in opened if banned or name != CHILD_PROTECTION))


def warnings(visit: Value, lists: CodeLists, context: Context) -> Iterator[Problem]:
    """Yield warnings for values to check again; they block nothing."""
    started, ended = instant(visit.started_at), instant(visit.ended_at)
    if started and ended and ended - started > LONGEST_USUAL_VISIT:
        yield Problem("ended_at", ErrorCode.LONG_VISIT, {"hours": (ended - started) // timedelta(hours=1)})
    for name, moment in (("started_at", started), ("ended_at", ended)):
        if moment and moment > context.now + CLOCK_TOLERANCE:
            yield Problem(name, ErrorCode.IN_FUTURE)
    unit_id = visit.unit_id
    if started and unit_id and not lists.unit_valid_on(unit_id, local_date(started)):
        yield Problem("unit_id", ErrorCode.UNIT_NOT_VALID)
    answers = given_answers(visit)
    yield from _not_in_force(visit, answers, lists)
    yield from _result_beside_findings(visit, answers, lists)
    yield from findings.warnings(visit, lists)
    if kind := lists.types.get(context.establishment_type or ""):
        yield from _unusual(visit, answers, lists, kind)


def _not_in_force(visit: Value, answers: Answers, lists: CodeLists) -> Iterator[Problem]:
    """Yield recorded rows that are not in force on the day of the visit, for example from older lists."""
    day = local_day(visit.started_at)
    if day is None:
        return
    for item_id in not_in_force(lists.items, answers, day):
        yield Problem(_path_of(item_id), ErrorCode.NOT_IN_FORCE)
    roles, measures = (
        {choice.id: choice for choice in lists.choices[name]} for name in ("representative_role", "measure")
    )
    for _role in not_in_force(roles, [visit.representative_role], day):
        yield Problem("representative_role", ErrorCode.NOT_IN_FORCE)
    for key, measure in (visit.measures or {}).items():
        for _measure in not_in_force(measures, [measure.measure_id], day):
            yield Problem(f"measures.{key}.measure_id", ErrorCode.NOT_IN_FORCE)
    for key, finding in (visit.findings or {}).items():
        then = finding.occurred_on or day
        for _violation in not_in_force(lists.violations, [finding.violation_id], then):
            yield Problem(f"findings.{key}.violation_id", ErrorCode.NOT_IN_FORCE)


def _referrals(visit: Value, answers: Answers, lists: CodeLists, context: Context) -> Iterator[Problem]:
    if CHILD_PROTECTION not in opened_protocols(answers, lists, context.establishment_type):
        return
    protocol = (visit.protocols or {}).get(CHILD_PROTECTION)
    if protocol is None or not protocol.referred_to:
        yield Problem(f"protocols.{CHILD_PROTECTION}.referred_to", ErrorCode.REFERRAL_REQUIRED)


def _result_beside_findings(visit: Value, answers: Answers, lists: CodeLists) -> Iterator[Problem]:
    result = visit.overall_result
    if visit.findings and result == "compliant":
        yield Problem("overall_result", ErrorCode.COMPLIANT_WITH_FINDINGS)
    elif result == "compliant" and _has_shortcoming(answers, lists):
        yield Problem("overall_result", ErrorCode.COMPLIANT_WITH_SHORTCOMINGS)
    if not visit.findings and result in _RESULTS_WITH_FINDINGS:
        yield Problem("findings", ErrorCode.RESULT_WITHOUT_FINDINGS)


def _has_shortcoming(answers: Answers, lists: CodeLists) -> bool:
    answered_items = ((lists.items.get(item_id), value) for item_id, value in answers.items())
    return any(item is not None and checklist.is_shortcoming(item, value) for item, value in answered_items)


def _unusual(visit: Value, answers: Answers, lists: CodeLists, kind: EstablishmentType) -> Iterator[Problem]:
    yield from unusual_workers(WORKERS_PATH, count_of(answers, WORKERS), kind.id, lists)
    if kind.hours and answers.get("kd_hours") == "yes" and _in_closed_hours(visit, lists, kind.hours):
        yield Problem("answers.kd_hours.v", ErrorCode.CLOSED_HOURS)


def _in_closed_hours(visit: Value, lists: CodeLists, rule_id: str) -> bool:
    moments = map(instant, (visit.started_at, visit.ended_at))
    rule = lists.opening_rules[rule_id]
    return any(moment and rule.is_closed_at(moment.astimezone(VIETNAM).time()) for moment in moments)


def _path_of(item_id: str) -> str:
    return checklist.STORED_AS_FIELD.get(item_id, f"answers.{item_id}.v")
