"""Random changes of an office with one webhook: the events expected, and the messages sent."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import strategies as st
from tests.world import OFFICER, OTHER_UNIT, TEAM, UNIT, World

from field178_server.audit.office_write import put_record
from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import Actor
from field178_server.database.unit_of_work import run_write
from field178_server.office.reviews import operations as reviews
from field178_server.office.reviews import threads
from field178_server.office.webhooks import attempts, operations
from field178_server.office.webhooks.attempts import LEASE, Attempt, ClaimedWebhook
from field178_server.office.webhooks.collection import collect_step
from field178_server.office.webhooks.events import EventKind, EventMessage
from field178_server.office.webhooks.operations import WebhookSettings
from field178_server.office.webhooks.signature import secret_box
from field178_server.records import scopes
from field178_server.records.batch import Batch
from field178_server.records.move import move
from field178_server.records.scopes import OFFICE
from field178_server.records.stored_record import Stored, new_record, next_revision
from field178_server.replication.compaction import compact
from field178_server.security.keyring import Keyring
from field178_shared.codelists import load
from field178_shared.errors import AppError, ErrorCode
from field178_shared.ids import review_id
from field178_shared.records.reading import entries_of

Event = tuple[str, int, str | None]
_KINDS = ("establishment", "inspection", "inspection", "outreach_session", "report")
BOX = secret_box(Keyring(Ed25519PrivateKey.generate(), X25519PrivateKey.generate(), (b"s" * 32,)))


class WebhookOffice:
    """Office with one webhook: its changes, the events expected of each, and the messages sent."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.expected: dict[str, list[Event]] = {}
        self.sent: list[EventMessage] = []
        self._secret: set[str] = set()
        self._ids: list[str] = []
        self._reports: list[str] = []
        self._rnd = random.Random(0)
        self._actor = Actor("officer", OFFICER)
        run_write(world.engine, lambda s: scopes.ensure(s, world.tenant_id, (OFFICE,), load()))
        self.old = self._new("establishment", UNIT, is_event=False)
        self.webhook_id = self.add()

    @property
    def context(self) -> OperationContext:
        return OperationContext(self.world.tenant_id, self.world.clock, self.world.ids, load(), self._actor)

    def add(self, **more: Any) -> str:
        request = WebhookSettings(
            **{"name": "Sở", "url": "https://hook.example/", "kinds": list(EventKind), **more}
        )
        return run_write(
            self.world.engine, lambda s: operations.add(s, self.context, BOX, frozenset(), request)
        )[0]

    def step(self, name: str, seed: int) -> None:
        """Run a step; a step that the office refuses changes nothing and has no event."""
        self._rnd = random.Random(seed)
        with suppress(AppError):
            STEPS[name](self)

    # Changes, each with the events expected.

    def create(self) -> None:
        kind = self._rnd.choice(_KINDS)
        self._new(kind, {"inspection": TEAM, "report": OFFICE}.get(kind, UNIT))

    def plan_in_secret(self) -> None:
        self._secret.add(self._new("plan_item", OFFICE, is_event=False))

    def release(self) -> None:
        """Give an unannounced visit to its team, which has no event."""
        if self._secret:
            record_id = self._rnd.choice(sorted(self._secret))
            self._write(lambda batch: move(batch, record_id, TEAM))

    def announce(self) -> None:
        """Plan an unannounced visit as a periodic one, which sends the events of all its revisions."""
        if not self._secret:
            return
        record_id = self._rnd.choice(sorted(self._secret))
        self._write(lambda batch: move(batch, record_id, TEAM))
        periodic = {**self.stored(record_id).data, "inspection_kind": "periodic"}
        self._edit(record_id, data=periodic)
        self._secret.discard(record_id)
        stored = self.stored(record_id)
        self.expected[record_id] = [
            (EventKind.EDITED if rev > 1 else EventKind.CREATED, rev, None)
            for rev in range(1, stored.rev + 1)
        ]

    def edit(self) -> None:
        self._edit(self._any())

    def edit_twice(self) -> None:
        self._edit(self._any(), times=2)

    def delete(self) -> None:
        self._edit(self._any(), deleted=True)

    def move(self) -> None:
        record_id = self._any()
        before = self.stored(record_id)
        if record_id in self._secret:
            return
        self._write(lambda batch: move(batch, record_id, self._rnd.choice((UNIT, OTHER_UNIT, TEAM))))
        if self.stored(record_id).rev > before.rev:
            self._expect(record_id, EventKind.EDITED, before.rev + 1)

    def freeze(self) -> None:
        """Edit a report and freeze it; then it stays as it is."""
        if self._reports:
            record_id = self._reports.pop()
            self._edit(record_id)
            self._edit(record_id, data={**self.stored(record_id).data, "frozen": {"by": "x", "sha256": "x"}})

    def approve(self) -> None:
        self._decide(lambda b, seen: reviews.approve(b, self._actor, seen), "approved")

    def return_(self) -> None:
        remarks = reviews.Remarks(f"x{self._rnd.random()}", (reviews.Pin("", "x"),))
        self._decide(lambda b, seen: reviews.return_for_fix(b, self._actor, seen, remarks), "returned")

    def void(self) -> None:
        self._decide(lambda b, seen: reviews.void(b, self._actor, seen, "x"), "void")

    def reopen(self) -> None:
        self._decide(lambda b, seen: reviews.reopen(b, self._actor, seen, "x"), "returned")

    def undo(self) -> None:
        record_id = self._any()
        before = self.stored(review_id(record_id))
        self._write(lambda batch: reviews.undo_approval(batch, self._actor, record_id))
        after = self.stored(review_id(record_id))
        state = "waiting" if after.deleted else str(after.data["state"])
        rev = (before if after.deleted else after).data["record_rev"]
        assert isinstance(rev, int)
        self._expect(record_id, EventKind.RETURNED if state == "returned" else EventKind.REVIEWED, rev, state)

    def comment(self) -> None:
        """Add a comment to a thread; without a decision it has no event."""
        record_id = self._any()
        comments = entries_of(self.stored(review_id(record_id)).data, "comments")
        if comments:
            self._write(lambda batch: threads.add_comment(batch, self._actor, record_id, min(comments), "x"))

    def hand_over(self) -> None:
        """Hand a review over to another officer; without a decision it has no event."""
        record_id = self._any()

        def work(batch: Batch) -> None:
            batch.load([record_id])
            review = batch.review_of(record_id)
            if review is not None:
                data = {**review.data, "handed_to": self.world.ids.random()}
                put_record(batch, self.context, next_revision(review, data=data))

        self._write(work)

    def compact(self) -> None:
        scope = self._rnd.choice((UNIT, OTHER_UNIT, TEAM, OFFICE))
        run_write(self.world.engine, lambda session: compact(session, self.world.tenant_id, scope))

    # Collection and delivery of events.

    def collect(self) -> None:
        run_write(self.world.engine, lambda session: collect_step(session, self.world.tenant_id, 3))

    def collect_all(self) -> None:
        while run_write(self.world.engine, lambda s: collect_step(s, self.world.tenant_id, 3)):
            pass

    def deliver(self) -> None:
        self._deliver(crash_after=None)

    def crash(self) -> None:
        """Die between a delivery and its cursor; the claim runs out."""
        self._deliver(crash_after=self._rnd.randrange(3))
        self.world.clock.move(seconds=LEASE.total_seconds() + 1)

    def drain(self) -> None:
        self.collect_all()
        while self._deliver(crash_after=None):
            pass

    def _deliver(self, crash_after: int | None) -> int:
        world = self.world
        claim = world.ids.random()
        claimed = run_write(
            world.engine, lambda s: attempts.claim(s, self.context, BOX, self.webhook_id, claim)
        )
        if claimed is None:
            return 0
        waiting = run_write(world.engine, lambda s: attempts.next_messages(s, world.tenant_id, claimed, 4))
        for count, message in enumerate(waiting.messages):
            self.sent.append(message)
            if count == crash_after:
                return count
            self._note(claimed, message)
        run_write(world.engine, lambda s: attempts.release(s, world.tenant_id, claimed, waiting.upto))
        return len(waiting.messages)

    def _note(self, claimed: ClaimedWebhook, message: EventMessage) -> None:
        attempt = Attempt(message, 1, 200)
        run_write(
            self.world.engine,
            lambda s: attempts.note_attempt(s, self.context, claimed, attempt, 0.5),
        )

    def stored(self, record_id: str) -> Stored:
        record = self.world.stored(record_id)
        if record is None:
            raise AppError(ErrorCode.NOT_FOUND)
        return record

    def edit_old(self) -> None:
        """Edit what was there before the webhook."""
        self._edit(self.old)

    def _new(self, kind: str, scope: str, is_event: bool = True) -> str:
        record_id = self.world.ids.random()
        data = {"unit_id": UNIT.partition(":")[2], "year": 2025, "team_id": TEAM.partition(":")[2]}
        if kind == "plan_item":
            data |= {"window_from": "2025-06-01", "window_to": "2025-06-30", "inspection_kind": "unannounced"}
        self._write(lambda b: put_record(b, self.context, new_record(record_id, kind, scope, data)))
        (self._reports if kind == "report" else self._ids).append(record_id)
        if is_event:
            self._expect(record_id, EventKind.CREATED, 1)
        return record_id

    def _edit(self, record_id: str, times: int = 1, **more: Any) -> None:
        before = self.stored(record_id)
        more = more or {"data": {**before.data, "n": self._rnd.random().hex()}, "deleted": False}

        def work(batch: Batch) -> None:
            batch.load([record_id])
            if batch.is_locked(record_id):
                raise AppError(ErrorCode.NOT_FOUND)
            for number in range(times):
                stored = batch.get(record_id)
                assert stored is not None
                changed = {**more, "data": {**more.get("data", stored.data), "time": str(number)}}
                put_record(batch, self.context, next_revision(stored, **changed))

        self._write(work)
        if record_id in self._secret:
            return
        kind = EventKind.FROZEN if "frozen" in more.get("data", {}) else EventKind.EDITED
        for number in range(times):
            self._expect(record_id, kind, before.rev + number + 1)

    def _decide(self, decide: Callable[[Batch, reviews.SeenRecord], object], state: str) -> None:
        record_id = self._any()
        rev = self.stored(record_id).rev
        self._write(lambda batch: decide(batch, reviews.revisions_of(batch, record_id)))
        self._expect(record_id, EventKind.RETURNED if state == "returned" else EventKind.REVIEWED, rev, state)

    def _expect(self, record_id: str, kind: EventKind, rev: int, state: str | None = None) -> None:
        self.expected.setdefault(record_id, []).append((kind.value, rev, state))

    def _any(self) -> str:
        return self._rnd.choice(self._ids)

    def _write(self, work: Callable[[Batch], object]) -> None:
        def run(session: Any) -> None:
            batch = self.world.batch(session)
            work(batch)
            batch.flush()

        run_write(self.world.engine, run)


_PLANNING = ("plan_in_secret", "release", "announce")
_CHANGES = ("create", "edit", "edit_old", "edit_twice", "delete", "move")
_DECISIONS = ("freeze", "approve", "return_", "void", "reopen", "undo", "hand_over", "comment", "compact")
_DELIVERY = ("collect", "collect_all", "deliver", "crash")
STEPS: dict[str, Callable[[WebhookOffice], None]] = {
    name: getattr(WebhookOffice, name) for name in (*_CHANGES, *_PLANNING, *_DECISIONS, *_DELIVERY)
}
_WEIGHTED = (
    *STEPS,
    *(4 * ("create",)),
    *(2 * ("edit", "approve", "return_", "comment", "collect", "deliver", "crash")),
)
steps = st.lists(st.tuples(st.sampled_from(_WEIGHTED), st.integers(0, 10_000)), min_size=10, max_size=60)
