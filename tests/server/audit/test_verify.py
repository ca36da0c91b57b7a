"""Hash chain: the rows that it covers, detected changes, and the root of a tablet (protocol §A)."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import delete, update
from tests.server.replication.test_exchange import state_of
from tests.world import UNIT, Json, Tablet, World

from field178_server.audit import verify
from field178_server.audit.history_check import history_of
from field178_server.audit.verify import faults_of_roots
from field178_server.database.models import Audit, Device, Root, RootPart, StoredReceipt, Tenant
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.maintenance.integrity import faults_of_store
from field178_server.security.keyring import to_base64url
from field178_shared.crypto.signatures import is_signed

KEY = Ed25519PrivateKey.from_private_bytes(b"\x17" * 32)
PUBLIC = to_base64url(KEY.public_key().public_bytes_raw())


def extend(world: World) -> bool:
    return verify.extend(world.engine, world.tenant_id, KEY, world.clock)


def faults(world: World) -> list[str]:
    with snapshot(world.engine) as session:
        return list(faults_of_roots(session, world.tenant_id, PUBLIC))


def behind_its_back(world: World, statement: Any) -> None:
    run_write(world.engine, lambda session: session.execute(statement))


def rooted(world: World, links: int = 3) -> Tablet:
    """A chain of links with two changes each, all of one tablet."""
    tablet = world.tablet()
    for _ in range(links):
        tablet.push(tablet.create(), tablet.create())
        assert extend(world)
    return tablet


def seen(root: Json) -> Json:
    return {"index": root["index"], "hash": root["hash"]}


def test_no_root_is_returned_before_the_first_link(world: World) -> None:
    assert world.tablet().ask()[0]["root"] == {"index": 0}


def test_a_root_is_signed_over_epoch_index_and_hash(world: World) -> None:
    root = rooted(world, 2).ask()[0]["root"]
    assert set(root) == {"index", "hash", "sig"}
    assert (root["index"], len(root["hash"])) == (2, 64)
    assert is_signed(PUBLIC, f"field178-root-v1|e1|2|{root['hash']}", root["sig"])


def test_no_link_is_added_without_changes(world: World) -> None:
    tablet = rooted(world, 1)
    tablet.sync()
    assert not extend(world)
    assert len(world.rows(Root)) == 1


def test_every_receipt_is_covered_once_and_the_chain_is_whole(world: World) -> None:
    first, second = world.tablet(), world.tablet()
    extend(world)
    for tablet in (first, second, first):
        tablet.push(tablet.create(), tablet.create(), {**tablet.create(), "type": "spaceship"})
        extend(world)
    assert sum(part.receipt_count for part in world.rows(RootPart)) == len(world.rows(StoredReceipt)) == 9
    assert [root.root_index for root in world.rows(Root)] == [1, 2, 3, 4]
    assert faults(world) == []


def test_a_verdict_made_anew_breaks_nothing(world: World) -> None:
    tablet = world.tablet()
    create = tablet.create()
    orphan = tablet.change(create["record_id"], {"village": "Thôn 3"})
    assert tablet.push(orphan)[0]["reason"] == "orphan"
    extend(world)
    tablet.push(create)
    [row] = world.rows(StoredReceipt, StoredReceipt.change_id == orphan["change_id"])
    assert row.status != "quarantined"
    assert (row.first_v, row.v > row.first_v) == (1, True)
    assert extend(world)
    assert faults(world) == []


@pytest.mark.parametrize(
    ("tampering", "fault"),
    [
        (
            lambda change_id: (
                update(StoredReceipt)
                .where(StoredReceipt.change_id == change_id)
                .values(payload_hash="0" * 64)
            ),
            "receipts",
        ),
        (lambda change_id: delete(StoredReceipt).where(StoredReceipt.change_id == change_id), "receipts"),
        (lambda _: update(Root).where(Root.root_index == 2).values(hash="0" * 64), "hash"),
        (lambda _: update(Root).where(Root.root_index == 2).values(epoch="e0"), "hash"),
        (lambda _: update(Root).where(Root.root_index == 2).values(sig="A" * 86), "signature"),
        (lambda _: update(RootPart).where(RootPart.root_index == 2).values(upto=5), "receipts"),
        (lambda _: delete(RootPart).where(RootPart.root_index == 2), "hash"),
    ],
)
def test_the_first_broken_link_is_named(world: World, tampering: Any, fault: str) -> None:
    tablet = rooted(world)
    third = world.rows(StoredReceipt, StoredReceipt.first_v == 3)[0].change_id
    behind_its_back(world, tampering(third))
    messages = faults(world)
    assert {message.split()[1] for message in messages} == {"2"}
    assert any(message.startswith(f"root: 2 {fault}") for message in messages)
    assert fault != "receipts" or f"root: 2 receipts of device {tablet.device}" in messages


def test_rows_after_the_last_link_are_no_fault(world: World) -> None:
    tablet = rooted(world, 1)
    tablet.push(*[tablet.create() for _ in range(3)])
    assert faults(world) == []


def test_a_link_cut_out_of_the_middle_is_named(world: World) -> None:
    rooted(world)
    behind_its_back(world, delete(RootPart).where(RootPart.root_index == 2))
    behind_its_back(world, delete(Root).where(Root.root_index == 2))
    assert faults(world) == ["root: 2 missing"]


def test_the_check_of_the_store_proves_the_chain(world: World) -> None:
    rooted(world)
    assert faults_of_store(world.engine, world.tenant_id, PUBLIC) == []
    behind_its_back(world, update(StoredReceipt).where(StoredReceipt.first_v == 1).values(n=99))
    assert any(
        message.startswith("root: 1 receipts") for message in faults_of_store(world.engine, world.tenant_id)
    )


def test_another_epoch_goes_on_in_the_same_chain_under_a_signature_of_its_own(world: World) -> None:
    tablet = rooted(world, 2)
    world.change_rows(Tenant, epoch="e2")
    assert tablet.ask()[0]["root"] == {"index": 0}
    assert extend(world)
    root = tablet.ask()[0]["root"]
    assert root["index"] == 3
    assert is_signed(PUBLIC, f"field178-root-v1|e2|3|{root['hash']}", root["sig"])
    assert faults(world) == []


def test_a_root_that_is_ours_costs_no_word_in_the_agreement(world: World) -> None:
    tablet = rooted(world)
    hello = tablet.ask()[0]
    state = state_of(tablet, hello)
    [agreed, _] = tablet.ask(state=state, root=seen(hello["root"]))
    assert set(agreed) == {"frame", "protocol", "epoch", "now", "agreed"}


def test_a_tablet_in_agreement_gets_the_root_made_since(world: World) -> None:
    tablet, other = world.tablet(UNIT), world.tablet("ref")
    other.sync()
    tablet.created()
    extend(world)
    first = other.sync()[0]["root"]
    tablet.created()
    extend(world)
    state = state_of(other, other.ask()[0])
    [agreed, _] = other.ask(state=state, root=seen(first))
    assert (agreed["agreed"], agreed["root"]["index"]) == (True, 2)
    [agreed, _] = other.ask(state=state)
    assert "root" not in agreed


def contradictions(world: World) -> list[tuple[str, str | None]]:
    actions = ("root_contradicted", "root_agrees_again")
    return [(row.action, row.details) for row in world.rows(Audit, Audit.action.in_(actions))]


def alarm_of(world: World, tablet: Tablet) -> str | None:
    return (
        str(alarm) if (alarm := world.rows(Device, Device.device_id == tablet.device)[0].root_alarm) else None
    )


def test_a_root_above_ours_is_no_agreement_and_is_audited_once(world: World) -> None:
    tablet = rooted(world)
    hello = tablet.ask()[0]
    state, root = state_of(tablet, hello), {"index": 7, "hash": "ab" * 32}
    for _ in range(2):
        answer = tablet.ask(state=state, root=root)[0]
        assert "agreed" not in answer
        assert answer["root"] == hello["root"]
    assert alarm_of(world, tablet) == "lower"
    [(action, details)] = contradictions(world)
    assert (action, details) == ("root_contradicted", '{"alarm": "lower", "seen": 7, "shown": 3}')


def test_another_hash_is_answered_by_the_root_at_that_index(world: World) -> None:
    tablet = rooted(world)
    answer = tablet.ask(root={"index": 2, "hash": "ab" * 32})[0]["root"]
    assert answer["index"] == 2
    assert is_signed(PUBLIC, f"field178-root-v1|e1|2|{answer['hash']}", answer["sig"])
    assert alarm_of(world, tablet) == "other"


def test_an_alarm_ends_with_the_very_root_that_was_seen(world: World) -> None:
    tablet = rooted(world, 2)
    two = tablet.ask()[0]["root"]
    tablet.ask(root={"index": 9, "hash": two["hash"]})
    tablet.created()
    extend(world)
    alarmed = {**seen(two), "alarm": "lower"}
    assert tablet.ask(root=alarmed)[0]["root"] == two
    assert alarm_of(world, tablet) is None
    assert [action for action, _ in contradictions(world)] == ["root_contradicted", "root_agrees_again"]
    assert tablet.ask(root=seen(two))[0]["root"]["index"] == 3


def test_a_signature_that_a_tablet_refuses_is_the_tablets_word(world: World) -> None:
    tablet = rooted(world, 1)
    tablet.ask(root={"index": 0, "alarm": "signature"})
    assert alarm_of(world, tablet) == "signature"


def test_a_root_of_another_epoch_says_nothing(world: World) -> None:
    tablet = rooted(world)
    world.change_rows(Tenant, epoch="e2")
    tablet.ask(root={"index": 7, "hash": "ab" * 32})
    assert alarm_of(world, tablet) is None


@pytest.mark.parametrize(
    "nonsense",
    [None, 7, [], {"index": "9"}, {"index": 3}, {"index": -1, "hash": "x"}, {"index": 2, "hash": "…"}],
)
def test_unreadable_root_counts_as_missing(world: World, nonsense: object) -> None:
    tablet = rooted(world, 1)
    assert tablet.ask(root=nonsense)[0]["root"]["index"] == 1
    assert alarm_of(world, tablet) is None


def test_changes_are_applied_with_a_contradicting_root(world: World) -> None:
    tablet = rooted(world, 1)
    frames = tablet.ask(root={"index": 9, "hash": "ab" * 32}, push=[tablet.create()])
    assert [frame["status"] for frame in frames if frame["frame"] == "res"] == ["applied"]


def test_the_chain_covers_lives_of_all_tablets_but_of_this_tenant_alone(world: World) -> None:
    tablet = rooted(world, 1)
    tablet.incarnation = world.ids.random()
    tablet.created()
    extend(world)
    assert len({row.incarnation for row in world.rows(StoredReceipt)}) == 2
    with snapshot(world.engine) as session:
        newest = history_of(session, world.tenant_id).newest
    assert newest is not None
    assert newest.index == 2
    assert faults(world) == []
