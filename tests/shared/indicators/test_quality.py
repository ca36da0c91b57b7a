from dataclasses import replace

from field178_shared.codelists import load
from field178_shared.indicators.quality import QualityIndicators, quality_of


def test_a_denominator_of_latest_counts_has_its_quality_beside_it() -> None:
    lists = load()
    qualities = {
        key: quality
        for key, indicator in lists.indicators.items()
        if (quality := quality_of(lists, indicator))
    }
    assert qualities == {
        "workers_reached_pct": QualityIndicators("worker_counts_known_pct", "worker_counts_in_period_pct")
    }


def test_denominator_of_some_entities_is_not_judged_by_the_counts_of_all() -> None:
    lists = load()
    of_one_kind = "total(establishment, workers, where=establishment_type_id == 'karaoke')"
    indicator = replace(lists.indicators["workers_reached_pct"], denominator=of_one_kind)
    assert quality_of(lists, indicator) is None
