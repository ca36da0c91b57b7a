"""Report of a run: for each rule whether its cases passed, failed, were not played, or cannot be seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from http.client import HTTPException

from field178_server.conformance import files
from field178_server.conformance.client import RuleViolation
from field178_server.conformance.hashes import Json
from field178_server.conformance.office import OfficeError
from field178_server.conformance.player import NotPlayedError, Player

PASSED, FAILED, NOT_PLAYED, UNSEEN = "passed", "failed", "not played", "not seen from outside"

# Errors of a broken connection, or of an answer that has not the form of the protocol.
_BROKEN = (OSError, HTTPException, ValueError, LookupError, TypeError)


@dataclass(frozen=True)
class RuleResult:
    """Result of one rule, with the reason if its cases did not pass."""

    rule: str
    result: str
    reason: str = ""

    def line(self) -> str:
        """Return the line of the report."""
        return f"{self.rule} {self.result}: {self.reason}" if self.reason else f"{self.rule} {self.result}"


def run(player: Player, cases: Iterable[Json]) -> list[RuleResult]:
    """Play cases and return the result of each rule, in the order of the protocol."""
    results: dict[str, list[RuleResult]] = {}
    for case in cases:
        for outcome in _outcomes(player, case):
            results.setdefault(outcome.rule, []).append(outcome)
    for rule, reason in files.unseen().items():
        results.setdefault(rule, []).append(RuleResult(rule, UNSEEN, reason))
    return [_worst(results[rule]) for rule in sorted(results, key=_order)]


def _outcomes(player: Player, case: Json) -> Iterator[RuleResult]:
    result, reason, broken = PASSED, "", set[str]()
    try:
        player.play(case)
    except NotPlayedError as error:
        result, reason = NOT_PLAYED, str(error)
    except (AssertionError, OfficeError, *_BROKEN) as error:
        kind = "" if isinstance(error, AssertionError) else f"{type(error).__name__}: "
        result, reason = FAILED, " ".join([f"{kind}{error}", *getattr(error, "__notes__", [])])
        broken = {error.rule} if isinstance(error, RuleViolation) else broken
    where = f"{case['file']}/{case['name']}"
    for rule in sorted({*case["rules"], *broken}):
        yield RuleResult(rule, result, f"{where}: {reason}" if reason else "")


def _worst(outcomes: list[RuleResult]) -> RuleResult:
    order = (FAILED, PASSED, NOT_PLAYED, UNSEEN)
    return min(outcomes, key=lambda outcome: order.index(outcome.result))


def _order(rule: str) -> tuple[int, int]:
    section, number = rule[1:].split(".")
    return (100 if section == "A" else int(section)), int(number)
