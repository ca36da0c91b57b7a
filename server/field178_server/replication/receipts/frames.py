"""The `res` frames of an answer, and the rows that a tablet works out itself because it made them (§5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from field178_server.replication.push.push import ChangeResult
from field178_shared.wire.protocol import SyncRequest


@dataclass(slots=True)
class ResultFrames:
    """The frames about the changes of one request, and the stamps {scope: {seq}} of rows not sent."""

    frames: list[dict[str, object]] = field(default_factory=list)
    own: dict[str, set[int]] = field(default_factory=dict)


def results(request: SyncRequest, answers: Sequence[ChangeResult], epoch: str) -> ResultFrames:
    """Return a `res` for each pushed change, in their order."""
    told = ResultFrames()
    for answer in answers:
        members = result(answer)
        if answer.own is not None and _is_workable(request, answer, epoch):
            members["stub"] = True
            told.own.setdefault(answer.own.scope, set()).add(answer.own.seq)
        told.frames.append(members)
    return told


def result(answer: ChangeResult) -> dict[str, object]:
    """Return the members of a `res` frame."""
    members = answer.receipt.to_wire()
    return {**members, "rev": None, "seq": None, "h": None} if answer.is_hidden else members


def _is_workable(request: SyncRequest, answer: ChangeResult, epoch: str) -> bool:
    """Tell whether the tablet has what its own revision builds on."""
    own = answer.own
    if own is None or request.epoch not in (None, epoch) or own.scope in request.repair:
        return False
    return own.known_seq <= request.cursors.get(own.scope, 0)
