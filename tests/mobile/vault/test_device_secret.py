"""The device's secret: the system's key store when it works, a private file when not, never two."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

from field178_mobile.vault.device_secret import FileKeyStore, choose_key_store, secret_of
from field178_shared.errors import AppError


class Ring(ModuleType):
    """A working key store."""

    def __init__(self) -> None:
        super().__init__("keyring")
        self.held: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, account: str) -> str | None:
        return self.held.get((service, account))

    def set_password(self, service: str, account: str, password: str) -> None:
        self.held[(service, account)] = password


class NoRing(Ring):
    """The package is there, no key store is behind it."""

    def get_password(self, service: str, account: str) -> str | None:
        raise RuntimeError("no backend")


def test_the_systems_key_store_is_used_when_it_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", Ring())
    store = choose_key_store(tmp_path)
    assert store.is_protected
    secret = secret_of(store, lambda size: b"s" * size, expected=None)
    assert choose_key_store(tmp_path).load() == secret
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ring", [NoRing(), None])
def test_a_file_stands_in_where_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ring: ModuleType | None
) -> None:
    monkeypatch.setitem(sys.modules, "keyring", ring)
    store = choose_key_store(tmp_path)
    assert not store.is_protected
    secret_of(store, lambda size: b"s" * size, expected=None)
    assert (tmp_path / "device.key").stat().st_mode & 0o777 == 0o600


def test_a_file_once_chosen_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    FileKeyStore(tmp_path / "device.key").save(b"s" * 32)
    monkeypatch.setitem(sys.modules, "keyring", Ring())
    assert choose_key_store(tmp_path).load() == b"s" * 32


def test_another_secret_is_not_taken_for_the_lost_one(tmp_path: Path) -> None:
    store = FileKeyStore(tmp_path / "device.key")
    store.save(b"x" * 32)
    with pytest.raises(AppError):
        secret_of(store, lambda size: b"s" * size, expected="0123456789abcdef")
