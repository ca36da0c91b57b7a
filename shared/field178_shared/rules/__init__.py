"""Rules across the fields of a record: pure functions of data, lists and context.

`errors` need no context and hold for every honest record of any version; the server quarantines records that
break them. `filing_problems` are all problems that stop the tablet from filing. `warnings` are values to
check again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from field178_shared.codelists import CodeLists
from field178_shared.errors import ErrorCode
from field178_shared.record_type import RecordType
from field178_shared.records.reading import Data
from field178_shared.records.value import Value
from field178_shared.rules import commune, counts, establishment, inspection, outreach, plan, returns, team
from field178_shared.rules.free_text import FreeTextMarks, free_text_paths, free_texts
from field178_shared.rules.problem import Context, Problem, Rule, by_path
from field178_shared.schemas import lenient_value, validate

__all__ = [
    "Context",
    "FreeTextMarks",
    "Problem",
    "Rule",
    "broken",
    "errors",
    "filing_problems",
    "free_text_paths",
    "free_texts",
    "published",
    "warnings",
]


def _nothing(*_: object) -> Iterator[Problem]:
    yield from ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rules:
    filing_problems: Callable[[Value, CodeLists, Context], Iterator[Problem]]
    contradictions: Callable[[Value, CodeLists], Iterator[Problem]] = _nothing
    warnings: Callable[[Value, CodeLists, Context], Iterator[Problem]] = _nothing


_RULES: Mapping[str, _Rules] = {
    RecordType.ESTABLISHMENT: _Rules(
        contradictions=establishment.contradictions,
        filing_problems=establishment.filing_problems,
        warnings=establishment.warnings,
    ),
    RecordType.INSPECTION: _Rules(
        contradictions=inspection.contradictions,
        filing_problems=inspection.filing_problems,
        warnings=inspection.warnings,
    ),
    RecordType.OUTREACH_SESSION: _Rules(
        contradictions=outreach.contradictions,
        filing_problems=outreach.filing_problems,
        warnings=outreach.warnings,
    ),
    RecordType.WORKER_CENSUS: _Rules(
        contradictions=commune.census_contradictions,
        filing_problems=commune.census_problems,
        warnings=commune.census_warnings,
    ),
    RecordType.MEDIA_POST: _Rules(filing_problems=commune.post_problems),
    RecordType.COMMUNE_PLAN: _Rules(filing_problems=commune.plan_problems),
    RecordType.RISK_GROUP_COUNT: _Rules(
        contradictions=commune.risk_count_contradictions, filing_problems=commune.risk_count_problems
    ),
    RecordType.AGENCY_RETURN: _Rules(
        contradictions=returns.month_contradictions, filing_problems=returns.agency_return_problems
    ),
    RecordType.HARM_REDUCTION_RETURN: _Rules(
        contradictions=returns.month_contradictions, filing_problems=returns.harm_reduction_problems
    ),
    RecordType.INFORMATION_CORRECTION: _Rules(filing_problems=returns.correction_problems),
    RecordType.SUPERVISION: _Rules(
        contradictions=returns.supervision_contradictions, filing_problems=returns.supervision_problems
    ),
    RecordType.PILOT_MODEL: _Rules(
        contradictions=returns.model_contradictions, filing_problems=returns.model_problems
    ),
    RecordType.COMMENDATION: _Rules(filing_problems=returns.commendation_problems),
    RecordType.BUDGET_LINE: _Rules(
        contradictions=returns.budget_contradictions, filing_problems=returns.budget_problems
    ),
    RecordType.DENOMINATOR: _Rules(filing_problems=returns.denominator_problems),
    RecordType.PLAN_ITEM: _Rules(contradictions=plan.contradictions, filing_problems=plan.filing_problems),
    RecordType.TEAM: _Rules(contradictions=team.contradictions, filing_problems=team.filing_problems),
}

_PUBLISHED: Mapping[str, tuple[Rule, ...]] = {
    RecordType.OUTREACH_SESSION: outreach.RULES,
    RecordType.WORKER_CENSUS: commune.CENSUS_RULES,
    RecordType.RISK_GROUP_COUNT: commune.RISK_COUNT_RULES,
    RecordType.AGENCY_RETURN: returns.MONTH_RULES,
    RecordType.HARM_REDUCTION_RETURN: returns.MONTH_RULES,
    RecordType.SUPERVISION: returns.SUPERVISION_RULES,
    RecordType.PILOT_MODEL: returns.MODEL_RULES,
    RecordType.BUDGET_LINE: returns.BUDGET_RULES,
}


def errors(type_name: str, value: Value, lists: CodeLists) -> dict[str, list[str]]:
    """Return {path: [codes]} of fields that contradict each other; a type without rules has none."""
    rules = _RULES.get(type_name)
    return {} if rules is None else by_path(rules.contradictions(value, lists))


def published(type_name: str, lists: CodeLists) -> tuple[Rule, ...]:
    """Return the rules behind `errors` of a record type; other clients check them before they send."""
    if type_name == RecordType.INSPECTION:
        return (*inspection.RULES, *counts.published(lists))
    return _PUBLISHED.get(type_name, ())


def broken(type_name: str, problems: Mapping[str, Iterable[str]], lists: CodeLists) -> tuple[Rule, ...]:
    """Return the rules that `errors` reports as broken, each with the paths that it reads."""
    published_rules = published(type_name, lists)
    return tuple(
        rule.of(path)
        for path, codes in problems.items()
        for rule in published_rules
        if rule.code in codes and rule.covers(path)
    )


def filing_problems(type_name: str, data: Data, lists: CodeLists, context: Context) -> tuple[Problem, ...]:
    """Return all problems that block filing: schema, contradictions, completeness."""
    problems = [
        Problem(path, ErrorCode(code))
        for path, codes in validate(type_name, dict(data), context.filed).items()
        for code in codes
    ]
    if rules := _RULES.get(type_name):
        value = lenient_value(type_name, data)
        problems += rules.contradictions(value, lists)
        problems += rules.filing_problems(value, lists, context)
    return tuple({(problem.path, problem.code): problem for problem in reversed(problems)}.values())[::-1]


def warnings(type_name: str, data: Data, lists: CodeLists, context: Context) -> tuple[Problem, ...]:
    """Return warnings for values to check again; they block nothing."""
    rules = _RULES.get(type_name)
    return () if rules is None else tuple(rules.warnings(lenient_value(type_name, data), lists, context))
