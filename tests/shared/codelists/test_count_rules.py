import pytest

from field178_shared.codelists import CodeListError, CountRelation, load
from field178_shared.codelists.count_rules import CountRule, parse_count_rules


def test_a_sum_names_its_parts() -> None:
    rule = CountRule(CountRelation.SUM_OF, ("workers_female", "workers_male", "workers_sex_unstated"))
    assert load().items["workers_total"].count_rules == (rule,)


def test_one_text_may_hold_two_rules() -> None:
    assert parse_count_rules("<= workers_total; >0 opens the protocol screen") == (
        CountRule(CountRelation.AT_MOST, ("workers_total",)),
        CountRule(CountRelation.OPENS_PROTOCOL),
    )


@pytest.mark.parametrize("text", ["", "< workers_total", "about workers_total", "= workers_total", "<= a; b"])
def test_any_other_text_is_refused(text) -> None:
    with pytest.raises(CodeListError, match="unknown count rule"):
        parse_count_rules(text)


def test_every_rule_ties_counts_to_counts() -> None:
    items = load().items
    for item in items.values():
        for rule in item.count_rules:
            assert item.answer == "count"
            assert [items[other].answer for other in rule.items] == ["count"] * len(rule.items)
