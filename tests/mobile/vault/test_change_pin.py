"""Another PIN: cut off at any moment the old one opens or the new one does, and nobody else is touched."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.mobile.support import Crash, FrozenClock
from tests.mobile.vault.test_vault import DEVICE_KEY, ENROLMENT, HOA, LAN, OTHER, PIN, refusal, vault_in

from field178_mobile.vault import Vault
from field178_shared.errors import AppError, ErrorCode

PROGRAM = "tests.mobile.vault.pin_process"
FRESH = "730158"
# What makes a file and its name durable: between any two of them the power may go.
SYSTEM = ("open", "fsync", "replace", "unlink")


@pytest.fixture
def vault(tmp_path: Path, clock: FrozenClock) -> Vault:
    made = vault_in(tmp_path / "vault", clock)
    key = made.create(HOA, PIN, ENROLMENT, DEVICE_KEY)
    made.add_officer(LAN, OTHER, key)
    return made


def entries(folder: Path) -> list[Any]:
    officers: list[Any] = json.loads((folder / "vault" / "vault.json").read_bytes())["officers"]
    return officers


def test_only_ones_own_way_in_changes_and_the_officers_keep_their_order(vault: Vault, tmp_path: Path):
    before = entries(tmp_path)
    key = vault.unlock(LAN.id, OTHER)
    vault.change_pin(HOA.id, PIN, FRESH)
    after = entries(tmp_path)
    assert [entry["id"] for entry in after] == [HOA.id, LAN.id]
    assert after[1] == before[1]
    assert after[0]["salt"] != before[0]["salt"]
    assert vault.unlock(HOA.id, FRESH) == vault.unlock(LAN.id, OTHER) == key


def test_a_wrong_old_pin_changes_nothing_and_counts_as_a_wrong_try(vault: Vault, tmp_path: Path):
    before = entries(tmp_path)
    for left in (4, 3, 2, 1, 0):
        with pytest.raises(AppError) as refused:
            vault.change_pin(HOA.id, OTHER, FRESH)
        assert (refused.value.code, refused.value.details["tries_left"]) == (ErrorCode.PIN_WRONG, left)
    assert refusal(vault, PIN).code is ErrorCode.PIN_LOCKED
    assert entries(tmp_path) == before


def test_an_easy_new_pin_is_refused_before_anything(vault: Vault, tmp_path: Path):
    before = entries(tmp_path)
    with pytest.raises(AppError) as refused:
        vault.change_pin(HOA.id, PIN, "123456")
    assert refused.value.code is ErrorCode.PIN_WEAK
    assert entries(tmp_path) == before


def test_cut_off_at_any_moment_the_old_pin_opens_or_the_new_one(
    vault: Vault, tmp_path: Path, clock: FrozenClock
):
    key = vault.unlock(LAN.id, OTHER)
    opened_by = []
    for moment in range(100):
        trial = tmp_path / f"trial-{moment}"
        shutil.copytree(tmp_path / "vault", trial)
        was_cut = cut_at(moment, lambda trial=trial: vault_in(trial, clock).change_pin(HOA.id, PIN, FRESH))
        again = vault_in(trial, clock)
        opened_by.append([pin for pin in (PIN, FRESH) if opens(again, pin, key)])
        assert again.unlock(LAN.id, OTHER) == key
        if not was_cut:
            break
    assert all(len(pins) == 1 for pins in opened_by)
    # The cuts went through the whole of it: old at the first of them, new at the last.
    assert opened_by[0] == [PIN]
    assert opened_by[-2:] == [[FRESH], [FRESH]]


@pytest.mark.parametrize("changes", [1, 2, 7])
def test_killed_while_changing_one_of_the_two_opens(
    vault: Vault, tmp_path: Path, clock: FrozenClock, changes: int
):
    key = vault.unlock(LAN.id, OTHER)
    command = [sys.executable, "-m", PROGRAM, str(tmp_path / "vault"), HOA.id, PIN, FRESH]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert [process.stdout.readline() for _ in range(changes)] == ["changed\n"] * changes
        process.kill()
    again = vault_in(tmp_path / "vault", clock)
    assert sum(opens(again, pin, key) for pin in (PIN, FRESH)) == 1


def cut_at(moment: int, work: Callable[[], None]) -> bool:
    """Run a function until its n-th system call; return whether it was cut there."""
    left = [moment]

    def counted(name: str) -> Callable[..., Any]:
        real = getattr(os, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            if left[0] == 0:
                raise Crash
            left[0] -= 1
            return real(*args, **kwargs)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for name in SYSTEM:
            patch.setattr(os, name, counted(name))
        try:
            work()
        except Crash:
            return True
    return False


def opens(vault: Vault, pin: str, key: bytes) -> bool:
    try:
        return vault.unlock(HOA.id, pin) == key
    except AppError:
        return False
