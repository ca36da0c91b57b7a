"""Train the dictionary of packed texts on made-up records and changes: scripts/text_dictionary.py NUMBER.

No stored record may be a sample: an erasure could not remove its content from the dictionary. Stores need
every dictionary that a release has had, so a new one has the next number (decision 0142).
"""

from __future__ import annotations

import random
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

from tests.bench.records import record
from zstandard import train_dictionary

from field178_server.demo.expand import DemoTeam, expand
from field178_shared.codelists import demo, load
from field178_shared.wire.canonical import canonical

FOLDER = Path("server/field178_server/database/dictionaries")
SIZE = 16_384
VISITS = 4_000
TEAM = "01900000-0000-7000-8000-000000000178"
MEMBERS = ("01900000-0000-7000-8000-0000000000a1", "01900000-0000-7000-8000-0000000000a2")


def main(number: int) -> None:
    """Write the file of a new dictionary with this number."""
    with (FOLDER / f"{number}.zstd").open("xb") as file:
        file.write(train_dictionary(SIZE, list(_samples()), dict_id=number).as_bytes())


def _samples() -> Iterator[bytes]:
    for made in expand(demo(), load(), DemoTeam(TEAM, MEMBERS)):
        yield canonical(made.data)
    # Other records than those of the benches.
    for number in range(100_000, 100_000 + VISITS):
        type_, scope, data = record(number, f"team:{TEAM}")
        yield canonical(data)
        yield canonical(_first_change(random.Random(number), type_, scope))


def _first_change(randomness: random.Random, type_: str, scope: str) -> dict[str, object]:
    """Return the change that created a record, as the history stores it: without the content."""
    return {
        "at": "2026-03-17T11:51:00Z",
        "base_rev": 0,
        "change_id": _id(randomness),
        "clock_offset_ms": randomness.randint(-900, 900),
        "create": True,
        "n": randomness.randint(1, 4000),
        "op": "put",
        "record_id": _id(randomness),
        "replaces": [],
        "schema": 1,
        "scope": scope,
        "set": None,
        "type": type_,
        "user": MEMBERS[0],
        "was": {},
    }


def _id(randomness: random.Random) -> str:
    return str(uuid.UUID(int=randomness.getrandbits(128), version=4))


if __name__ == "__main__":
    main(int(sys.argv[1]))
