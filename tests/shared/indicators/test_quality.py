from field178_shared.codelists import load
from field178_shared.indicators.quality import QualityIndicators, quality_of


def test_a_denominator_of_latest_counts_has_its_quality_beside_it() -> None:
    lists = load()
    found = {key: one for key, indicator in lists.indicators.items() if (one := quality_of(lists, indicator))}
    assert found == {
        "workers_reached_pct": QualityIndicators("worker_counts_known_pct", "worker_counts_in_period_pct")
    }
