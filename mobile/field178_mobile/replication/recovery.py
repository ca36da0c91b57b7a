"""Recovery: reactions to an answer which shows that the server's history changed."""

from __future__ import annotations

from collections.abc import Callable

from field178_mobile.replication.answer import AnswerReader
from field178_mobile.replication.frames import Hello
from field178_mobile.replication.request import SentRequest
from field178_mobile.store.replication.checkpoint import IncarnationState, SyncCheckpoint
from field178_mobile.store.replication.sync_store import SyncStore
from field178_shared.wire.canonical import EMPTY, Digest


class Reactions:
    """Re-offers, repairs, forgets lost scopes, prunes what is backed up; every mark is durable."""

    def __init__(self, store: SyncStore, new_incarnation: Callable[[], str]) -> None:
        self._store = store
        self._new_incarnation = new_incarnation

    def on_hello(self, hello: Hello, exchange: SentRequest) -> None:
        """React to what only the first frame says, before any row of this answer is committed."""
        known = exchange.checkpoint.epoch
        if known is not None and known != hello.greeting.epoch:
            self._store.enter_epoch(hello.greeting.epoch)
        if exchange.offer is not None:
            offering = not exchange.offer.complete
            self._store.offer_missing(hello.missing, offering=offering)

    def on_end(self, answer: AnswerReader, exchange: SentRequest) -> None:
        """React to an answer that was read as far as it goes: receipts, lost scopes, backups."""
        hello = answer.hello
        assert hello is not None
        lives = self._store.checkpoint().lives
        agreed = {life.id for life in lives if life.receipts == hello.receipts.get(life.id, EMPTY)}
        self._store.prune(hello.backed_up, agreed)
        self._store.drop_lost_scopes(hello.greeting.granted)
        checkpoint = self._store.checkpoint()
        if answer.all_answered and checkpoint.sent_changes == 0:
            # Only now: a change sent without an answer may or may not be among the server's receipts.
            self._compare_receipts(hello, exchange, checkpoint)

    def all_verified(self, answer: AnswerReader, checkpoint: SyncCheckpoint) -> bool:
        """Tell whether tablet and server were shown to agree in everything: nothing weaker is green."""
        hello, end = answer.hello, answer.end
        if hello is None or end is None or end.more:
            return False
        if (
            hello.greeting.granted - answer.verified
            or checkpoint.receipt_count != hello.greeting.receipt_count
        ):
            return False
        if set(checkpoint.scopes) - hello.greeting.granted:
            return False
        return all(life.agrees_with(hello.receipts.get(life.id, EMPTY)) for life in checkpoint.lives)

    def _compare_receipts(self, hello: Hello, exchange: SentRequest, checkpoint: SyncCheckpoint) -> None:
        pairs = [(life, hello.receipts.get(life.id, EMPTY)) for life in checkpoint.lives]
        for life, server in pairs:
            if server == life.receipts != life.agreed:
                # The receipts agree again: the old difference would spoil the state for good.
                self._store.explain(life, server, next_incarnation=None)
        differing = [(life, server) for life, server in pairs if not life.agrees_with(server)]
        offered_all = exchange.offer is not None and exchange.offer.complete and not checkpoint.must_offer
        if not differing:
            return
        if not offered_all or hello.missing:
            if not hello.missing:
                self._store.demand_offer()
            return
        for life, server in differing:
            self._explain(life, server, checkpoint)

    def _explain(self, life: IncarnationState, server: Digest, checkpoint: SyncCheckpoint) -> None:
        # All of ours are there, so the rest are changes of this incarnation made elsewhere: this database is
        # a restored copy or a clone, and goes on under a new name.
        is_copy = life.id == checkpoint.incarnation and server.count > life.receipts.count
        self._store.explain(life, server, next_incarnation=self._new_incarnation() if is_copy else None)
