"""`python -m tests.contract.simulator SEEDS STEPS [--start N] [--often ACTION ...] [--bug NAME]`."""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from contextlib import nullcontext

from tests.contract.simulator.beginnings import beginnings
from tests.contract.simulator.bugs import BUGS
from tests.contract.simulator.run import Failed, simulator
from tests.contract.simulator.violation import Violation
from tests.contract.simulator.world import Options


def main() -> int:
    options = _options()
    started, exchanges, rounds = time.process_time(), 0, 0
    planted = BUGS[options.bug]() if options.bug else nullcontext()
    with beginnings() as begun, planted, simulator(begun) as world:
        for number in range(options.seeds):
            try:
                run = world.run(options.start + number, Options(options.steps, often=tuple(options.often)))
            except Failed as failed:
                if not isinstance(failed.__cause__, Violation):
                    traceback.print_exception(failed.__cause__)
                print(failed)
                print(f"caught at run {number + 1} by {failed.invariant}")
                return 1
            exchanges, rounds = exchanges + run.exchanges, max(rounds, run.rounds)
        seen = world.seen
    if options.seeds == 1:
        print(f"fingerprint {run.fingerprint}")
    seconds = time.process_time() - started
    steps = options.seeds * options.steps
    print(f"{options.seeds} seeds, {steps} steps, {exchanges} exchanges in {seconds:.1f} s of one core")
    print(f"{steps / seconds:.0f} steps/s, at most {rounds} rounds to rest")
    print(f"verdicts {sorted(f'{status} {reason or str()}'.strip() for status, reason in seen.verdicts)}")
    print(f"crash points {sorted(seen.tablet_crash_points | seen.server_crash_points)}")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.contract.simulator")
    parser.add_argument("seeds", type=int)
    parser.add_argument("steps", type=int, nargs="?", default=Options.steps)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--bug", choices=sorted(BUGS), help="run with a bug planted")
    parser.add_argument("--often", default=[], nargs="+", help="actions that are done much, `purge` for one")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
