"""The counts as they are stored: what each subject adds, by numbers that stand for the aggregates."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from field178_shared.formulas.figures import Aggregate
from field178_shared.indicators.counting import Counts, add_counts
from field178_shared.indicators.subjects import Contribution, Counted

APPROVED, WAITING = "approved", "waiting"
# {bucket with the state of review before it: counts}
Totals = dict[str, Counts]


class Codec:
    """Writes counts as JSON and reads them, the aggregates by their numbers."""

    def __init__(self, aggregates: Iterable[Aggregate]) -> None:
        self._keys = [one.key for one in aggregates]
        self._numbers = {key: str(number) for number, key in enumerate(self._keys)}

    def written(self, counted: Counted) -> str:
        """Return what a subject counts as JSON, "" for nothing."""
        states = {APPROVED: counted.approved, WAITING: counted.waiting}
        plain = {
            state: {
                bucket: {unit: self._plain(one) for unit, one in counts.items()}
                for bucket, counts in contribution.items()
            }
            for state, contribution in states.items()
            if contribution
        }
        return _json(plain) if plain else ""

    def read(self, text: str) -> Counted:
        """Return what a subject counts."""
        plain = json.loads(text)
        approved, waiting = (
            {
                bucket: {unit: self._counts(one) for unit, one in counts.items()}
                for bucket, counts in plain.get(state, {}).items()
            }
            for state in (APPROVED, WAITING)
        )
        return Counted(approved, waiting)

    def read_one(self, text: str, key: str) -> Iterator[tuple[str, str, str, dict[str, int]]]:
        """Yield state, bucket, unit and numbers of one aggregate: of thousands of subjects nothing else."""
        number = self._numbers[key]
        for state, contribution in json.loads(text).items():
            for bucket, counts in contribution.items():
                for unit, one in counts.items():
                    if (found := one.get(number)) is not None:
                        yield state, bucket, unit, found if isinstance(found, dict) else {"": found}

    def written_unit(self, counts: Mapping[str, Mapping[str, int]]) -> str:
        """Return the counts of a unit as JSON, "" for none."""
        return _json(self._plain(counts)) if counts else ""

    def read_unit(self, text: str) -> dict[str, dict[str, int]]:
        """Return the counts of a unit."""
        return self._counts(json.loads(text))

    def _plain(self, counts: Mapping[str, Mapping[str, int]]) -> dict[str, object]:
        return {
            self._numbers[key]: found[""] if found.keys() == {""} else dict(found)
            for key, found in counts.items()
        }

    def _counts(self, plain: Mapping[str, Any]) -> dict[str, dict[str, int]]:
        return {
            self._keys[int(number)]: found if isinstance(found, dict) else {"": found}
            for number, found in plain.items()
        }


def add_to(totals: Totals, counted: Counted, times: int = 1) -> None:
    """Add what a subject counts so many times to totals."""
    for state, contribution in ((APPROVED, counted.approved), (WAITING, counted.waiting)):
        _add(totals, state, contribution, times)


def bucket_of(state: str, bucket: str) -> str:
    """Return the name of a bucket for records in a state of review."""
    return f"{state} {bucket}"


def _add(totals: Totals, state: str, contribution: Contribution, times: int) -> None:
    for bucket, counts in contribution.items():
        add_counts(totals.setdefault(bucket_of(state, bucket), {}), counts, times)


def _json(plain: object) -> str:
    return json.dumps(plain, separators=(",", ":"), ensure_ascii=False, sort_keys=True)
