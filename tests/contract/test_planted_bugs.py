"""The suite of tests catches each planted bug and passes without one.

Which of them run: `tests/contract/planted.py`.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from tests.contract.planted import marked
from tests.contract.simulator.beginnings import Beginnings
from tests.contract.simulator.bugs import BUGS
from tests.contract.simulator.load_bugs import LOAD_BUGS
from tests.contract.simulator.run import Failed, Simulator, simulator
from tests.contract.simulator.wire import Fault
from tests.contract.simulator.world import Options

MOST_RUNS = 60
_STRUCK = Options(disasters=True)
# Conditions of a bug are forced: a broken history, a frequent action, a single fault.
# Loads of many pages that a line interrupts.
_LOADS = Options(disasters=False, often=("grant", "ungrant"), fault=Fault.ANSWER_CUT, page=2)
STEERED: Mapping[str, Options] = {
    **dict.fromkeys(LOAD_BUGS, _LOADS),
    "bad_change_waits": Options(often=("poison",)),
    "cursor_before_rows": Options(fault=Fault.TABLET_CRASH),
    "dedupe_by_n": _STRUCK,
    "idempotency_outside_the_transaction": Options(fault=Fault.SERVER_CRASH),
    "lost_changes_stay_lost": Options(disasters=True, often=("slip_back",)),
    "merges_forgotten": Options(often=("merge",)),
    "move_runs_nothing_again": Options(disasters=False, often=("move",)),
    "no_brake": Options(often=("move_many",)),
    "no_digest_reaction": Options(disasters=True, often=("slip_back",)),
    "no_receipts_reaction": _STRUCK,
    "repair_empties_other_buckets": Options(disasters=True, often=("new_epoch",)),
    "repair_forgets": Options(disasters=True, often=("slip_back",)),
    "repair_keeps_what_is_gone": Options(disasters=True, often=("slip_back",)),
    "salvage_forgotten_when_offered": Options(disasters=True, often=("enrol_again",)),
    "settles_unseen": Options(disasters=False, often=("race_to_settle",)),
    "taking_back_says_nothing": Options(often=("poison", "edit")),
    "verdicts_sent_once": Options(fault=Fault.ANSWER_LOST),
}


@pytest.mark.parametrize("name", marked(BUGS))
def test_a_planted_bug_is_caught(begun: Beginnings, name: str) -> None:
    options = STEERED.get(name, Options())
    # Planted before the oracle looks: it sees what the product does, whoever wrote it.
    with BUGS[name](), simulator(begun) as worlds:
        failed = _first_failure(worlds, options)
    assert failed is not None, f"{name} was not caught in {MOST_RUNS} runs"
    print(f"{name}: caught at run {failed.seed + 1} by {failed.invariant}")
    assert failed.invariant.startswith("I")
    # The same seed without the bug: it was the bug that was caught.
    with simulator(begun) as worlds:
        worlds.run(failed.seed, options)


def _first_failure(worlds: Simulator, options: Options) -> Failed | None:
    for seed in range(MOST_RUNS):
        try:
            worlds.run(seed, options)
        except Failed as failed:
            return failed
    return None
