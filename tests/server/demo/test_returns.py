"""What the demo's agencies sent adds up to the totals of the data set."""

from __future__ import annotations

from collections import Counter

from field178_server.demo.returns import returns_of
from field178_shared.codelists import demo
from field178_shared.schemas import validate

ENTRIES = list(returns_of(demo()))


def test_every_return_is_valid() -> None:
    for one in ENTRIES:
        assert validate(one.type, one.data) == {}, one


def test_months_add_up_to_the_totals_of_the_year() -> None:
    for agency, totals in demo()["agency_returns_2024"].items():
        months = [
            one.data for one in ENTRIES if one.type == "agency_return" and one.data["agency_id"] == agency
        ]
        assert len(months) == 12
        assert {name: sum(int(str(one[name])) for one in months) for name in totals} == totals
    services: Counter[str] = Counter()
    for one in ENTRIES:
        if one.type == "harm_reduction_return":
            services.update({name: given["quantity"] for name, given in one.data["services"].items()})  # type: ignore[attr-defined]
    assert services == demo()["harm_reduction_2024"]
