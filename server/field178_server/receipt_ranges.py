"""What is told of the changes just pushed: a verdict each, or `oks` for a run applied as sent (§5)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from field178_server.queries.own_rows import OwnRow
from field178_server.services.push import Answered
from field178_shared.protocol import Change, Op, SyncRequest

# A run of one would save nothing over its verdict.
_LEAST = 2


@dataclass(slots=True)
class Told:
    """The frames about the changes of one request, and the rows {scope: {seq: row}} that go down short."""

    frames: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    own: dict[str, dict[int, OwnRow]] = field(default_factory=dict)


def tell(request: SyncRequest, answers: Sequence[Answered], epoch: str) -> Told:
    """Return what to say about the pushed changes, in their order."""
    told = Told()
    workable = [_workable(request, answer, epoch) for answer in answers]
    for first, run in _runs(request, workable):
        is_range = request.oks and len(run) >= _LEAST
        if is_range:
            told.frames.append(("oks", _range(first, run)))
        else:
            told.frames += [("res", result(answer)) for answer in run]
        for own in (answer.own for answer in run if answer.own is not None):
            row = OwnRow(own.record_id, own.seq, own.rev, own.h, is_told=is_range)
            told.own.setdefault(own.scope, {})[own.seq] = row
    return told


def result(answer: Answered) -> dict[str, object]:
    """Return the members of a `res` frame."""
    members = answer.receipt.to_wire()
    return {**members, "rev": None, "seq": None, "h": None} if answer.is_hidden else members


def _workable(request: SyncRequest, answer: Answered, epoch: str) -> Answered:
    """Return the answer without its own revision where the tablet lacks what that builds on."""
    own = answer.own
    if own is None:
        return answer
    is_other_history = request.epoch not in (None, epoch) or own.scope in request.repair
    is_based_on_unseen = own.known_seq > request.cursors.get(own.scope, 0)
    return replace(answer, own=None) if is_other_history or is_based_on_unseen else answer


def _runs(request: SyncRequest, answers: Sequence[Answered]) -> Iterator[tuple[int, list[Answered]]]:
    """Give the answers in their order, together those that one range can stand for."""
    run: list[Answered] = []
    last: dict[str, int] = {}
    for index, (change, answer) in enumerate(zip(request.push, answers, strict=True)):
        if run and not (_is_exact(change, answer) and _follows(answer, run[-1], last)):
            yield index - len(run), run
            run, last = [], {}
        run.append(answer)
        if not _is_exact(change, answer):
            yield index, run
            run, last = [], {}
        elif answer.own is not None:
            last[answer.own.scope] = answer.own.seq
    if run:
        yield len(answers) - len(run), run


def _is_exact(change: Change, answer: Answered) -> bool:
    receipt = answer.receipt
    is_as_sent = answer.own is not None and not receipt.details and receipt.scope == change.scope
    # What is deleted is in no digest: a revision that the tablet worked out wrong would stand for good.
    return is_as_sent and change.op not in (Op.DELETE, Op.MERGE_INTO)


def _follows(answer: Answered, before: Answered, last: dict[str, int]) -> bool:
    """Tell whether the stamps of a scope run on without a gap: the tablet counts them up itself."""
    own = answer.own
    is_one_batch = answer.receipt.at == before.receipt.at
    return own is not None and is_one_batch and own.seq == last.get(own.scope, own.seq - 1) + 1


def _range(first: int, run: Sequence[Answered]) -> dict[str, object]:
    scopes: dict[str, list[int]] = {}
    for own in (answer.own for answer in run if answer.own is not None):
        scopes.setdefault(own.scope, [own.seq, own.seq])[1] = own.seq
    receipt = run[0].receipt
    return {
        "from": first,
        "to": first + len(run) - 1,
        "at": receipt.at,
        "incarnation": receipt.incarnation,
        "scopes": scopes,
    }
