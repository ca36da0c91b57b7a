"""What the demo's agencies sent adds up to the totals of the data set."""

from __future__ import annotations

from collections import Counter

from field178_server.demo.returns import returns_of
from field178_shared.codelists import demo
from field178_shared.schemas import validate

ENTRIES = list(returns_of(demo()))


def test_every_return_is_valid() -> None:
    for entry in ENTRIES:
        assert validate(entry.type, entry.data) == {}, entry


def test_months_add_up_to_the_totals_of_the_year() -> None:
    for agency, totals in demo()["agency_returns_2024"].items():
        months = [
            entry.data
            for entry in ENTRIES
            if entry.type == "agency_return" and entry.data["agency_id"] == agency
        ]
        assert len(months) == 12
        assert {name: sum(int(str(month[name])) for month in months) for name in totals} == totals
    services: Counter[str] = Counter()
    for returned in ENTRIES:
        if returned.type == "harm_reduction_return":
            services.update({name: given["quantity"] for name, given in returned.data["services"].items()})  # type: ignore[attr-defined]
    assert services == demo()["harm_reduction_2024"]
