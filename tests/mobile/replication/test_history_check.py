"""A root of the server's history is kept, compared, and never costs a record (protocol §A)."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.mobile.replication.tablet import Tablet, record

from field178_mobile.replication.frames import Hello, ReceivedRoot, parse_hello, parse_line
from field178_mobile.replication.recovery import judged
from field178_mobile.store.replication.checkpoint import read_checkpoint
from field178_mobile.store.replication.server_state import StoredRoot, store_root, stored_root
from field178_mobile.vault import base64url
from field178_shared.wire.hash_chain import RootAlarm, RootSeen

KEY = Ed25519PrivateKey.from_private_bytes(b"\x17" * 32)
PUBLIC = base64url.encode(KEY.public_key().public_bytes_raw())
KEPT = StoredRoot("e1", 5, "5" * 64)


def signed_root(index: int, digit: str, epoch: str = "e1", key: Ed25519PrivateKey = KEY) -> ReceivedRoot:
    text = f"field178-root-v1|{epoch}|{index}|{digit * 64}"
    return ReceivedRoot(index, digit * 64, base64url.encode(key.sign(text.encode())))


def hello(root: ReceivedRoot | None, epoch: str = "e1") -> Hello:
    wire = {"frame": "hello", "protocol": [1, 1], "epoch": epoch, "agreed": True}
    return replace(parse_hello(parse_line(json.dumps(wire).encode())), root=root)


def after(
    kept: StoredRoot | None, root: ReceivedRoot | None, epoch: str = "e1", key: str = PUBLIC
) -> StoredRoot:
    return judged(kept, hello(root, epoch), key)


@pytest.mark.parametrize("kept", [None, StoredRoot("e1"), KEPT])
def test_a_higher_root_is_kept(kept: StoredRoot | None) -> None:
    assert after(kept, signed_root(6, "6")) == StoredRoot("e1", 6, "6" * 64)


def test_the_same_root_and_silence_change_nothing() -> None:
    assert after(KEPT, signed_root(5, "5")) == after(KEPT, None) == KEPT


@pytest.mark.parametrize(
    ("root", "alarm"),
    [
        (ReceivedRoot(), RootAlarm.LOWER),
        (signed_root(4, "4"), RootAlarm.LOWER),
        (signed_root(5, "a"), RootAlarm.OTHER),
        (signed_root(6, "6", "e2"), RootAlarm.SIGNATURE),
        (signed_root(6, "6", key=Ed25519PrivateKey.generate()), RootAlarm.SIGNATURE),
        (replace(signed_root(6, "6"), sig=""), RootAlarm.SIGNATURE),
        (replace(signed_root(6, "6"), sig="…"), RootAlarm.SIGNATURE),
        (replace(signed_root(6, "6"), index=7), RootAlarm.SIGNATURE),
    ],
)
def test_contradicting_root_raises_an_alarm_and_keeps_the_stored_root(
    root: ReceivedRoot, alarm: RootAlarm
) -> None:
    assert after(KEPT, root) == replace(KEPT, alarm=alarm)


@pytest.mark.parametrize("alarm", list(RootAlarm))
def test_an_alarm_ends_with_the_root_that_was_seen_or_with_another_epoch(alarm: RootAlarm) -> None:
    alarmed = replace(KEPT, alarm=alarm)
    assert after(alarmed, signed_root(5, "5")) == KEPT
    assert after(alarmed, signed_root(6, "6", "e2"), "e2") == StoredRoot("e2", 6, "6" * 64)
    assert after(alarmed, None, "e2") == StoredRoot("e2")


@pytest.mark.parametrize("alarm", [RootAlarm.LOWER, RootAlarm.OTHER])
def test_a_higher_root_ends_no_alarm_about_history(alarm: RootAlarm) -> None:
    alarmed = replace(KEPT, alarm=alarm)
    assert after(alarmed, signed_root(9, "9")) == alarmed
    assert after(alarmed, signed_root(9, "9", "e2")) == alarmed


def test_a_signature_that_is_right_again_goes_on() -> None:
    assert after(replace(KEPT, alarm=RootAlarm.SIGNATURE), signed_root(6, "6")) == StoredRoot(
        "e1", 6, "6" * 64
    )


def test_a_tablet_without_the_key_still_compares() -> None:
    unsigned = replace(signed_root(6, "6"), sig="")
    assert after(KEPT, unsigned, key="") == StoredRoot("e1", 6, "6" * 64)
    assert after(KEPT, signed_root(4, "4"), key="") == replace(KEPT, alarm=RootAlarm.LOWER)


@pytest.mark.parametrize("nonsense", [None, 7, {"index": "9"}, {"index": 6, "hash": 6}, {"index": 0}])
def test_a_root_that_cannot_be_read_is_none(nonsense: object) -> None:
    wire = {
        "frame": "hello",
        "protocol": [1, 1],
        "epoch": "e1",
        "backed_up": 0,
        "scopes": [],
        "root": nonsense,
    }
    line = json.dumps({**wire, "root": nonsense}).encode()
    assert parse_hello(parse_line(line)).root == ReceivedRoot()


def test_seen_root_is_sent_and_survives_a_restart(tablet: Tablet) -> None:
    tablet.file(1, name="một")
    tablet.sync()
    epoch = tablet.sync_store.read(read_checkpoint).epoch
    assert epoch is not None
    assert "root" not in json.loads(tablet.bodies[-1])
    tablet.sync_store.write(store_root, StoredRoot(epoch, 5, "5" * 64, RootAlarm.OTHER))
    assert tablet.sync_store.read(stored_root) == StoredRoot(epoch, 5, "5" * 64, RootAlarm.OTHER)
    tablet.sync()
    assert json.loads(tablet.bodies[-1])["root"] == {"index": 5, "hash": "5" * 64, "alarm": "other"}


def test_a_root_of_another_epoch_is_not_sent(tablet: Tablet) -> None:
    tablet.file(1, name="một")
    tablet.sync()
    tablet.sync_store.write(store_root, StoredRoot("another", 5, "5" * 64))
    tablet.sync()
    assert "root" not in json.loads(tablet.bodies[-1])


def test_an_alarm_delays_no_record(tablet: Tablet) -> None:
    tablet.file(1, name="một")
    tablet.sync()
    epoch = tablet.sync_store.read(read_checkpoint).epoch or ""
    tablet.sync_store.write(store_root, StoredRoot(epoch, 5, "5" * 64, RootAlarm.LOWER))
    tablet.file(2, name="hai")
    tablet.sync()
    assert record(2) in tablet.server.world.records
    assert tablet.store.status().in_sync


def test_a_request_says_no_more_of_a_root_than_it_must() -> None:
    assert RootSeen(5, "5" * 64).to_wire() == {"index": 5, "hash": "5" * 64}
