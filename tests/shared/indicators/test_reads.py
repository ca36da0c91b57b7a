from field178_shared.codelists import load
from field178_shared.indicators.reads import record_types_of, sources_of


def test_terms_are_looked_into() -> None:
    lists = load()
    assert sources_of(lists, lists.indicators["workers_reached_pct"]) == {
        *("establishment", "session", "talk", "worker_count")
    }


def test_a_planned_visit_may_have_the_unit_of_its_establishment() -> None:
    lists = load()
    assert record_types_of(lists, [lists.indicators["plan_completion_pct"]]) == {
        *("plan_item", "inspection", "establishment")
    }
    assert record_types_of(lists, [lists.indicators["media_posts_total"]]) == {"media_post"}
