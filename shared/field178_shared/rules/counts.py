"""What ties the counts of a visit together, as the checklist itself says it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from field178_shared.codelists import CodeLists
from field178_shared.codelists.checklist import ChecklistItem
from field178_shared.codelists.count_rules import CountRelation, CountRule
from field178_shared.errors import ErrorCode
from field178_shared.records.reading import count_of
from field178_shared.rules.problem import Problem, Rule

_MORE_THAN = {
    "workers_present": ErrorCode.EXCEEDS_PRESENT,
    "ou_workers_attended": ErrorCode.EXCEEDS_ATTENDANCE,
}


def published(lists: CodeLists) -> Iterator[Rule]:
    """Yield what `contradictions` can say of the counts of these lists."""
    for item in lists.items.values():
        for rule in item.count_rules:
            if rule.relation is CountRelation.SUM_OF:
                yield Rule(_path(item), ErrorCode.SUM_MISMATCH)
            elif rule.relation is CountRelation.AT_MOST:
                yield Rule(_path(item), _excess_code(rule))


def contradictions(answers: Mapping[str, object], lists: CodeLists) -> Iterator[Problem]:
    """Yield each count that cannot be true beside another; `answers` maps item id to the bare value."""
    for item_id, value in answers.items():
        item = lists.items.get(item_id) if isinstance(value, int) else None
        if item is None:
            continue
        for rule in item.count_rules:
            if (code := _broken(item, rule, answers, lists)) is not None:
                yield Problem(_path(item), code, {"items": list(rule.items)})


def _broken(
    item: ChecklistItem, rule: CountRule, answers: Mapping[str, object], lists: CodeLists
) -> ErrorCode | None:
    count = count_of(answers, item.id)
    if count is None:
        return None
    parts = [_count_or_default(part, answers, lists) for part in rule.items]
    known = [part for part in parts if part is not None]
    if rule.relation is CountRelation.SUM_OF:
        # With a part unknown only a surplus is certain.
        complete = len(known) == len(parts)
        wrong = sum(known) != count if complete else sum(known) > count
        return ErrorCode.SUM_MISMATCH if wrong else None
    if rule.relation is CountRelation.AT_MOST and known and count > known[0]:
        return _excess_code(rule)
    return None


def _path(item: ChecklistItem) -> str:
    return f"answers.{item.id}.v"


def _excess_code(rule: CountRule) -> ErrorCode:
    return _MORE_THAN.get(rule.items[0], ErrorCode.EXCEEDS_TOTAL)


def _count_or_default(item_id: str, answers: Mapping[str, object], lists: CodeLists) -> int | None:
    count = count_of(answers, item_id)
    item = lists.items.get(item_id)
    return item.default if count is None and item is not None else count
