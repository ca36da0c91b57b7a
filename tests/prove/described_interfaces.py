"""Interfaces of programs on a running server, by every check of schemathesis."""

from __future__ import annotations

import shutil
from collections import Counter
from itertools import count as seeds
from pathlib import Path

from tests.contract.described_interfaces import Outcome, check_data_feeds, check_tablets_interface
from tests.prove.evidence import Facts, prove
from tests.server.api.odata.conftest import feeds_of
from tests.server.office_scene import MovedClock, Office, furnish, settings_of

CLAIM = "No request makes an interface of programs break its description or fail"
# Cases of each kind and operation of one seed. Larger runs slow down with their own records.
_OF_A_SEED = 60


def run(folder: Path, count: int) -> Facts:
    """Run seeds, each on a fresh server, until there were so many cases."""
    cases, statuses, last = Counter[str](), Counter[str](), 0
    for seed in seeds():
        for name in ("tablets", "feeds"):
            outcome = _outcome(folder / "data", name, seed)
            assert outcome.broken == {}, outcome.broken
            cases[name] += outcome.cases
            statuses.update({f"{name} {status}": number for status, number in outcome.statuses.items()})
        last = seed
        if cases.total() >= count:
            break
    return {"cases": cases, "seeds": f"0 to {last}", "answers": statuses, "broken_promises": 0}


def _outcome(data: Path, name: str, seed: int) -> Outcome:
    furnish(settings_of(data), MovedClock())
    office = Office(settings_of(data))
    try:
        if name == "tablets":
            return check_tablets_interface(office, _OF_A_SEED, seed)
        return check_data_feeds(office, feeds_of(office).token("chi"), _OF_A_SEED // 3, seed)
    finally:
        office.close()
        shutil.rmtree(data)


if __name__ == "__main__":
    prove("described_interfaces", CLAIM, 20_000, run)
