"""Rotation of the keys that tablets pin: the chain that tablets follow, and what verifies afterwards."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from field178_server.security.announced_keys import ANNOUNCEMENTS_FILE
from field178_server.security.key_rotation import announce_pins, rotate_receipt_key, rotate_sealing_key
from field178_server.security.keyring import create_keys, key_files, load_keys
from field178_shared.crypto.key_chain import KeyKind, OfficeKeys, announcements_of
from field178_shared.crypto.sealed_box import boxed_for, unboxed
from field178_shared.crypto.signatures import is_signed_by_any

NOW = datetime(2026, 12, 2, 8, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    create_keys(tmp_path / "keys", random.Random(1).randbytes)
    return tmp_path / "keys"


def trusted(folder: Path) -> OfficeKeys:
    keyring = load_keys(folder)
    return OfficeKeys(keyring.receipt_key, keyring.sealing_key, "pin", (), len(keyring.announcements))


def test_tablet_follows_two_rotations_of_each_kind_at_once(folder: Path) -> None:
    before, randomness = trusted(folder), random.Random(2)
    for round_ in range(2):
        rotate_receipt_key(folder, NOW, randomness.randbytes)
        rotate_sealing_key(folder, NOW, randomness.randbytes)
        announce_pins(folder, NOW, (f"pin-{round_}", "issuer"))
    keyring = load_keys(folder)
    after = before.following(announcements_of([item.to_wire() for item in keyring.announcements]))
    assert after.number == 6
    assert (after.receipt, after.sealing, after.pin) == (
        keyring.receipt_key,
        keyring.sealing_key,
        "pin-1 issuer",
    )
    assert after.former == keyring.former_receipts
    assert before.receipt in after.former


def test_chain_is_followed_up_to_the_first_false_link(folder: Path) -> None:
    before, randomness = trusted(folder), random.Random(2)
    first = rotate_receipt_key(folder, NOW, randomness.randbytes)
    second = rotate_sealing_key(folder, NOW, randomness.randbytes)
    forged = replace(second, key=first.key)
    assert before.following([first, forged]).number == 1
    # Signed by the key before the last: a former key announces nothing.
    assert before.following([second]) == before
    assert before.following([replace(second, number=1)]) == before
    assert before.following([first, second]).following([first, second]).number == 2


def test_former_receipt_key_verifies_and_signs_no_more(folder: Path) -> None:
    before = load_keys(folder)
    signature = before.receipt.sign(b"root")
    rotate_receipt_key(folder, NOW, random.Random(2).randbytes)
    after = load_keys(folder)
    assert after.receipt_key != before.receipt_key
    from field178_server.security.keyring import to_base64url

    assert is_signed_by_any(after.receipt_keys, "root", to_base64url(signature))
    assert not is_signed_by_any(after.receipt_key, "root", to_base64url(signature))
    assert sorted(path.name for path in folder.glob("receipt*")) == ["receipt-2.key"]


def test_former_sealing_key_opens_what_was_sealed_for_it(folder: Path) -> None:
    before = load_keys(folder)
    public = before.sealing.public_key().public_bytes_raw()
    box = boxed_for(public, b"k" * 32, random.Random(3).randbytes)
    rotate_sealing_key(folder, NOW, random.Random(2).randbytes)
    newest, former = load_keys(folder).sealings
    assert newest.private_bytes_raw() != before.sealing.private_bytes_raw()
    assert unboxed(former.private_bytes_raw(), box) == b"k" * 32


def test_rotation_that_ended_before_its_announcement_changes_nothing(folder: Path) -> None:
    before = load_keys(folder)
    (folder / "receipt-2.key").write_bytes(b"x" * 32)
    (folder / "receipt-2.key").chmod(0o600)
    assert load_keys(folder).receipt_key == before.receipt_key
    rotate_receipt_key(folder, NOW, random.Random(2).randbytes)
    assert load_keys(folder).former_receipts == (before.receipt_key,)


def test_keys_are_not_created_again_after_a_rotation(folder: Path) -> None:
    rotate_receipt_key(folder, NOW, random.Random(2).randbytes)
    key = load_keys(folder).receipt_key
    create_keys(folder, random.Random(4).randbytes)
    assert load_keys(folder).receipt_key == key
    names = [path.name for path in key_files(folder)]
    assert [name for name in names if not name.startswith("plan")] == [
        "receipt-2.key",
        "sealing.key",
        "server-1.key",
    ]
    assert (folder / ANNOUNCEMENTS_FILE).stat().st_mode & 0o077 == 0


def test_kind_of_a_later_version_ends_the_chain(folder: Path) -> None:
    item = rotate_sealing_key(folder, NOW, random.Random(2).randbytes).to_wire()
    assert announcements_of([item, {**item, "kind": "other"}, item])[0].kind is KeyKind.SEALING
    assert len(announcements_of([item, {**item, "kind": "other"}, item])) == 1
    assert announcements_of("x") == ()
