from field178_shared.codelists import load
from field178_shared.indicators.reads import counts_days_of_records, record_types_of, sources_of


def test_terms_are_looked_into() -> None:
    lists = load()
    assert sources_of(lists, lists.indicators["workers_reached_pct"]) == {
        "establishment",
        "session",
        "talk",
        "worker_count",
    }


def test_a_planned_visit_may_have_the_unit_of_its_establishment() -> None:
    lists = load()
    assert record_types_of(lists, [lists.indicators["plan_completion_pct"]]) == {
        "plan_item",
        "inspection",
        "establishment",
    }
    assert record_types_of(lists, [lists.indicators["media_posts_total"]]) == {"media_post"}


def test_figures_of_entities_and_follow_ups_read_records_of_other_days() -> None:
    lists = load()
    of_days = {
        indicator.id for indicator in lists.indicators.values() if counts_days_of_records(lists, [indicator])
    }
    assert {"visits_total", "sessions_total", "attendances_total", "violations_by_code"} <= of_days
    assert not of_days & {"inspected_once_pct", "fines_amount", "fixed_in_time_pct", "plan_completion_pct"}
