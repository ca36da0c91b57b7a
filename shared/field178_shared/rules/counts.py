"""Rules between the counts of a visit, as the checklist declares them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from field178_shared.codelists import CodeLists
from field178_shared.codelists.checklist import ChecklistItem
from field178_shared.codelists.count_rules import CountRelation, CountRule
from field178_shared.errors import ErrorCode
from field178_shared.records.value import Value
from field178_shared.rules.problem import Problem, Rule

_MORE_THAN = {
    "workers_present": ErrorCode.EXCEEDS_PRESENT,
    "ou_workers_attended": ErrorCode.EXCEEDS_ATTENDANCE,
}


def published(lists: CodeLists) -> Iterator[Rule]:
    """Yield the count rules of these lists that `contradictions` checks."""
    for item in lists.items.values():
        for rule in item.count_rules:
            others = tuple(_path_of(other) for other in rule.items)
            if rule.relation is CountRelation.SUM_OF:
                yield Rule(_path(item), ErrorCode.SUM_MISMATCH, others, is_sum=True)
            elif rule.relation is CountRelation.AT_MOST:
                yield Rule(_path(item), _excess_code(rule), others)


def counts_of(answers: Value, lists: CodeLists) -> dict[str, int]:
    """Return the counts that the rules compare, by item id."""
    return {
        item_id: answer.v
        # A compiled type has no attribute for an item with "-" in its id, and then no such answer.
        for item_id in _compared_items(lists, lists.version)
        if (answer := getattr(answers, item_id, None)) is not None and type(answer.v) is int
    }


# By version too: newer lists come into the same object.
@lru_cache(maxsize=2)
def _compared_items(lists: CodeLists, _version: str) -> tuple[str, ...]:
    rules = [(item.id, *rule.items) for item in lists.items.values() for rule in item.count_rules]
    return tuple(dict.fromkeys(item_id for item_ids in rules for item_id in item_ids))


def contradictions(counts: Mapping[str, int], lists: CodeLists) -> Iterator[Problem]:
    """Yield each count that contradicts another count."""
    for item_id, count in counts.items():
        item = lists.items.get(item_id)
        if item is None:
            continue
        for rule in item.count_rules:
            if (code := _broken(count, rule, _known_counts(rule, counts, lists))) is not None:
                yield Problem(_path(item), code, {"items": list(rule.items)})


def open_sums(counts: Mapping[str, int], lists: CodeLists) -> set[str]:
    """Return the paths of counted sums with an uncounted part."""
    counted = [item for item_id in counts if (item := lists.items.get(item_id)) is not None]
    # Performance: every tap evaluates every count, so the rules are read inline.
    sums = [
        (item, rule) for item in counted for rule in item.count_rules if rule.relation is CountRelation.SUM_OF
    ]
    return {_path(item) for item, rule in sums if len(_known_counts(rule, counts, lists)) < len(rule.items)}


def remainder(item_id: str, counts: Mapping[str, int], lists: CodeLists) -> int | None:
    """Return the last part of a sum (men of total and women); None if another part is unknown."""
    for item in lists.items.values():
        for rule in item.count_rules:
            if rule.relation is CountRelation.SUM_OF and item_id in rule.items and item.id in counts:
                others = CountRule(rule.relation, tuple(each for each in rule.items if each != item_id))
                known_counts = _known_counts(others, counts, lists)
                left = counts[item.id] - sum(known_counts)
                return left if left >= 0 and len(known_counts) == len(others.items) else None
    return None


def _broken(count: int, rule: CountRule, known_counts: list[int]) -> ErrorCode | None:
    if rule.relation is CountRelation.SUM_OF:
        # With a part unknown only a surplus is certain.
        complete = len(known_counts) == len(rule.items)
        wrong = sum(known_counts) != count if complete else sum(known_counts) > count
        return ErrorCode.SUM_MISMATCH if wrong else None
    if rule.relation is CountRelation.AT_MOST and known_counts and count > known_counts[0]:
        return _excess_code(rule)
    return None


def _path(item: ChecklistItem) -> str:
    return _path_of(item.id)


def _path_of(item_id: str) -> str:
    return f"answers.{item_id}.v"


def _excess_code(rule: CountRule) -> ErrorCode:
    return _MORE_THAN.get(rule.items[0], ErrorCode.EXCEEDS_TOTAL)


def _known_counts(rule: CountRule, counts: Mapping[str, int], lists: CodeLists) -> list[int]:
    """Return the known counts of a rule's items; an untouched item has its default."""
    known_counts = []
    for item_id in rule.items:
        count, item = counts.get(item_id), lists.items.get(item_id)
        if count is None and item is not None:
            count = item.default
        if count is not None:
            known_counts.append(count)
    return known_counts
