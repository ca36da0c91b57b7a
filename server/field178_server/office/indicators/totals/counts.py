"""Stored form of counts: JSON of each subject, in which numbers stand for the keys of aggregates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from field178_shared.formulas.figures import Aggregate
from field178_shared.indicators.counting import Counts, add_counts
from field178_shared.indicators.subjects import Contribution, Counted

APPROVED, WAITING = "approved", "waiting"
# {name of `bucket_of`: counts}
Totals = dict[str, Counts]
_decode, _encode = msgspec.json.decode, msgspec.json.Encoder(order="sorted").encode


class Codec:
    """JSON codec of counts; keys of aggregates are encoded as numbers."""

    def __init__(self, aggregates: Iterable[Aggregate]) -> None:
        self._keys = [aggregate.key for aggregate in aggregates]
        self._numbers = {key: str(number) for number, key in enumerate(self._keys)}

    def written(self, counted: Counted) -> str:
        """Return the counts of a subject as JSON; "" if they are empty."""
        states = {APPROVED: counted.approved, WAITING: counted.waiting}
        plain = {
            state: {
                bucket: {unit: self._plain(unit_counts) for unit, unit_counts in counts.items()}
                for bucket, counts in contribution.items()
            }
            for state, contribution in states.items()
            if contribution
        }
        return _json(plain) if plain else ""

    def read(self, text: str) -> Counted:
        """Return the counts of a subject from JSON."""
        plain = _decode(text)
        approved, waiting = (
            {
                bucket: {unit: self._counts(unit_counts) for unit, unit_counts in counts.items()}
                for bucket, counts in plain.get(state, {}).items()
            }
            for state in (APPROVED, WAITING)
        )
        return Counted(approved, waiting)

    def read_one(self, text: str, key: str) -> Iterator[tuple[str, str, str, dict[str, int]]]:
        """Yield state, bucket, unit and numbers of one aggregate, without decoding the others."""
        number = self._numbers[key]
        for state, contribution in _decode(text).items():
            for bucket, counts in contribution.items():
                for unit, unit_counts in counts.items():
                    if (numbers := unit_counts.get(number)) is not None:
                        yield state, bucket, unit, numbers if isinstance(numbers, dict) else {"": numbers}

    def written_unit(self, counts: Mapping[str, Mapping[str, int]]) -> str:
        """Return the counts of a unit as JSON; "" if they are empty."""
        return _json(self._plain(counts)) if counts else ""

    def read_unit(self, text: str) -> dict[str, dict[str, int]]:
        """Return the counts of a unit from JSON."""
        return self._counts(_decode(text))

    def _plain(self, counts: Mapping[str, Mapping[str, int]]) -> dict[str, object]:
        return {
            self._numbers[key]: numbers[""] if numbers.keys() == {""} else numbers
            for key, numbers in counts.items()
        }

    def _counts(self, plain: Mapping[str, Any]) -> dict[str, dict[str, int]]:
        return {
            self._keys[int(number)]: numbers if isinstance(numbers, dict) else {"": numbers}
            for number, numbers in plain.items()
        }


def add_difference(totals: Totals, before: Counted, after: Counted) -> None:
    """Add the counts of a subject after a change minus those before to totals."""
    states = ((APPROVED, before.approved, after.approved), (WAITING, before.waiting, after.waiting))
    for state, old, new in states:
        if old != new:
            _add(totals, state, old, -1)
            _add(totals, state, new, 1)


def bucket_of(state: str, bucket: str) -> str:
    """Return the name of a bucket of totals: review state and bucket."""
    return f"{state} {bucket}"


def _add(totals: Totals, state: str, contribution: Contribution, times: int) -> None:
    for bucket, counts in contribution.items():
        add_counts(totals.setdefault(bucket_of(state, bucket), {}), counts, times)


def _json(plain: object) -> str:
    return _encode(plain).decode()
