"""Findings: which violations a "no" offers, in which tier, with the fine frame of the date of the act."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from field178_shared.codelists import CodeLists
from field178_shared.codelists.violations import FineFrame, Violation
from field178_shared.errors import ErrorCode
from field178_shared.records.reading import count_of
from field178_shared.records.value import Value, given_answers
from field178_shared.rules.problem import Context, Problem

_TIER = re.compile(r"_(?P<least>[0-9]+)_(?P<most>[0-9]+|plus)$")
_UNNOTIFIED = "lodging_guests_unnotified"
_TIERED_BY_GUESTS = "lodging_stay_notified"
_TIERED_BY_CONTRACTS = "lb_contracts"
_TIERED = (_TIERED_BY_GUESTS, _TIERED_BY_CONTRACTS)
_NO_LIMIT = 1_000_000


@dataclass(frozen=True, slots=True)
class OfferedViolation:
    """A violation to choose, the frames of the date (verified first), and whether its tier fits."""

    violation: Violation
    frames: tuple[FineFrame, ...]
    fits: bool


def offered_violations(
    lists: CodeLists,
    item_id: str,
    values: Mapping[str, object],
    on: date,
    *,
    type_id: str | None = None,
    is_leader: bool = False,
) -> tuple[OfferedViolation, ...]:
    """Return the violations that a "no" to the item offers at a kind, those of the right tier first."""
    quantity = quantity_of(item_id, values)
    offered = (
        OfferedViolation(violation, lists.frames_on(violation.id, on), _fits(violation.id, quantity))
        for violation in lists.violations_of(item_id, type_id, on)
        if is_leader or not violation.restricted
    )
    return tuple(sorted(offered, key=lambda each: not each.fits))


def quantity_of(item_id: str, values: Mapping[str, object]) -> int | None:
    """Return the number of people that selects the tier of an item's violations, if it is counted."""
    if item_id == _TIERED_BY_GUESTS:
        return count_of(values, _UNNOTIFIED)
    if item_id == _TIERED_BY_CONTRACTS:
        total, covered = count_of(values, "workers_total"), count_of(values, "workers_contract")
        return None if total is None or covered is None else max(0, total - covered)
    return None


def tier_of(violation_id: str) -> range | None:
    """Return the range of the number of people in a violation of a tier."""
    match = _TIER.search(violation_id)
    if match is None:
        return None
    most = _NO_LIMIT if match["most"] == "plus" else int(match["most"])
    return range(int(match["least"]), most + 1)


def frame_snapshot(frame: FineFrame | None) -> dict[str, object] | None:
    """Return the frame as a finding stores it: a later change of the law never touches it."""
    if frame is None:
        return None
    snapshot: dict[str, object] = {
        "src": frame.src,
        "art": frame.art,
        "min": frame.min,
        "max": frame.max,
        "valid_from": frame.valid_from and frame.valid_from.isoformat(),
        "valid_to": frame.valid_to and frame.valid_to.isoformat(),
        "org_multiplier": frame.org_multiplier,
    }
    return {name: value for name, value in snapshot.items() if value is not None}


def filing_problems(visit: Value, lists: CodeLists, context: Context) -> Iterator[Problem]:
    """Yield the problems in findings that block filing the visit."""
    values = given_answers(visit)
    for key, finding in (visit.findings or {}).items():
        violation = lists.violations.get(finding.violation_id)
        if violation is None:
            continue
        path = f"findings.{key}"
        if violation.restricted and not context.is_leader:
            yield Problem(f"{path}.violation_id", ErrorCode.LEADER_ONLY)
        # The number of guests alone sets the tier; contracts exclude guests of less than a month.
        if not _is_right_tier(violation, finding, values, (_TIERED_BY_GUESTS,)):
            yield Problem(f"{path}.violation_id", ErrorCode.WRONG_TIER)
        if not _is_frame_of_its_day(violation, finding, lists):
            yield Problem(f"{path}.frame", ErrorCode.FRAME_OUTDATED)


def warnings(visit: Value, lists: CodeLists) -> Iterator[Problem]:
    """Yield the findings whose tier is not that of the number counted at the visit, or stated in them."""
    values = given_answers(visit)
    for key, finding in (visit.findings or {}).items():
        violation = lists.violations.get(finding.violation_id)
        if violation is not None and not _is_right_tier(violation, finding, values, _TIERED):
            yield Problem(f"findings.{key}.violation_id", ErrorCode.WRONG_TIER)


def _fits(violation_id: str, quantity: int | None) -> bool:
    tier = tier_of(violation_id)
    return tier is None or quantity is None or quantity in tier


def _is_right_tier(
    violation: Violation, finding: Value, values: Mapping[str, object], items: tuple[str, ...]
) -> bool:
    """Return whether a tier fits the stated quantity, or else the count of one of these items."""
    item_id = next((item for item in items if item in violation.items), None)
    if item_id is None:
        return True
    stated = finding.quantity
    return _fits(violation.id, quantity_of(item_id, values) if stated is None else stated)


def _is_frame_of_its_day(violation: Violation, finding: Value, lists: CodeLists) -> bool:
    day, stored = finding.occurred_on, finding.frame
    if day is None:
        return True
    frames = lists.frames_on(violation.id, day)
    # A frame that removals emptied counts as absent.
    if stored is None or not any(True for _ in stored):
        return not frames
    # Compare law and start date: a frame of an amended article does not match another day.
    laws = {(frame.src, frame.valid_from) for frame in frames}
    return (stored.src or "", stored.valid_from) in laws
