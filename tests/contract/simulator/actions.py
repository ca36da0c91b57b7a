"""Actions in a world: of the users, of the office and of the network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

from tests.contract.simulator.content import EDITS, KINDS, MOVES_TO, SCOPES, edited, fresh, with_edit
from tests.contract.simulator.office import STRANGER, USERS
from tests.contract.simulator.purges import SECRETS
from tests.contract.simulator.world import Seat, World

from field178_mobile.replication.events import Tick, Wake, WakeReason
from field178_mobile.store import InboxItem, MergedRecord
from field178_mobile.store.replication.tombstones import bring_back

Action = Callable[[World, Seat], object]


def create(world: World, seat: Seat) -> None:
    """File a new record."""
    kind = world.rng.choice(KINDS)
    held = seat.tablet.scopes()
    scopes = [scope for scope in MOVES_TO[kind] if scope in held]
    if not scopes:
        return
    scope = world.rng.choice(scopes)
    record_id = seat.tablet.new_id()
    world.records.append(record_id)
    draft = replace(
        seat.tablet.begin(record_id, kind, scope), data=fresh(kind, len(world.records), scope), scope=scope
    )
    change_id = world.file(seat, draft, _user(world))
    world.note(f"{seat.tablet.name} creates {kind} {record_id[-4:]} in {scope}: {change_id}")


def edit(world: World, seat: Seat) -> None:
    """Edit a record that is shown."""
    view = _pick(world, seat)
    if view is None:
        return
    draft = seat.tablet.begin(view.id, view.type, view.scope)
    draft = replace(draft, data=edited(view.type, draft.data, world.rng, hot=world.rng.random() < 0.3))
    change_id = world.file(seat, draft, _user(world))
    world.note(f"{seat.tablet.name} edits {view.type} {view.id[-4:]} rev {view.rev}: {change_id}")


def rivals(world: World, seat: Seat) -> None:
    """Two tablets edit one field of one record, each without knowing of the other."""
    view = _pick(world, seat)
    if view is None:
        return
    path = world.rng.choice(list(EDITS[view.type]))
    for other in world.seats:
        _set(world, other, view.id, path, world.rng.choice(EDITS[view.type][path]))


def open_draft(world: World, seat: Seat) -> None:
    """Begin a draft and leave it open; it is submitted later, when the record may have changed."""
    view = _pick(world, seat)
    if view is not None:
        open_draft_of(world, seat, view.id)


def open_draft_of(world: World, seat: Seat, record_id: str) -> None:
    """Begin an edit of one record, where it is shown, and leave it lying."""
    view = seat.tablet.store.view(record_id)
    if view is not None and not view.deleted:
        draft = seat.tablet.begin(view.id, view.type, view.scope)
        data = edited(view.type, draft.data, world.rng, hot=False)
        world.drafts_begun += 1
        seat.tablet.store.drafts.save(replace(draft, id=f"draft-{world.drafts_begun:04d}", data=data))
        world.note(f"{seat.tablet.name} begins an edit of {view.id[-4:]}")


def file_draft(world: World, seat: Seat) -> None:
    """Submit the draft that was left open."""
    drafts = sorted(seat.tablet.store.drafts.all(), key=lambda draft: draft.id)
    if drafts:
        draft = drafts[0]
        world.note(
            f"{seat.tablet.name} files a draft of {draft.record_id[-4:]}: {world.file(seat, draft, USERS[1])}"
        )


def delete(world: World, seat: Seat) -> None:
    """Delete a record that is shown."""
    view = _pick(world, seat)
    if view is not None:
        change_id = seat.tablet.delete(view, USERS[0])
        seat.oracle.filed(change_id)
        world.note(f"{seat.tablet.name} deletes {view.id[-4:]} rev {view.rev}: {change_id}")


def merge(world: World, seat: Seat) -> None:
    """The office merges a record into another one of its type; who has not heard of it goes on with it."""
    shown = world.visible(seat)
    pairs = [(view, other) for view in shown for other in shown if view.type == other.type]
    disputed = {item.record_id for item in seat.tablet.store.inbox() if item.refused_values}
    # Prefer a record with open values, which MUST move along; sometimes into itself, which MUST be refused.
    pairs = [pair for pair in pairs if pair[0].id in disputed] or pairs
    if pairs:
        view, into = world.rng.choice(pairs)
        with world.oracle.step():
            done = world.office.merge(view.id, into.id)
        world.note(f"office: merge {view.id[-4:]} into {into.id[-4:]}: {done}")
        path = world.rng.choice(list(EDITS[view.type]))
        for other in world.seats:
            _set(world, other, view.id, path, world.rng.choice(EDITS[view.type][path]))


def settle(world: World, seat: Seat) -> None:
    """Settle a disagreement in the inbox: with the value that was not taken, or with what stands there."""
    items = [item for item in seat.tablet.store.inbox() if item.refused_values]
    if items:
        _settle(world, seat, world.rng.choice(items))


def race_to_settle(world: World, seat: Seat) -> None:
    """Two fall out over a field, then once more while one of them settles what it knew of."""
    author = world.rng.choice([other for other in world.seats if other is not seat])
    world.sync(author)
    view = _pick(world, seat)
    if view is None:
        return
    path = world.rng.choice([path for path, values in EDITS[view.type].items() if len(values) > 2])
    first, second, third = world.rng.sample(EDITS[view.type][path], 3)
    for mine, theirs in ((first, second), (second, third)):
        world.sync(seat)
        for editor, value in ((seat, mine), (author, theirs)):
            _set(world, editor, view.id, path, value)
            world.sync(editor)
    for item in seat.tablet.store.inbox():
        if item.refused_values and item.record_id == view.id:
            _settle(world, seat, item)
    world.sync(seat)


def poison(world: World, seat: Seat) -> None:
    """File what makes the server fail for as long as the world is not healed."""
    if world.wire.poison:
        return
    view = _pick(world, seat)
    if view is None:
        return
    draft = seat.tablet.begin(view.id, view.type, view.scope)
    draft = replace(draft, data=edited(view.type, draft.data, world.rng, hot=False))
    change_id = world.file(seat, draft, USERS[0])
    if change_id is not None:
        world.wire.poison.add(change_id)
        world.note(f"{seat.tablet.name} files poison {change_id}")


def sync(world: World, seat: Seat) -> None:
    """An exchange, for one reason or another."""
    reason = world.rng.choice((WakeReason.USER, WakeReason.USER, WakeReason.SAVE, WakeReason.NETWORK, None))
    world.note(f"{seat.tablet.name} syncs ({reason})")
    world.talk(seat, Tick() if reason is None else Wake(reason))


def hear(world: World, seat: Seat) -> None:
    """An answer that was late arrives."""
    late = [seat for seat in world.seats if seat.tablet.is_waiting]
    if late:
        world.note(f"{late[0].tablet.name} hears a late answer")
        world.talk(late[0], None)


def replay(world: World, seat: Seat) -> None:
    """An old request arrives once more."""
    world.note("replay")
    world.wire.replay(world.rng.randrange(8))


def restart(world: World, seat: Seat) -> None:
    """The program ends and starts again."""
    world.note(f"{seat.tablet.name} restarts")
    seat.tablet.reboot()
    world.evaluate(seat)


def turn_clock(world: World, seat: Seat) -> None:
    """Somebody sets a tablet's clock."""
    error = timedelta(seconds=world.rng.choice((0, -90_000, 3_600, 40_000_000, -5)))
    seat.tablet.clock.error = error if world.options.wrong_clocks else timedelta()
    world.note(f"{seat.tablet.name} clock is off by {seat.tablet.clock.error}")


def decide(world: World, seat: Seat) -> None:
    """The office decides on a filed record."""
    record_id = _any(world)
    if record_id is not None:
        kind = world.rng.choice(("return", "approve", "approve", "reopen", "void"))
        with world.oracle.step():
            done = world.office.review(record_id, kind)
        world.note(f"office: {kind} {record_id[-4:]}: {done}")


def unmerge(world: World, seat: Seat) -> None:
    """The office takes a merge back."""
    rows = world.oracle.state.records
    merged = [
        record_id
        for record_id in world.records
        if record_id in rows and rows[record_id].merged_into is not None
    ]
    if merged:
        record_id = world.rng.choice(merged)
        with world.oracle.step():
            done = world.office.unmerge(record_id)
        world.note(f"office: unmerge {record_id[-4:]}: {done}")


def purge(world: World, seat: Seat) -> None:
    """Somebody writes what must not be there, others work on over it, and the office removes it for good."""
    shown = [view for view in world.visible(seat) if view.type in SECRETS]
    if not shown:
        return
    view = world.rng.choice(shown)
    path, secret = SECRETS[view.type], world.oracle.purges.new_secret()
    _set(world, seat, view.id, path, secret)
    world.sync(seat)
    for other in world.seats:
        if other is not seat and world.rng.random() < 0.7:
            world.sync(other)
            # Late edits, drafts and disagreements of those who do not know that it went.
            _set(world, other, view.id, path, f"{secret}, thêm ở {other.tablet.name}")
            if world.rng.random() < 0.5:
                open_draft_of(world, other, view.id)
    with world.oracle.step():
        done = world.office.purge(view.id)
        if done:
            world.oracle.purges.remember(view.id, secret)
    world.note(f"office: purge {view.id[-4:]}: {done}")


def move(world: World, seat: Seat) -> None:
    """The office moves a record to another scope."""
    record_id = _any(world)
    row = world.oracle.state.records.get(record_id or "")
    if row is not None:
        scope = world.rng.choice(MOVES_TO[row.type])
        with world.oracle.step():
            world.office.move(row.id, scope)
        world.note(f"office: move {row.id[-4:]} from {row.scope} to {scope}")


def move_many(world: World, seat: Seat) -> None:
    """The office moves most of a scope away, the fullest one: to a tablet that is a mass removal."""
    live = world.oracle.state.live
    scope = max(SCOPES[1:], key=lambda scope: len(live[scope]))
    records = world.oracle.state.records
    rows = [records[record_id] for record_id in live[scope] if record_id in world.records]
    for row in sorted(rows, key=lambda row: row.id)[:5]:
        elsewhere = [other_scope for other_scope in MOVES_TO[row.type] if other_scope != scope]
        with world.oracle.step():
            world.office.move(row.id, world.rng.choice(elsewhere))
    world.note(f"office: moves much of {scope}: {sorted(row.id[-4:] for row in rows)}")


def answer(world: World, seat: Seat) -> None:
    """The user answers what the brake asks."""
    if seat.tablet.rows("SELECT 1 FROM scope WHERE held > 0"):
        allow = world.rng.random() < 0.7
        world.answer(seat, allow=allow)


def want_back(world: World, seat: Seat) -> None:
    """The user offers to the office what went."""
    world.note(f"{seat.tablet.name} wants back what went")
    seat.tablet.store.read(bring_back)


def grant(world: World, seat: Seat) -> None:
    """A tablet gets one more scope, often one for want of which its changes wait."""
    receipts = world.oracle.state.receipts.values()
    refused = sorted({(row.device, row.scope) for row in receipts if row.reason == "scope_not_granted"})
    device, scope = seat.tablet.device, world.rng.choice(SCOPES)
    if refused and world.rng.random() < 0.7:
        device, scope = world.rng.choice(refused)
    world.note(f"office: grant {scope} to {device[-1]}")
    with world.oracle.step():
        world.office.grant(device, scope)


def ungrant(world: World, seat: Seat) -> None:
    """A tablet loses a scope."""
    scope = world.rng.choice(SCOPES)
    world.note(f"office: ungrant {scope} from {seat.tablet.name}")
    with world.oracle.step():
        world.office.ungrant(seat.tablet.device, scope)


def lend(world: World, seat: Seat) -> None:
    """A tablet loses a scope with an edit under way and gets it back: the verdict on the edit changes."""
    edit(world, seat)
    waiting = seat.tablet.rows("SELECT scope FROM outbox WHERE state IN ('pending', 'sent') ORDER BY ordinal")
    if not waiting:
        return
    scope = waiting[-1][0]
    world.note(f"office: lend {scope} of {seat.tablet.name}")
    with world.oracle.step():
        world.office.ungrant(seat.tablet.device, scope)
    world.sync(seat)
    with world.oracle.step():
        world.office.grant(seat.tablet.device, scope)


def compact(world: World, seat: Seat) -> None:
    """The office lets the feed of a scope forget what is gone."""
    state = world.oracle.state
    gone = [scope for (scope, _), (_, kind) in state.feed.items() if kind == "leave"]
    gone += [row.scope for row in state.records.values() if row.deleted]
    scope = world.rng.choice(sorted(set(gone)) or SCOPES)
    world.note(f"office: compact {scope}")
    with world.oracle.step():
        world.office.compact(scope)
    world.has_compacted = True


def back_up(world: World, seat: Seat) -> None:
    """The office makes a backup; a verified one lets tablets forget."""
    verified = world.rng.random() < 0.5
    world.note(f"office: backup, verified {verified}")
    if verified:
        world.backed_up |= set(world.oracle.state.receipts)
    with world.oracle.step():
        world.office.back_up(verified=verified)


ORDINARY: Mapping[Action, float] = {
    create: 3,
    edit: 13,
    rivals: 5,
    open_draft: 2,
    file_draft: 3,
    delete: 2,
    merge: 1.5,
    settle: 3,
    poison: 0.5,
    sync: 18,
    hear: 3,
    replay: 2,
    restart: 1,
    turn_clock: 1,
    decide: 4,
    unmerge: 0.5,
    move: 2.5,
    move_many: 0.7,
    answer: 3,
    want_back: 0.5,
    grant: 1.5,
    ungrant: 1.5,
    lend: 1.5,
    compact: 1.5,
    back_up: 1,
}
# Its many exchanges would heal what a disaster broke before anything else meets it.
CALM: Mapping[Action, float] = {race_to_settle: 2}


def _settle(world: World, seat: Seat, item: InboxItem) -> None:
    value = world.rng.choice(item.refused_values)
    is_free = value.path != "_deleted" and value.reason != "locked"
    chosen = {value.path: value.mine} if is_free and world.rng.random() < 0.6 else {}
    change_id = seat.tablet.store.resolve(item.record_id, item.refused_values, chosen, USERS[0])
    assert change_id is not None
    seat.oracle.filed(change_id)
    world.note(f"{seat.tablet.name} settles {sorted(chosen)} of {item.record_id[-4:]}: {change_id}")


def _set(world: World, seat: Seat, record_id: str, path: str, value: object) -> None:
    shown = seat.tablet.store.view(record_id)
    if shown is None or shown.deleted:
        return
    draft = seat.tablet.begin(record_id, shown.type, shown.scope)
    data = with_edit(draft.data, path, value)
    change_id = world.file(seat, replace(draft, data=data), USERS[0])
    world.note(f"{seat.tablet.name} sets {path} of {record_id[-4:]}: {change_id}")


def _pick(world: World, seat: Seat) -> MergedRecord | None:
    for record_id in world.rng.sample(world.records, len(world.records)):
        view = seat.tablet.store.view(record_id)
        if view is not None and not view.deleted:
            return view
    return None


def _any(world: World) -> str | None:
    stored = [record_id for record_id in world.records if record_id in world.oracle.state.records]
    return world.rng.choice(stored) if stored else None


def _user(world: World) -> str:
    return STRANGER if world.rng.random() < 0.04 else world.rng.choice(USERS)
