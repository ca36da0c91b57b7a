import pytest

from field178_shared.codelists import CodeListError, ConditionContext, load
from field178_shared.codelists.conditions import AnswerIn, AnyShortcoming, HasOpenFollowUps, parse_condition

NOTHING = ConditionContext()


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("ou_done = yes", AnswerIn("ou_done", ("yes",))),
        ("lodging_stay_notified in [no, partial]", AnswerIn("lodging_stay_notified", ("no", "partial"))),
        ("establishment has open follow-ups", HasOpenFollowUps()),
        ("any violation or shortcoming", AnyShortcoming()),
    ],
)
def test_the_four_forms_are_understood(text, condition) -> None:
    assert parse_condition(text) == condition


@pytest.mark.parametrize(
    "text",
    ["", "ou_done", "ou_done == yes", "ou_done in []", "a = b or c = d", "the moon is full", "A = yes"],
)
def test_any_other_text_is_refused(text) -> None:
    with pytest.raises(CodeListError, match="unknown condition"):
        parse_condition(text)


def test_an_answer_decides() -> None:
    condition = parse_condition("lodging_stay_notified in [no, partial]")
    assert condition.evaluate({"lodging_stay_notified": "partial"}, NOTHING)
    assert not condition.evaluate({"lodging_stay_notified": "yes"}, NOTHING)
    assert not condition.evaluate({}, NOTHING)


def test_open_follow_ups_decide() -> None:
    condition = parse_condition("establishment has open follow-ups")
    assert condition.evaluate({}, ConditionContext(has_open_follow_ups=True))
    assert not condition.evaluate({}, NOTHING)


def test_a_finding_or_an_item_not_met_is_a_shortcoming() -> None:
    condition = parse_condition("any violation or shortcoming")
    assert condition.evaluate({}, ConditionContext(finding_count=1))
    assert condition.evaluate({"fire_file": "partial"}, NOTHING)
    assert condition.evaluate({"fire_file": "no"}, NOTHING)
    assert not condition.evaluate({"fire_file": "yes", "workers_total": 0, "kd_hours": "na"}, NOTHING)


def test_every_condition_of_the_checklist_names_an_item_and_its_answers() -> None:
    lists = load()
    conditions = [item.show_if for item in lists.items.values() if item.show_if is not None]
    assert len(conditions) == 7
    for condition in conditions:
        if isinstance(condition, AnswerIn):
            assert lists.items[condition.item].answer in ("yna", "ynpa")
            assert set(condition.answers) <= {"yes", "no", "partial", "na"}
