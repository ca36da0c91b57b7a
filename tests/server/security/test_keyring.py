"""Keys derived for each purpose, and the rotation of the server secret."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from field178_server.devices.sessions import DeviceSessions
from field178_server.security.keyring import Purpose, create_keys, drop_earlier, load_keys, rotate
from field178_server.security.secret_box import SecretBox, SecretLostError

NOW = datetime(2026, 12, 1, 8, tzinfo=UTC)
DEVICE = "0191d2a0-0000-7000-8000-000000000001"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    create_keys(tmp_path / "keys", random.Random(1).randbytes)
    return tmp_path / "keys"


def test_every_purpose_has_a_key_of_its_own(folder: Path) -> None:
    keyring = load_keys(folder)
    keys = {keyring.key(purpose) for purpose in Purpose}
    assert len(keys) == len(Purpose)
    assert not keys & set(keyring.secrets)


def test_the_key_of_forms_or_the_server_secret_forges_no_session_of_a_tablet(folder: Path) -> None:
    keyring = load_keys(folder)
    own = DeviceSessions("main", keyring.key(Purpose.TABLET_SESSIONS)).nonce(DEVICE, NOW)
    others = [keyring.secrets[0], *(keyring.key(p) for p in Purpose if p is not Purpose.TABLET_SESSIONS)]
    assert own not in {DeviceSessions("main", key).nonce(DEVICE, NOW) for key in others}


def test_another_tenant_under_the_same_key_has_other_sessions() -> None:
    key = b"k" * 32
    assert DeviceSessions("main", key).nonce(DEVICE, NOW) != DeviceSessions("other", key).nonce(DEVICE, NOW)


def test_a_rotation_makes_new_keys_and_opens_what_earlier_ones_sealed(folder: Path) -> None:
    before = load_keys(folder)
    sealed = SecretBox(before, Purpose.ONE_TIME_CODES).sealed("chi", "JBSWY3DP")
    rotate(folder, random.Random(2).randbytes)
    after = load_keys(folder)
    assert all(after.key(purpose) != before.key(purpose) for purpose in Purpose)
    assert after.receipt_key == before.receipt_key, "tablets stay enrolled"
    box = SecretBox(after, Purpose.ONE_TIME_CODES)
    assert box.opened("chi", sealed) == "JBSWY3DP"
    renewed = box.renewed("chi", sealed)
    assert box.renewed("chi", renewed) is renewed
    assert drop_earlier(folder, after) == 1
    last = SecretBox(load_keys(folder), Purpose.ONE_TIME_CODES)
    assert last.opened("chi", renewed) == "JBSWY3DP"
    with pytest.raises(SecretLostError):
        last.opened("chi", sealed)
    with pytest.raises(SecretLostError):
        last.opened("an", renewed)


def test_a_server_that_did_not_load_the_newest_secret_deletes_none(folder: Path) -> None:
    running = load_keys(folder)
    rotate(folder, random.Random(2).randbytes)
    assert drop_earlier(folder, running) == 0
    assert len(load_keys(folder).secrets) == 2


def test_the_secret_of_an_older_installation_is_rotated_like_any_other(folder: Path) -> None:
    (folder / "server-1.key").rename(folder / "console-session.key")
    create_keys(folder, random.Random(3).randbytes)
    assert not (folder / "server-1.key").exists(), "it is the server secret"
    older = load_keys(folder)
    rotate(folder, random.Random(4).randbytes)
    assert load_keys(folder).secrets[1] == older.secrets[0]
    assert drop_earlier(folder, load_keys(folder)) == 1
