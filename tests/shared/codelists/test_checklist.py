import pytest

from field178_shared.codelists import load


@pytest.mark.parametrize(
    ("kind", "expected", "required"),
    [
        ("discotheque", 72, 36),
        ("karaoke", 69, 34),
        ("hotel", 63, 30),
        ("massage", 60, 29),
        ("guesthouse", 61, 30),
        ("rental_apartment", 57, 28),
        ("bar_pub", 52, 26),
        ("restaurant", 52, 25),
        ("spa_beauty", 48, 26),
        ("cafe", 47, 24),
        ("boarding_house", 41, 21),
    ],
)
def test_each_kind_has_its_own_items(kind, expected, required) -> None:
    items = [item for _, page in load().checklist_of(kind, None) for item in page]
    assert (len(items), sum(item.required for item in items)) == (expected, required)


def test_pages_follow_the_profile_and_items_the_list() -> None:
    lists = load()
    order = {item_id: place for place, item_id in enumerate(lists.items)}
    for kind in lists.types.values():
        pages = lists.checklist_of(kind.id, None)
        assert tuple(section.id for section, _ in pages) == kind.sections
        for section, page in pages:
            assert [item.section for item in page] == [section.id] * len(page)
            assert [order[item.id] for item in page] == sorted(order[item.id] for item in page)


def test_no_kind_has_an_empty_page() -> None:
    lists = load()
    for kind in lists.types:
        assert all(page for _, page in lists.checklist_of(kind, None)), kind


def test_group_item_is_in_its_group_only() -> None:
    lists = load()
    item = lists.items["lodging_register_kept"]
    covered = {kind.id for kind in lists.types.values() if item.applies.covers(kind)}
    assert covered == {"hotel", "guesthouse", "boarding_house", "rental_apartment"}


def test_a_choice_item_names_a_list_that_exists() -> None:
    lists = load()
    choice_items = [item for item in lists.items.values() if item.answer == "choice"]
    assert choice_items
    for item in choice_items:
        assert item.choice_list in lists.choices


def test_an_item_that_is_not_met_offers_its_violations() -> None:
    offered = [violation.id for violation in load().violations_of("lodging_stay_notified", None, None)]
    assert offered == ["lodging_no_notice_1_3", "lodging_no_notice_4_8", "lodging_no_notice_9_plus"]


@pytest.mark.parametrize(
    ("kind", "offered"),
    [
        ("karaoke", ["kd_outside_hours"]),
        ("discotheque", ["kd_disco_outside_hours"]),
        (None, ["kd_outside_hours", "kd_disco_outside_hours"]),
    ],
)
def test_kind_of_establishment_is_offered_its_possible_violations(kind, offered) -> None:
    assert [violation.id for violation in load().violations_of("kd_hours", kind, None)] == offered


def test_condoms_and_hiv_material_lead_to_no_violation() -> None:
    assert load().violations_of("he_hiv_material", None, None) == ()
