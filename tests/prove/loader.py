"""Generated records and texts, judged the quick way and the slow way."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.contract.generated_records import record
from tests.contract.generated_texts import text
from tests.prove.evidence import Facts, prove
from tests.server.records.test_typed_value import judged
from tests.shared.wire.test_fast_json import judged_text

from field178_shared import schemas

CLAIM = "What the quick way takes in, the slow way takes in with the same value"


def run(folder: Path, count: int) -> Facts:
    """Judge so many records, spread over all types, and as many texts."""
    names = sorted(schemas.TYPES)
    of_type: dict[str, Counter[str]] = {name: Counter() for name in names}
    for number in range(count):
        name = names[number % len(names)]
        of_type[name][judged(name, record(name, number // len(names)))] += 1
    texts = Counter(judged_text(text(number)) for number in range(count))
    return {
        "records": count,
        "seeds": f"of each type 0 to {(count - 1) // len(names)}",
        "records_in_all": sum(of_type.values(), Counter()),
        **{f"records: {name}": counts for name, counts in of_type.items()},
        "texts": count,
        "seeds_of_texts": f"0 to {count - 1}",
        "texts_in_all": texts,
        "plain_check_and_marshmallow_at_odds_over_a_path_or_code": 0,
        "accepted_here_and_refused_or_read_otherwise_there": 0,
    }


if __name__ == "__main__":
    prove("loader", CLAIM, 100_000, run)
