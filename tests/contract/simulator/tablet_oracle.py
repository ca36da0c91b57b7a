"""Watches one tablet: what its user was promised, what the user sees, and where it says it stands."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from tests.contract.simulator.server_state import ServerState
from tests.contract.simulator.tablet import OwnRow, Tablet
from tests.contract.simulator.violation import require

from field178_mobile.replication.events import Phase
from field178_mobile.store import MergedRecord, StoreChange
from field178_mobile.store.outbox.changes import State, changes_of
from field178_mobile.store.outbox.receipt_digests import receipts_digest
from field178_mobile.store.replica.server_records import ServerRecord
from field178_shared.merge import equal, read_path
from field178_shared.wire.canonical import digest_of
from field178_shared.wire.protocol import Status, receipt_scope

MOST_ROWS = 2
MOST_PERCENT = 20


@dataclass(frozen=True)
class Edit:
    """The last value this tablet's user gave a path, by the change that says so."""

    change_id: str
    value: object


class TabletOracle:
    """One tablet's judge."""

    def __init__(self, tablet: Tablet, state: ServerState) -> None:
        self.tablet = tablet
        self.promised = self.held()
        # The server went back to a backup and nobody told the tablets: verdicts and places in the order may
        # be others since, and they find out only in the course of an exchange.
        self.is_history_hidden = False
        self._menders: dict[str, str] = {}
        self._edits: dict[tuple[str, str], Edit] = {}
        self._cursors: dict[str, tuple[str | None, int, int]] = {}
        self._held_rows: dict[tuple[str, str], int] = {}
        self._shown_rows: dict[str, str] = {}
        self._may_go: set[str] = set()
        # What was judged and has not changed since is sound still: the last mark of each judgement.
        self._marks: dict[str, object] = {}
        tablet.on_start = lambda _: self._started()
        self._started()
        self.judge_kept(state)

    def filed(self, change_id: str) -> None:
        """Note a submitted change: from now on it MUST be stored and shown."""
        self.promised.add(change_id)
        change = self.tablet.change(change_id)
        require(change is not None, "I1", f"{change_id} was filed and is not there")
        assert change is not None
        mended = self.tablet.rows(f"SELECT id FROM outbox WHERE replaced_by = '{change_id}'")
        self._menders |= {quarantined_id: change_id for (quarantined_id,) in mended}
        for path, value in change.set.items():
            self._forget_overlapping(change.record_id, path)
            self._edits[change.record_id, path] = Edit(change_id, value)
        self._look({change.record_id})

    def let_go(self, answered: set[str]) -> None:
        """Release what is gone of these changes, and of those that the user has said anew by one of them."""
        for mended, mender in reversed(self._menders.items()):
            if mender in answered:
                answered = answered | {mended}
        self.promised -= answered - self.held()

    def became_another(self) -> None:
        """The tablet goes on from older files: what they do not hold was lost with its other self."""
        self.promised &= self.held()
        self.was_emptied()

    def was_emptied(self) -> None:
        """The tablet deleted what may be read: promised changes are still there, and nothing is in sight."""
        self._edits.clear()
        self._cursors.clear()
        self._held_rows.clear()
        self._shown_rows.clear()
        self._may_go.clear()

    def held(self) -> set[str]:
        return {row[0] for row in self.tablet.rows("SELECT id FROM outbox")}

    def evaluate(self, *, is_even: bool, backed_up: set[str]) -> None:
        """Judge the tablet after an exchange, a crash, a restart.

        `is_even`: no digest may differ, since nobody broke a history or dropped rows of a feed.
        """
        if self._is_as_before("judge", self.tablet.mark, is_even):
            return
        gone = sorted(self.promised - self.held() - backed_up)
        require(not gone, "I1", f"{self.tablet.name} let go of {gone}, which no backup holds")
        self._judge_digests()
        if is_even:
            missed = self.tablet.meta().get("mismatches", "0")
            require(missed == "0", "I8", f"{missed} digests differed without any disaster")

    def allowed(self) -> None:
        """The user lets go what the brake holds."""
        held = self.tablet.rows("SELECT id FROM scope WHERE held > 0")
        self._may_go |= {scope for (scope,) in held}

    def judge_kept(self, state: ServerState) -> None:
        """Check the removed records: not many at once without a question, none before the server's answer."""
        # A scope may be lost and granted again within one conversation: its rows went, as they had to.
        granted, self.tablet.told_throughout = self.tablet.told_throughout, self.tablet.told_scopes
        if self._is_as_before("kept", self.tablet.mark):
            return
        rows = self.tablet.rows("SELECT id, rev, scope FROM base WHERE deleted = 0")
        self._judge_brake(granted)
        now = {row[0]: row[1] for row in self.tablet.rows("SELECT id, rev FROM base")}
        scopes = granted & {row[0] for row in self.tablet.rows("SELECT id FROM scope")}
        resting = {row[0] for row in self.tablet.rows("SELECT id FROM removed WHERE lost = 1")}
        for (record_id, scope), rev in self._held_rows.items():
            stored = state.records.get(record_id)
            is_lost = stored is None or stored.rev < rev
            if scope not in scopes or not is_lost or now.get(record_id, 0) >= rev:
                continue
            if stored is not None and stored.is_erased:
                continue  # removed for good: whatever a later history made of it, no copy may stay
            kept = record_id in resting or record_id in self.tablet.told_salvaged
            require(kept, "I1", f"{self.tablet.name} dropped {record_id}, which the server does not have")
        self._held_rows = {(record_id, scope): rev for record_id, rev, scope in rows}

    def _judge_brake(self, granted: frozenset[str]) -> None:
        now = dict(self.tablet.rows("SELECT id, scope FROM base WHERE deleted = 0 AND type <> 'conflict'"))
        answers = dict(self.tablet.rows("SELECT id, answer FROM scope"))
        deleted_here = {
            row[0] for row in self.tablet.rows("SELECT record_id FROM outbox WHERE op = 'delete'")
        }
        for scope in (answers.keys() & granted) - self._may_go:
            before = {
                record_id for record_id, shown_scope in self._shown_rows.items() if shown_scope == scope
            }
            # The user knows of records deleted on this tablet.
            gone = before - now.keys() - deleted_here
            whole = before | {record_id for record_id, shown_scope in now.items() if shown_scope == scope}
            is_much = len(gone) > MOST_ROWS and len(gone) * 100 > MOST_PERCENT * len(whole)
            require(not is_much, "I1", f"{self.tablet.name}: {len(gone)} of {scope} went without a word")
        self._may_go &= {scope for scope, answer in answers.items() if answer == "allowed"}
        self._shown_rows = now

    def judge_acknowledged(self, state: ServerState) -> None:
        """Judge that the server has everything it is said to have."""
        acknowledged = self.tablet.rows("SELECT id FROM outbox WHERE state = 'acknowledged'")
        lost = [row[0] for row in acknowledged if row[0] not in state.receipts]
        require(not lost, "I1", f"{self.tablet.name} takes {lost} for received, the server has no receipt")

    def judge_green(self, state: ServerState) -> None:
        """Judge that a tablet which just came to green has everything and nothing else."""
        if self.tablet.engine.state.phase is not Phase.IDLE or not self.tablet.store.status().in_sync:
            return
        if not self._is_as_before("green", self.tablet.mark, self.tablet.device, state):
            self._judge_equal(state)
            self._judge_receipts(state)

    def judge_rest(self, state: ServerState) -> None:
        """Judge the tablet when nothing is left to do."""
        tablet = self.tablet
        lost = sorted(self.promised - set(state.receipts) - self._mended(state))
        require(not lost, "I1", f"{tablet.name} filed {lost}, the server has no receipt")
        self._judge_equal(state)
        self._judge_receipts(state)
        self._judge_views(state)
        if tablet.device not in state.revoked:
            require(tablet.store.status().in_sync, "I5", f"{tablet.name} at rest shows {tablet.engine.state}")

    def _mended(self, state: ServerState) -> set[str]:
        """What was parked because the server failed on it, and then said anew by the user."""
        query = "SELECT id, replaced_by FROM outbox WHERE state = 'parked' ORDER BY ordinal DESC"
        replaced: set[str] = set()
        for quarantined, mender in self.tablet.rows(query):
            if mender in state.receipts or mender in replaced:
                replaced.add(quarantined)
        return replaced

    # ---- what the user sees

    def _started(self) -> None:
        self.tablet.store.subscribe(self._changed)

    def _changed(self, change: StoreChange) -> None:
        self._judge_cursors()
        self._look(None if change.everything else set(change.records))

    def _look(self, records: set[str] | None) -> None:
        """Check that the screens show every own edit, whenever they are drawn."""
        edits = [key for key in self._edits if records is None or key[0] in records]
        if self.is_history_hidden or not edits or self._is_as_before("look", self.tablet.mark, records):
            return
        own = self.tablet.own_changes()
        for record_id, path in edits:
            edit = self._edits[record_id, path]
            change = own.get(edit.change_id)
            if change is None or self._is_edited_again(change, path, own) or self._is_over(change):
                del self._edits[record_id, path]
                continue
            view = self.tablet.store.view(record_id)
            shown = view is not None and equal(read_path(view.data, path), edit.value)
            if view is None and not change.is_create:
                continue  # the record is not here any more; the edit waits without a ghost of it
            require(
                shown, "I9", f"{self.tablet.name} {path} of {record_id}: {edit.value!r} is gone from view"
            )

    def _is_edited_again(self, change: OwnRow, path: str, own: Mapping[str, OwnRow]) -> bool:
        """Tell whether the user has a younger word on this path."""
        younger = [
            other
            for other in own.values()
            if other.record_id == change.record_id and other.ordinal > change.ordinal
        ]
        return any(_overlap(path, own_path) for other in younger for own_path in self.tablet.paths(other.id))

    def _is_over(self, change: OwnRow) -> bool:
        """Return whether the server record is shown: it has the edit, or the edit was refused."""
        if change.replaced_by is not None or change.status == Status.CONFLICT:
            return True
        if change.state != State.ACKNOWLEDGED or change.status == Status.QUARANTINED:
            return False
        revs = dict(self.tablet.rows("SELECT id, rev FROM base"))
        if change.record_id in revs:
            return change.reason == "replaced" or revs[change.record_id] >= change.rev
        if change.receipt_scope not in self.tablet.told_scopes:
            return True
        # Not here: it left or has not arrived. Its sequence number distinguishes the two.
        read = {scope.id: (scope.below, scope.cursor) for scope in self.tablet.scopes().values()}
        below, cursor = read.get(change.receipt_scope, (0, math.inf))
        return below <= (change.seq or 0) <= cursor

    def _forget_overlapping(self, record_id: str, path: str) -> None:
        for edited in [key for key in self._edits if key[0] == record_id]:
            if _overlap(edited[1], path):
                del self._edits[edited]

    # ---- where it stands

    def _judge_cursors(self) -> None:
        if self._is_as_before("cursors", self.tablet.mark):
            return
        epoch = self.tablet.meta().get("epoch")
        rows = self.tablet.rows("SELECT id, cursor, refresh FROM scope")
        cursors = {scope: (epoch, cursor, refresh) for scope, cursor, refresh in rows}
        for scope, (_, cursor, refresh) in cursors.items():
            before = self._cursors.get(scope, (None, 0, 0))
            # A repair ends at the server's sequence number, which may be below that of another history.
            went_on = cursor >= before[1] or refresh > before[2] or before[2] > 0
            require(went_on, "I7", f"{self.tablet.name} {scope}: {before} -> {cursors[scope]}")
        self._cursors = cursors

    def _judge_digests(self) -> None:
        rows = self.tablet.bases().values()
        for scope in self.tablet.scopes().values():
            # Of the device that the database knows: a new enrolment begins with its first exchange.
            if scope.id == receipt_scope(self.tablet.meta().get("device", "")):
                own = self.tablet.store.read(receipts_digest)
            else:
                own = digest_of(row.h for row in rows if row.scope == scope.id and not row.deleted)
            require(
                own == scope.digest, "I8", f"{self.tablet.name}: the kept digest of {scope.id} is another"
            )

    def _is_as_before(self, judgement: str, *mark: object) -> bool:
        is_same = self._marks.get(judgement) == mark
        self._marks[judgement] = mark
        return is_same

    # ---- at rest

    def _judge_equal(self, state: ServerState) -> None:
        granted = state.scopes_of(self.tablet.device)
        bases = self.tablet.bases()
        foreign = sorted({row.scope for row in bases.values()} - granted)
        require(not foreign, "I6", f"{self.tablet.name} keeps rows of {foreign}")
        here = {row.id: (row.scope, row.rev) for row in bases.values() if not row.deleted}
        there = {
            record_id: (scope, rev) for scope in granted for record_id, (rev, _) in state.live[scope].items()
        }
        differing = {key for key in here.keys() | there.keys() if here.get(key) != there.get(key)}
        require(not differing, "I5", f"{self.tablet.name}: {_pairs(differing, here, there)}")
        for record_id in here:
            base, stored = bases[record_id], state.records[record_id]
            same = base.h == stored.h and base.data == stored.data
            require(same, "I5", f"{self.tablet.name}: {record_id} has another content")

    def _judge_receipts(self, state: ServerState) -> None:
        query = "SELECT id, status, reason FROM outbox WHERE state = 'acknowledged'"
        receipts = state.receipts_of(self.tablet.device)
        for change_id, *verdict in self.tablet.rows(query):
            row = receipts.get(change_id)
            require(row is not None, "I1", f"{self.tablet.name}: no receipt of {change_id} on the server")
            assert row is not None
            same = tuple(verdict) == (row.status, row.reason)
            require(same, "I5", f"{change_id}: {verdict} is {(row.status, row.reason)}")

    def _judge_views(self, state: ServerState) -> None:
        bases = self.tablet.bases()
        for (record_id,) in self.tablet.rows("SELECT id FROM base UNION SELECT record_id FROM outbox"):
            own = self.tablet.store.read(lambda context, key=record_id: changes_of(context, key))
            if any(change.is_refused and change.replaced_by is None for change in own):
                continue  # an own value that waits to be mended is shown on top
            self._judge_view(record_id, bases.get(record_id), self.tablet.store.view(record_id))

    def _judge_view(self, record_id: str, base: ServerRecord | None, view: MergedRecord | None) -> None:
        if base is None:
            require(view is None or view.deleted, "I5", f"{self.tablet.name} shows a ghost of {record_id}")
            return
        is_gone = base.deleted or base.is_erased
        same = view is not None and (view.data, view.deleted) == (base.data, is_gone)
        require(same, "I5", f"{self.tablet.name}: the view of {record_id} is not its base")
        require(view is not None and not view.pending, "I5", f"{record_id} is shown as pending at rest")


def _overlap(path: str, other: str) -> bool:
    return f"{path}.".startswith(f"{other}.") or f"{other}.".startswith(f"{path}.")


def _pairs(ids: set[str], here: dict, there: dict) -> str:
    return "; ".join(f"{key}: {here.get(key)} here, {there.get(key)} there" for key in sorted(ids)[:3])
