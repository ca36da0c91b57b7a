"""The device's secret: the system's key store when it works, a private file when not, never two."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring

from field178_mobile.vault.device_secret import FileKeyStore, choose_key_store, secret_of
from field178_shared.errors import AppError


class Ring(KeyringBackend):
    """A working key store."""

    priority = 1.0

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[(service, username)] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.held[(service, username)]


@pytest.fixture
def ring() -> Iterator[Ring]:
    before, made = keyring.get_keyring(), Ring()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


@pytest.mark.usefixtures("ring")
def test_the_systems_key_store_is_used_when_it_works(tmp_path: Path) -> None:
    store = choose_key_store(tmp_path)
    assert store.is_protected
    secret = secret_of(store, lambda size: b"s" * size, expected=None)
    assert choose_key_store(tmp_path).load() == secret
    assert list(tmp_path.iterdir()) == []


def test_two_tablets_of_one_machine_have_secrets_of_their_own(tmp_path: Path, ring: Ring) -> None:
    for name in ("one", "two"):
        secret_of(choose_key_store(tmp_path / name), os.urandom, expected=None)
    assert len(set(ring.held.values())) == 2


def test_a_file_stands_in_where_no_key_store_works(tmp_path: Path) -> None:
    assert isinstance(keyring.get_keyring(), NoKeyring)
    judge_file(tmp_path)


def test_a_file_stands_in_where_the_package_is_not_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    judge_file(tmp_path)


def judge_file(folder: Path) -> None:
    store = choose_key_store(folder)
    assert not store.is_protected
    secret_of(store, lambda size: b"s" * size, expected=None)
    assert (folder / "device.key").stat().st_mode & 0o777 == 0o600


@pytest.mark.usefixtures("ring")
def test_a_file_once_chosen_stays(tmp_path: Path) -> None:
    FileKeyStore(tmp_path / "device.key").save(b"s" * 32)
    assert choose_key_store(tmp_path).load() == b"s" * 32


def test_another_secret_is_not_taken_for_the_lost_one(tmp_path: Path) -> None:
    store = FileKeyStore(tmp_path / "device.key")
    store.save(b"x" * 32)
    with pytest.raises(AppError):
        secret_of(store, lambda size: b"s" * size, expected="0123456789abcdef")


@pytest.mark.usefixtures("ring")
def test_deleted_secret_is_gone_from_the_systems_key_store(tmp_path: Path, ring: Ring) -> None:
    store = choose_key_store(tmp_path)
    store.delete()
    secret_of(store, os.urandom, expected=None)
    store.delete()
    assert (store.load(), ring.held) == (None, {})
