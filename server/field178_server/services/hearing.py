"""Hearing one change: may its tablet say this, and what does the judge make of it. Nothing is written."""

from __future__ import annotations

from field178_server.services import admission, merging
from field178_server.services.conflicts import conflicts_of
from field178_server.services.device_context import DeviceContext
from field178_server.services.evidence import Evidence
from field178_server.services.judge import Case, Outcome, judge_new, quarantined
from field178_server.services.type_rules import TypeRules
from field178_shared.errors import ErrorCode
from field178_shared.protocol import Change, Op


def hear(
    evidence: Evidence, rules: TypeRules, change: Change, size_bytes: int, device: DeviceContext
) -> Outcome:
    """Return what becomes of a tablet's change; `size_bytes` is its canonical form's."""
    if (refused := admission.refusal(change, size_bytes, device, rules)) is not None:
        return refused
    is_accepted = change.create and rules.accepts(change.type, change.set)
    if not is_accepted and (refused := admission.refusal_of_paths(change)) is not None:
        return refused
    batch, seen = evidence.batch, evidence.seen(change, device)
    case = Case(
        rules.types[change.type],
        rules,
        is_accepted=is_accepted,
        is_locked=seen is not None and batch.is_locked(change.record_id),
        has_seen_newer=seen is not None and evidence.has_made_newer(change, seen, device),
        conflicts=conflicts_of(batch, change.record_id) if change.op == Op.RESOLVE else (),
    )
    if seen is not None:
        return merging.judge(change, seen, case, batch.get, device.scopes)
    return _unseen(change, device, case, is_hidden=batch.get(change.record_id) is not None)


def hear_office(evidence: Evidence, rules: TypeRules, change: Change) -> Outcome:
    """Return what becomes of the office's version of a change: only its content is judged."""
    batch, record = evidence.batch, evidence.batch.get(change.record_id)
    case = Case(rules.types[change.type], rules, is_locked=batch.is_locked(change.record_id))
    if record is None:
        return judge_new(change, case)
    return merging.judge(change, record, case, batch.get, None)


def _unseen(change: Change, device: DeviceContext, case: Case, *, is_hidden: bool) -> Outcome:
    if change.scope not in device.scopes:
        return quarantined(ErrorCode.SCOPE_NOT_GRANTED)
    if change.op != Op.PUT or not change.create:
        return quarantined(ErrorCode.ORPHAN)
    return quarantined(ErrorCode.RECORD_EXISTS) if is_hidden else judge_new(change, case)
