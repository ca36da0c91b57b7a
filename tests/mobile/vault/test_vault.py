"""The vault: right PINs open, wrong ones wait, nothing is ever deleted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from tests.mobile.support import FrozenClock, SystemKeyStore

from field178_mobile.vault import Enrolment, GuessCost, TabletOfficer, Vault, base64url
from field178_mobile.vault.pins import is_weak
from field178_shared.crypto.sealed_box import unboxed
from field178_shared.errors import AppError, ErrorCode

CHEAP = GuessCost(memory_kib=64, passes=1)
HOA, LAN = (
    TabletOfficer("u1", "Hoà", "police", "inspector"),
    TabletOfficer("u2", "Lan", "health", "inspector"),
)
PIN, OTHER = "274905", "918264"
DISTRICT = X25519PrivateKey.generate()
DEVICE_KEY = bytes(range(32))
ENROLMENT = Enrolment(
    url="https://127.0.0.1:8443",
    device="0197aaaa-0000-7000-8000-00000000de01",
    tenant="main",
    receipt_key="r",
    sealing_key=base64url.encode(DISTRICT.public_key().public_bytes_raw()),
    user=HOA,
    pin="p",
)


def vault_in(folder: Path, clock: FrozenClock) -> Vault:
    return Vault(folder, cost=CHEAP, key_store=SystemKeyStore(folder), stopwatch=clock.stopwatch)


@pytest.fixture
def vault(tmp_path: Path, clock: FrozenClock) -> Vault:
    return vault_in(tmp_path, clock)


@pytest.fixture
def key(vault: Vault) -> bytes:
    return vault.create(HOA, PIN, ENROLMENT, DEVICE_KEY)


def refusal(vault: Vault, pin: str = "000000", officer: str = HOA.id) -> AppError:
    with pytest.raises(AppError) as refused:
        vault.unlock(officer, pin)
    return refused.value


def test_the_right_pin_opens_after_a_restart(
    vault: Vault, key: bytes, tmp_path: Path, clock: FrozenClock
) -> None:
    again = vault_in(tmp_path, clock)
    assert again.is_set_up
    assert again.officers() == (HOA,)
    assert again.locked_enrolment() == ENROLMENT
    assert again.unlock(HOA.id, PIN) == key
    assert again.enrolment(key) == ENROLMENT
    assert again.device_key(key) == DEVICE_KEY


def test_every_officer_opens_with_their_own_pin_only(vault: Vault, key: bytes) -> None:
    vault.add_officer(LAN, OTHER, key)
    assert vault.unlock(LAN.id, OTHER) == key
    assert vault.unlock(HOA.id, PIN) == key
    assert refusal(vault, OTHER, HOA.id).code is ErrorCode.PIN_WRONG


def test_five_wrong_pins_are_followed_by_ever_longer_waits(
    vault: Vault, key: bytes, clock: FrozenClock
) -> None:
    assert [refusal(vault).details["tries_left"] for _ in range(5)] == [4, 3, 2, 1, 0]
    for minutes in (1, 5, 15, 60, 60):
        locked = refusal(vault, PIN)
        assert (locked.code, locked.details["wait_s"]) == (ErrorCode.PIN_LOCKED, minutes * 60)
        clock.tick(minutes=minutes, seconds=-1)
        assert refusal(vault, PIN).code is ErrorCode.PIN_LOCKED
        clock.tick(seconds=1)
        assert refusal(vault).code is ErrorCode.PIN_WRONG
    clock.tick(minutes=60)
    assert vault.unlock(HOA.id, PIN) == key
    assert vault.wait_s(HOA.id) == 0
    assert refusal(vault).details["tries_left"] == 4


def test_a_wait_survives_a_restart_and_counts_only_while_the_tablet_is_open(
    vault: Vault, key: bytes, tmp_path: Path, clock: FrozenClock
) -> None:
    for _ in range(5):
        refusal(vault)
    for days in (-30, 800):
        clock.turn(days=days)
        again = vault_in(tmp_path, clock)
        assert refusal(again, PIN).details["wait_s"] == 60
    clock.tick(seconds=40)
    assert again.wait_s(HOA.id) == 20
    clock.seconds = 0.0  # another start of the device
    later = vault_in(tmp_path, clock)
    assert later.wait_s(HOA.id) == 20
    clock.tick(seconds=20)
    assert later.unlock(HOA.id, PIN) == key


def test_an_attempt_counts_before_it_is_made(
    vault: Vault, key: bytes, tmp_path: Path, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def power_cut(*_: object) -> bytes:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("field178_mobile.vault.vault.pin_key", power_cut)
        with pytest.raises(KeyboardInterrupt):
            vault.unlock(HOA.id, PIN)
    assert refusal(vault_in(tmp_path, clock)).details["tries_left"] == 3


def wear_out(folder: Path, clock: FrozenClock, tries: int = 5) -> dict[str, bytes]:
    """Use the free tries up; return the files as they were before."""
    before = {name: (folder / name).read_bytes() for name in ("vault.json", "attempts.json")}
    for _ in range(tries):
        refusal(vault_in(folder, clock))
    return before


@pytest.mark.parametrize("damage", ["deleted", "emptied", "older", "edited"])
@pytest.mark.parametrize("name", ["attempts.json", "vault.json"])
def test_attempts_outlive_one_of_their_files(
    vault: Vault, key: bytes, tmp_path: Path, clock: FrozenClock, damage: str, name: str
) -> None:
    before = wear_out(tmp_path, clock)
    path = tmp_path / name
    stored = json.loads(path.read_bytes())
    attempts = {
        "deleted": None,
        "emptied": "",
        "older": json.loads(before[name])["attempts"],
        "edited": "A" * len(stored["attempts"]),
    }[damage]
    path.write_text(json.dumps({**stored, "attempts": attempts}), "utf-8")
    if damage == "deleted" and name == "attempts.json":
        path.unlink()
    assert refusal(vault_in(tmp_path, clock), PIN).details["wait_s"] == 60


def test_tablet_whose_attempts_are_all_gone_waits_the_longest_and_then_opens(
    vault: Vault, key: bytes, tmp_path: Path, clock: FrozenClock
) -> None:
    wear_out(tmp_path, clock, 2)
    state = json.loads((tmp_path / "vault.json").read_bytes())
    del state["attempts"]
    (tmp_path / "vault.json").write_text(json.dumps(state), "utf-8")
    (tmp_path / "attempts.json").write_bytes(b"{torn")
    again = vault_in(tmp_path, clock)
    assert refusal(again, PIN).details["wait_s"] == 3600
    clock.tick(hours=1)
    assert again.unlock(HOA.id, PIN) == key
    assert refusal(again).details["tries_left"] == 4


def test_no_number_of_wrong_pins_deletes_anything(
    vault: Vault, key: bytes, tmp_path: Path, clock: FrozenClock
) -> None:
    before = json.loads((tmp_path / "vault.json").read_bytes())
    for _ in range(30):
        refusal(vault)
        clock.tick(minutes=61)
    after = json.loads((tmp_path / "vault.json").read_bytes())
    assert {**after, "attempts": before["attempts"]} == before
    assert vault.unlock(HOA.id, PIN) == key


def test_one_officers_waiting_keeps_no_other_out(vault: Vault, key: bytes) -> None:
    vault.add_officer(LAN, OTHER, key)
    for _ in range(5):
        refusal(vault)
    assert vault.unlock(LAN.id, OTHER) == key


def test_a_changed_pin_replaces_the_old_one(vault: Vault, key: bytes) -> None:
    vault.change_pin(HOA.id, PIN, OTHER)
    assert vault.unlock(HOA.id, OTHER) == key
    assert refusal(vault, PIN).code is ErrorCode.PIN_WRONG


def test_a_forgotten_pin_is_set_anew_from_anothers_unlock(vault: Vault, key: bytes) -> None:
    vault.add_officer(LAN, OTHER, key)
    vault.add_officer(HOA, "730158", vault.unlock(LAN.id, OTHER))
    assert vault.unlock(HOA.id, "730158") == key
    assert {officer.id for officer in vault.officers()} == {HOA.id, LAN.id}


def test_district_key_opens_the_vault(vault: Vault, key: bytes) -> None:
    assert unboxed(DISTRICT.private_bytes_raw(), vault.recovery_box()) == key


def test_without_the_devices_secret_no_pin_opens(
    vault: Vault, key: bytes, tmp_path: Path, clock: FrozenClock
) -> None:
    (tmp_path / "device.key").unlink()
    again = vault_in(tmp_path, clock)
    assert refusal(again, PIN).code is ErrorCode.STORE_LOCKED
    assert not (tmp_path / "device.key").exists()


def test_the_key_to_enrol_with_survives_a_restart(vault: Vault, tmp_path: Path, clock: FrozenClock) -> None:
    pending = vault.pending_device_key()
    assert vault_in(tmp_path, clock).pending_device_key() == pending
    vault.create(HOA, PIN, ENROLMENT, pending)
    assert list(tmp_path.glob("enrolling*")) == []


def test_a_foreign_key_is_never_wrapped(vault: Vault, key: bytes) -> None:
    with pytest.raises(AppError):
        vault.add_officer(LAN, OTHER, bytes(32))


def test_files_are_private_and_hold_no_key(vault: Vault, key: bytes, tmp_path: Path) -> None:
    for file in tmp_path.iterdir():
        assert file.stat().st_mode & 0o077 == 0, file
        body = file.read_bytes()
        assert key not in body
        assert base64url.encode(key).encode() not in body
        assert DEVICE_KEY not in body


@pytest.mark.parametrize(
    "pin", ["", "12345", "000000", "123456", "654321", "121212", "123123", "12345a", "１２３４５６", "9" * 13]
)
def test_easy_pins_are_refused(vault: Vault, pin: str) -> None:
    assert is_weak(pin)
    with pytest.raises(AppError) as refused:
        vault.create(HOA, pin, ENROLMENT, DEVICE_KEY)
    assert refused.value.code is ErrorCode.PIN_WEAK


@pytest.mark.parametrize("pin", [PIN, OTHER, "730158", "112358"])
def test_other_pins_are_taken(pin: str) -> None:
    assert not is_weak(pin)


def test_a_guess_is_dear_in_production() -> None:
    assert GuessCost() == GuessCost(memory_kib=65536, passes=3, lanes=1)
