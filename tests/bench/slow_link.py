"""Slow link (S7, 300 ms round trip, 256 kbit/s): 50 new records each way in one request, then 50 edits."""

from __future__ import annotations

from tests.bench import wire
from tests.bench.figures import figure, percentile
from tests.bench.office import another, office
from tests.bench.records import edits, new_changes
from tests.bench.rows import fill, skip_ahead
from tests.bench.shaped_line import shaped_line
from tests.bench.ten_changes import catch_up
from tests.e2e.foreign_client import ForeignClient, Json

ROUND_TRIP_S = 0.3
BYTES_A_SECOND = 256_000 / 8
CHANGES = 50
ROUNDS = 3


def main() -> None:
    """Print the seconds, and as the ratio how far they are above what the bytes themselves take."""
    with (
        office() as (server, ours),
        shaped_line(server.port, ROUND_TRIP_S, BYTES_A_SECOND) as line,
    ):
        theirs, filler = another(server), another(server)
        visits = fill(server, filler, 4 * CHANGES * ROUNDS)
        skip_ahead(server, ours, theirs)
        whole, patches = [], []
        for number in range(ROUNDS):
            numbers = range(number * CHANGES, (number + 1) * CHANGES)
            push = new_changes(ours, numbers), new_changes(theirs, numbers)
            whole.append(_crossed(ours, theirs, push, line.url))
            mine, other = (visits[(2 * number + side) * CHANGES :][:CHANGES] for side in (0, 1))
            patches.append(_crossed(ours, theirs, (edits(ours, mine), edits(theirs, other)), line.url))
    _print("50 records up + 50 down", whole, 1.45)
    _print("50 edits up + 50 down", patches, 1.05)


def _crossed(
    ours: ForeignClient, theirs: ForeignClient, push: tuple[list[Json], list[Json]], url: str
) -> wire.Answer:
    """Push the other tablet's changes over a fast line, then push and pull ours over the slow line."""
    mine, other = push
    wire.follow(theirs, wire.exchange(wire.line(), theirs, wire.packed(theirs, push=other)).text)
    catch_up(theirs)
    session = wire.line()
    session.get(f"{url}/api/v1/schemas", headers={"F178-Protocol": "1", "Range": "bytes=0-0"}, timeout=60)
    answer = wire.exchange(session, ours, wire.packed(ours, push=mine), url)
    wire.applied(answer, len(mine))
    wire.follow(ours, answer.text)
    assert not answer.more
    return answer


def _print(name: str, answers: list[wire.Answer], target: float) -> None:
    seconds = percentile([answer.wall_s for answer in answers], 0.5)
    up, down = (max(getattr(answer, way) for answer in answers) for way in ("up", "down"))
    least = ROUND_TRIP_S + (up + down) / BYTES_A_SECOND
    figure("S7", name, seconds, "s", target, ratio=seconds / least)
    figure("S7", f"{name}: body up", up / 1000, "kB")
    figure("S7", f"{name}: body down", down / 1000, "kB")
    figure("S7", f"{name}: requests", 1, "requests", 1)


if __name__ == "__main__":
    main()
