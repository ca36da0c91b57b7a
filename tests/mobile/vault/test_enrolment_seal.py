"""Enrolment of a locked tablet: no edit of the file sends its data to another server."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from tests.mobile.support import FrozenClock, SystemKeyStore
from tests.mobile.vault.test_vault import (
    CHEAP,
    DEVICE_KEY,
    ENROLMENT,
    HOA,
    LAN,
    OTHER,
    PIN,
    refusal,
    vault_in,
)

from field178_mobile.vault import Vault, base64url
from field178_mobile.vault.device_secret import secret_id
from field178_mobile.vault.vault import pin_key
from field178_shared.crypto.sealed_box import boxed_for, sealed_under, unboxed
from field178_shared.errors import AppError, ErrorCode

THIEF = replace(ENROLMENT, url="https://thief.invalid", pin="", receipt_key="t")
KEY = bytes(reversed(range(32)))
SECRET = bytes(range(100, 132))


def state_of(folder: Path) -> dict[str, Any]:
    state: dict[str, Any] = json.loads((folder / "vault.json").read_bytes())
    return state


def write(folder: Path, state: dict[str, Any]) -> None:
    (folder / "vault.json").write_text(json.dumps(state), "utf-8")


def first_version(folder: Path) -> None:
    """Write the vault of an earlier version, with two officers."""
    SystemKeyStore(folder).save(SECRET)

    def entry(officer: Any, pin: str) -> dict[str, Any]:
        wrapping = pin_key(pin, bytes(16), SECRET, CHEAP)
        wrapped = sealed_under(wrapping, f"officer|{officer.id}", KEY, lambda size: bytes(size))
        return {
            **asdict(officer),
            **asdict(CHEAP),
            "salt": base64url.encode(bytes(16)),
            "wrapped": base64url.encode(wrapped),
        }

    box = boxed_for(base64url.decode(ENROLMENT.sealing_key), KEY, lambda size: bytes(range(size)))
    write(
        folder,
        {
            "version": 1,
            "secret": secret_id(SECRET),
            "enrolment": asdict(ENROLMENT),
            "recovery": {"sealing_key": ENROLMENT.sealing_key, "box": base64url.encode(box)},
            "device_key": base64url.encode(
                sealed_under(KEY, "device-key", DEVICE_KEY, lambda size: bytes(size))
            ),
            "officers": [entry(HOA, PIN), entry(LAN, OTHER)],
        },
    )


@pytest.fixture
def vault(tmp_path: Path, clock: FrozenClock) -> Vault:
    made = vault_in(tmp_path, clock)
    made.create(HOA, PIN, ENROLMENT, DEVICE_KEY)
    return made


def test_edited_address_is_noticed_at_the_unlock(vault: Vault, tmp_path: Path, clock: FrozenClock) -> None:
    assert b"127.0.0.1" not in (tmp_path / "vault.json").read_bytes()
    sealed = state_of(tmp_path)
    for enrolment in (
        asdict(THIEF),
        {},
        {"store": "", "device": ""},
        {name: text[:-4] + "AAAA" for name, text in sealed["enrolment"].items()},
        {"store": sealed["enrolment"]["device"], "device": sealed["enrolment"]["store"]},
    ):
        write(tmp_path, {**sealed, "enrolment": enrolment})
        again = vault_in(tmp_path, clock)
        assert refusal(again, PIN).code is ErrorCode.VAULT_ALTERED
        with pytest.raises(AppError):
            again.locked_enrolment()
    write(tmp_path, sealed)
    assert vault.enrolment(vault.unlock(HOA.id, PIN)) == ENROLMENT


def test_vault_made_to_look_older_does_not_open(vault: Vault, tmp_path: Path, clock: FrozenClock) -> None:
    secret = SystemKeyStore(tmp_path).load() or b""
    write(tmp_path, {**state_of(tmp_path), "secret": secret_id(secret), "enrolment": asdict(THIEF)})
    assert refusal(vault_in(tmp_path, clock), PIN).code is ErrorCode.VAULT_ALTERED


def test_vault_of_an_earlier_version_is_sealed_at_its_first_unlock(
    tmp_path: Path, clock: FrozenClock
) -> None:
    first_version(tmp_path)
    vault = vault_in(tmp_path, clock)
    assert vault.locked_enrolment() == ENROLMENT
    assert vault.unlock(HOA.id, PIN) == KEY
    again = vault_in(tmp_path, clock)
    assert again.locked_enrolment() == again.enrolment(KEY) == ENROLMENT
    assert b"127.0.0.1" not in (tmp_path / "vault.json").read_bytes()
    assert again.unlock(LAN.id, OTHER) == again.unlock(HOA.id, PIN) == KEY
    assert [entry["kind"] for entry in state_of(tmp_path)["officers"]] == ["pin", "pin"]


def test_failures_counted_by_an_earlier_version_still_count(tmp_path: Path, clock: FrozenClock) -> None:
    first_version(tmp_path)
    entry = {"failures": 6, "last_at": "2026-11-24T15:00:00Z"}
    (tmp_path / "attempts.json").write_text(json.dumps({HOA.id: entry}), "utf-8")
    vault = vault_in(tmp_path, clock)
    assert refusal(vault, PIN).details["wait_s"] == 300
    assert vault.unlock(LAN.id, OTHER) == KEY


def test_recovered_officer_seals_an_earlier_vault(tmp_path: Path, clock: FrozenClock) -> None:
    first_version(tmp_path)
    vault = vault_in(tmp_path, clock)
    vault.add_officer(HOA, "730158", KEY)
    assert vault.enrolment(KEY) == ENROLMENT
    assert vault.unlock(HOA.id, "730158") == KEY


def test_edited_pending_enrolment_is_not_taken(tmp_path: Path, clock: FrozenClock) -> None:
    vault = vault_in(tmp_path, clock)
    vault.keep_pending(ENROLMENT)
    assert vault_in(tmp_path, clock).pending_enrolment() == ENROLMENT
    (tmp_path / "enrolled.json").write_text(json.dumps(asdict(THIEF)), "utf-8")
    assert vault.pending_enrolment() is None


def test_newer_keys_of_the_office_replace_the_enrolment(
    vault: Vault, tmp_path: Path, clock: FrozenClock
) -> None:
    key = vault.unlock(HOA.id, PIN)
    sealing = X25519PrivateKey.from_private_bytes(bytes(range(7, 39)))
    newer = replace(
        ENROLMENT,
        receipt_key="r2",
        former_receipt_keys="r",
        sealing_key=base64url.encode(sealing.public_key().public_bytes_raw()),
        pin="p2",
        key_number=3,
    )
    vault.replace_enrolment(newer, key)
    again = vault_in(tmp_path, clock)
    assert again.locked_enrolment() == newer
    assert again.enrolment(again.unlock(HOA.id, PIN)) == newer
    assert newer.receipt_keys == "r2 r"
    # The box of the data key is for the newer sealing key.
    assert unboxed(sealing.private_bytes_raw(), again.recovery_box()) == key


def test_enrolment_is_not_replaced_under_another_key(vault: Vault, tmp_path: Path) -> None:
    before = state_of(tmp_path)
    with pytest.raises(AppError):
        vault.replace_enrolment(THIEF, KEY)
    assert state_of(tmp_path) == before


def test_enrolment_of_an_earlier_version_follows_from_the_first_announcement(
    vault: Vault, tmp_path: Path
) -> None:
    key = vault.unlock(HOA.id, PIN)
    state = state_of(tmp_path)
    content = {name: value for name, value in asdict(ENROLMENT).items() if "former" not in name}
    del content["key_number"]
    body = json.dumps(content).encode()
    state["enrolment"]["store"] = base64url.encode(
        sealed_under(key, "enrolment", body, lambda size: bytes(size))
    )
    write(tmp_path, state)
    assert vault.enrolment(key) == ENROLMENT
