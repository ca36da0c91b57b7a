from datetime import time

import pytest

from field178_shared.codelists import load
from field178_shared.codelists.establishments import OpeningRule


@pytest.mark.parametrize(
    ("rule", "moment", "closed"),
    [
        ("karaoke_8_24", time(0, 0), True),
        ("karaoke_8_24", time(0, 30), True),
        ("karaoke_8_24", time(7, 59), True),
        ("karaoke_8_24", time(8, 0), False),
        ("karaoke_8_24", time(23, 59), False),
        ("discotheque_8_02", time(1, 59), False),
        ("discotheque_8_02", time(2, 0), True),
    ],
)
def test_doors_are_closed_in_the_hours_of_the_rule(rule, moment, closed) -> None:
    assert load().opening_rules[rule].is_closed_at(moment) is closed


def test_a_rule_may_run_over_midnight() -> None:
    rule = OpeningRule(
        id="a", vi="a", en="a", closed_from=time(23), closed_to=time(6), source="a", confidence="low"
    )
    assert rule.is_closed_at(time(23))
    assert rule.is_closed_at(time(5, 59))
    assert not rule.is_closed_at(time(6))


def test_the_four_groups_of_the_ministry_cover_every_kind() -> None:
    groups = {kind.national_group for kind in load().types.values()}
    assert groups == {"lodging", "karaoke_massage", "discotheque_bar", "other"}


def test_codes_of_kinds_are_unique() -> None:
    codes = [kind.code for kind in load().types.values()]
    assert len(codes) == len(set(codes)) == 18
