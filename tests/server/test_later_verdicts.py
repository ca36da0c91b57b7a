"""However many verdicts a tablet has not heard, they come in answers of bounded size, each once (§5)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from tests.world import ESTABLISHMENT, Json, World

from field178_server.models import Receipt
from field178_server.models.base import table_of
from field178_server.unit_of_work import run_write
from field178_shared.protocol import MAX_ANSWER_BYTES


def size_of(frames: list[Json]) -> int:
    return sum(len(str(frame)) for frame in frames)


def grown(world: World) -> None:
    """Give every verdict much to say, as a refusal of a large change may have."""

    def work(session: Session) -> Any:
        session.execute(update(table_of(Receipt)).values(details='{"' + "x" * 40_000 + '": ["bad_path"]}'))

    run_write(world.engine, work)


def test_unheard_verdicts_come_in_answers_of_bounded_size(world: World) -> None:
    tablet = world.tablet()
    bad = [tablet.create({**ESTABLISHMENT, "rooms_total": -1}) for _ in range(60)]
    tablet.push(*bad)
    grown(world)
    tablet.verdicts, tablet.receipts = 0, {}
    answers = []
    while True:
        answers.append(tablet.sync())
        if not answers[-1][-1]["more"]:
            break
    assert len(answers) > 2
    assert max(map(size_of, answers)) <= MAX_ANSWER_BYTES
    told = [frame["v"] for frames in answers for frame in frames if frame["frame"] == "res"]
    assert told == sorted(set(told))
    assert set(tablet.receipts) == {one["change_id"] for one in bad}
    assert tablet.verdicts == answers[-1][0]["verdicts"] == 60


def test_one_verdict_goes_however_much_it_says(world: World) -> None:
    tablet = world.tablet()
    bad = tablet.create({**ESTABLISHMENT, "rooms_total": -1})
    tablet.push(bad)

    def work(session: Session) -> None:
        details = '{"' + "x" * MAX_ANSWER_BYTES + '": ["bad_path"]}'
        session.execute(update(table_of(Receipt)).values(details=details))

    run_write(world.engine, work)
    tablet.verdicts = 0
    tablet.pull()
    assert tablet.verdicts == 1


def test_what_was_pushed_just_now_is_not_told_twice_beside_many_unheard(world: World) -> None:
    tablet = world.tablet()
    tablet.push(*[tablet.create({**ESTABLISHMENT, "rooms_total": -1}) for _ in range(30)])
    grown(world)
    tablet.verdicts = 0
    fresh = tablet.create()
    frames = tablet.sync(push=[fresh])
    assert frames[-1]["more"]
    mine = [frame for frame in frames if frame.get("change_id") == fresh["change_id"]]
    assert len(mine) == 1
    tablet.pull()
    with Session(world.engine) as session:
        assert tablet.verdicts == len(list(session.scalars(select(Receipt.v))))
