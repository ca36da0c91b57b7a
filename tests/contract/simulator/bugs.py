"""Bugs planted on purpose, one function of the product replaced for each: the suite must catch every one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from sqlalchemy import select
from sqlalchemy.orm import Session
from tests.contract.simulator.load_bugs import LOAD_BUGS

from field178_mobile.replication.engine import SyncEngine
from field178_mobile.replication.events import Effect, Failure
from field178_mobile.replication.push_queue import PushQueue
from field178_mobile.store.database.context import DatabaseContext
from field178_mobile.store.outbox import prune as pruning
from field178_mobile.store.outbox import submit
from field178_mobile.store.replica.server_records import (
    Committed,
    ScopeCursor,
    drop_server_record,
    get_scope,
    put_scope,
)
from field178_mobile.store.replication import apply_answer, mass_deletion_guard, receipts, repair, tombstones
from field178_mobile.store.replication import sync_store as syncing
from field178_mobile.store.replication.apply_answer import Checkpoint
from field178_mobile.store.replication.receipts import ReceiptPage
from field178_mobile.store.replication.repair import RepairPage, commit_repair
from field178_mobile.store.replication.sync_store import SyncStore
from field178_mobile.store.store import Store
from field178_server.database.models import Scope, StoredReceipt
from field178_server.database.unit_of_work import run_write
from field178_server.devices.context import DeviceContext
from field178_server.office.records import operations as records
from field178_server.records import change_feed, move
from field178_server.records.batch import Batch
from field178_server.records.stored_record import next_revision
from field178_server.replication import exchange
from field178_server.replication.exchange import Exchange
from field178_server.replication.policy import evaluate, record_merge
from field178_server.replication.pull.frames import EncodedRow
from field178_server.replication.pull.receipt_rows import ReceiptRows
from field178_server.replication.push import change_processor, push
from field178_server.replication.push.change_processor import ChangeProcessor
from field178_server.replication.quarantine.store import QuarantinedChange
from field178_server.replication.receipts import receipt_batch
from field178_server.replication.receipts import receipts as ledger
from field178_server.replication.receipts.receipts import PushedChange, ReceiptState
from field178_shared.merge import Data, Merged, equal, read_path, write_path
from field178_shared.wire.protocol import Status

Planted = AbstractContextManager[object]


def last_write_wins() -> Planted:
    """The youngest value is taken, whatever its author had seen."""

    def merge(data: Data, set_: Mapping[str, object], was: Mapping[str, object]) -> Merged:
        applied = []
        for path in sorted(set_):
            if not equal(read_path(data, path), set_[path]):
                data = write_path(data, path, set_[path])
                applied.append(path)
        return Merged(data, tuple(applied), ())

    return patch.object(evaluate, "merge", merge)


def no_scope_filter() -> Planted:
    """Every tablet is served every scope."""
    original = exchange.scopes_now

    def everything(session: Session, tenant_id: str, device: DeviceContext) -> list[Any]:
        scopes = frozenset(session.scalars(select(Scope.scope)))
        return original(session, tenant_id, replace(device, scopes=scopes))

    return patch.object(exchange, "scopes_now", everything)


def cursor_before_rows() -> Planted:
    """The cursor is stored in a transaction of its own, before the rows."""
    original = apply_answer.commit_checkpoint

    def commit(
        context: DatabaseContext, checkpoint: Checkpoint, page: ReceiptPage | None = None
    ) -> Committed:
        with context.transaction("cursor"):
            before = get_scope(context, checkpoint.scope)
            put_scope(context, replace(before, cursor=max(before.cursor, checkpoint.seq)))
        return original(context, checkpoint, page)

    return patch.object(apply_answer, "commit_checkpoint", commit)


def move_without_leave() -> Planted:
    """A moved record appears in its new scope and is never said to have left the old one."""
    original = change_feed._Counter.stamp

    def stamp(counter: Any, record_id: str, kind: str, left_rev: int | None = None) -> int:
        return 0 if kind == change_feed.LEAVE else original(counter, record_id, kind, left_rev)

    return patch.object(change_feed._Counter, "stamp", stamp)


def move_runs_nothing_again() -> Planted:
    """What waits for a record stays in quarantine when the office moves it to where it can be seen."""
    return patch.object(records, "run_record", lambda *_: 0)


def companions_left_behind() -> Planted:
    """A move takes the record along, but not its conflicts and its review."""
    return patch.object(move, "_following", lambda companion, record, moved: next_revision(companion))


def old_leave_deletes() -> Planted:
    """A `leave` deletes the record even when it lives in another scope by now."""
    original = apply_answer._commit_item

    def commit(context: DatabaseContext, item: Any, digests: Any, at_s: int) -> str:
        base = (
            apply_answer.get_server_record(context, item.record_id)
            if isinstance(item, apply_answer.Leave)
            else None
        )
        return original(context, item if base is None else replace(item, scope=base.scope), digests, at_s)

    return patch.object(apply_answer, "_commit_item", commit)


def stub_over_unseen_rev() -> Planted:
    """A revision is told in short although the tablet has not seen the one before it."""
    return patch.object(push, "_is_workable", lambda request, answer, epoch: answer.own is not None)


def overlay_dropped_at_acknowledgement() -> Planted:
    """An own change is not shown any more once it is acknowledged."""
    return patch.object(
        receipts,
        "_is_settled",
        lambda context, record_id, receipt, granted: receipt.status != "quarantined",
    )


def dedupe_by_n() -> Planted:
    """A change counts as known when its tablet has sent its number before."""
    original = ChangeProcessor.process

    def process(
        self: ChangeProcessor, sent: PushedChange, device: DeviceContext, incarnation: str
    ) -> ReceiptState:
        query = select(StoredReceipt.__table__).where(
            StoredReceipt.device_id == device.id,
            StoredReceipt.incarnation == incarnation,
            StoredReceipt.n == sent.change.n,
        )
        row = self._batch.session.execute(query).mappings().first()
        if row is None:
            return original(self, sent, device, incarnation)
        receipt = ledger.receipt_of_row(row)
        receipt.change_id = sent.change.change_id
        return receipt

    return patch.object(ChangeProcessor, "process", process)


@contextmanager
def idempotency_outside_the_transaction() -> Iterator[None]:
    """Receipts are stored after the data, in a transaction of their own."""
    original, write = Exchange._push, ledger.write_receipts

    def push(self: Exchange, *arguments: Any) -> Any:
        written: list[tuple[Session, str, list[ReceiptState]]] = []

        def remember(session: Session, tenant_id: str, listed: Iterable[ReceiptState]) -> None:
            written.append((session, tenant_id, list(listed)))

        with patch.object(receipt_batch, "write_receipts", remember):
            answers = original(self, *arguments)
        run_write(self.engine, lambda session: write(session, *written[-1][1:]))
        return answers

    with patch.object(Exchange, "_push", push):
        yield


def no_digest_reaction() -> Planted:
    """A digest that does not meet is taken note of, and that is all."""
    original = apply_answer._put_progress

    def put(
        context: DatabaseContext, checkpoint: Checkpoint, before: Any, digests: Any, verified: bool | None
    ) -> set[str]:
        return original(context, checkpoint, before, digests, None if verified is False else verified)

    return patch.object(apply_answer, "_put_progress", put)


def no_receipts_reaction() -> Planted:
    """Plant a bug: a digest of receipts that differs is counted, and that is all."""
    original = receipts._with_proof

    def with_proof(context: DatabaseContext, page: ReceiptPage, row: ScopeCursor) -> Any:
        after, verified = original(context, page, row)
        return (replace(after, refresh=row.refresh), None) if verified is False else (after, verified)

    return patch.object(receipts, "_with_proof", with_proof)


def lost_changes_stay_lost() -> Planted:
    """Plant a bug: a change whose receipt the server lost is not pushed again."""
    return patch.object(receipts, "_push_lost", lambda *arguments: frozenset())


def bad_change_waits() -> Planted:
    """A change on which the server fails is tried with every batch."""
    return patch.object(PushQueue, "_learn_server_error", lambda queue, exchange: False)


def repair_keeps_what_is_gone() -> Planted:
    """Plant a bug: a repair keeps records that the server no longer has."""

    def commit(context: DatabaseContext, page: RepairPage) -> Committed:
        return commit_repair(context, replace(page, buckets=frozenset()))

    return patch.object(repair, "commit_repair", commit)


def repair_empties_other_buckets() -> Planted:
    """A repair drops every row of the scope that it does not name, whatever buckets were served."""

    def commit(context: DatabaseContext, page: RepairPage) -> Committed:
        everything = frozenset(f"{number:02x}" for number in range(256))
        return commit_repair(context, replace(page, buckets=everything))

    return patch.object(repair, "commit_repair", commit)


def repair_forgets() -> Planted:
    """Plant a bug: a repair drops records for good, though the server may have lost them."""

    def take_out(context: DatabaseContext, record_id: str, digests: Any, at_s: int, *, lost: bool) -> None:
        drop_server_record(context, record_id, digests)

    return patch.object(repair, "take_out", take_out)


def no_brake() -> Planted:
    """Plant a bug: the mass deletion guard never asks."""
    return patch.object(mass_deletion_guard, "MOST_PERCENT", 100)


def salvage_forgotten_when_offered() -> Planted:
    """A lost record is let go as soon as it is offered, whether or not the server answers for it."""
    original = tombstones.lost_records

    def lost_records(context: DatabaseContext, limit: int, skip: frozenset[int]) -> list[Any]:
        lost = original(context, limit, skip)
        tombstones.forget_lost(context, [record.ordinal for record in lost])
        return lost

    return patch.object(tombstones, "lost_records", lost_records)


def acknowledge_on_failure() -> Planted:
    """A failed request counts as one that arrived."""
    original = SyncEngine._on_failure

    def fail(engine: SyncEngine, failure: Failure) -> list[Effect]:
        pushed = engine._exchange.pushed if engine._exchange is not None else ()

        def acknowledge(context: DatabaseContext) -> None:
            with context.transaction("acknowledge"):
                for change in pushed:
                    context.connection.execute(
                        "UPDATE outbox SET state = 'acknowledged', status = 'applied' "
                        "WHERE id = ? AND state = 'sent'",
                        (change.id,),
                    )

        engine._store.write(acknowledge)
        return original(engine, failure)

    return patch.object(SyncEngine, "_on_failure", fail)


def prune_on_acknowledgement() -> Planted:
    """A change is let go when it is acknowledged, whether or not a backup holds it."""
    original = SyncStore.prune

    def prune(store: SyncStore) -> None:
        with patch.object(pruning, "prunable", acknowledged), patch.object(syncing, "prunable", acknowledged):
            original(store)

    def acknowledged(context: DatabaseContext) -> list[str]:
        query = "SELECT id FROM outbox WHERE state = 'acknowledged' AND settled = 1"
        return [row[0] for row in context.connection.execute(query)]

    return patch.object(SyncStore, "prune", prune)


def verdicts_sent_once() -> Planted:
    """Plant a bug: a receipt is sent only once, whether or not the answer arrived."""
    original, sent = ReceiptRows.above, set[tuple[str, bytes]]()

    def above(rows: ReceiptRows, cursor: int, top: int) -> Iterator[EncodedRow]:
        fresh = [row for row in original(rows, cursor, top) if (rows.device.id, row.text) not in sent]
        sent.update((rows.device.id, row.text) for row in fresh)
        yield from fresh

    return patch.object(ReceiptRows, "above", above)


def digest_of_the_first_verdict() -> Planted:
    """Plant a digest of the receipts that keeps the first verdict on a change that waited."""
    original = receipt_batch._Scope.stamp

    def stamp(scope: Any, before: str | None, after: str) -> int:
        return original(scope, before, before or after)

    return patch.object(receipt_batch._Scope, "stamp", stamp)


def no_journal() -> Planted:
    """A filing that a crash interrupted is not brought back from the journal, but its draft is let go."""
    original = Store.file

    def file(store: Store, draft: Any, user: str, extra: Any = ()) -> str | None:
        store.drafts.discard(draft.id)
        return original(store, draft, user, extra)

    return patch.object(Store, "file", file)


def half_taken_is_applied() -> Planted:
    """A change of which one path clashed is said to be applied; the other value is forgotten."""
    original = evaluate._evaluate_put

    def put(*arguments: Any) -> evaluate.Outcome:
        outcome = original(*arguments)
        clashed = outcome.status is Status.CONFLICT and outcome.record is not None
        return replace(outcome, status=Status.APPLIED, reason=None, conflicts=()) if clashed else outcome

    return patch.object(evaluate, "_evaluate_put", put)


def settles_unseen() -> Planted:
    """A resolve closes the conflicts it names, whatever came into them since."""
    original = change_processor.settle

    def settle(batch: Batch, seen: Mapping[str, int]) -> tuple[bool, list[str]]:
        return original(
            batch,
            {
                conflict_id: conflict.rev
                for conflict_id in seen
                if (conflict := batch.get(conflict_id)) is not None
            },
        )

    return patch.object(change_processor, "settle", settle)


def merges_forgotten() -> Planted:
    """A late word on a merged record is taken for one on a deleted record."""
    return patch.object(record_merge, "merge_target_of", lambda record, find: record)


def replaces_although_held_back() -> Planted:
    """A change settles what it mends even when it is held back itself."""
    original = ChangeProcessor._quarantine

    def hold(self: ChangeProcessor, quarantined: QuarantinedChange, outcome: evaluate.Outcome) -> bool:
        changed = original(self, quarantined, outcome)
        for mended in quarantined.change.replaces:
            self._replace(mended, quarantined.receipt)
        return changed

    return patch.object(ChangeProcessor, "_quarantine", hold)


@contextmanager
def taking_back_says_nothing() -> Iterator[None]:
    """A refused value that the user takes back goes without a word, as if nothing had been changed."""
    with (
        patch.object(submit, "take_back", lambda changed, set_, was: None),
        patch.object(submit, "superseded", lambda own, shown, *, create: ()),
    ):
        yield


BUGS: Mapping[str, Callable[[], Planted]] = {
    planted.__name__: planted
    for planted in (
        last_write_wins,
        no_scope_filter,
        cursor_before_rows,
        move_without_leave,
        move_runs_nothing_again,
        companions_left_behind,
        old_leave_deletes,
        stub_over_unseen_rev,
        overlay_dropped_at_acknowledgement,
        dedupe_by_n,
        idempotency_outside_the_transaction,
        no_digest_reaction,
        no_receipts_reaction,
        lost_changes_stay_lost,
        bad_change_waits,
        repair_keeps_what_is_gone,
        repair_empties_other_buckets,
        repair_forgets,
        salvage_forgotten_when_offered,
        no_brake,
        acknowledge_on_failure,
        prune_on_acknowledgement,
        verdicts_sent_once,
        digest_of_the_first_verdict,
        no_journal,
        half_taken_is_applied,
        settles_unseen,
        merges_forgotten,
        replaces_although_held_back,
        taking_back_says_nothing,
    )
} | LOAD_BUGS
