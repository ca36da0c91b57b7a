"""The device's secret in the Android Keystore: sealed by a key that stays there, never plain on the disk."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from tests.mobile.platform.android.fake_java import FakeJava, JavaException, JavaObject

from field178_mobile.platform.android.device import AndroidPlatform
from field178_mobile.platform.android.keystore import AndroidKeyStore
from field178_mobile.vault import Vault
from field178_mobile.vault.device_secret import FileKeyStore, secret_of
from field178_shared.errors import AppError, ErrorCode

SECRET = bytes(range(200, 232))
STORE = "java.security.KeyStore"
CIPHER = "javax.crypto.Cipher"


class Chip:
    """A key store that really encrypts; its keys cannot be read out."""

    def __init__(self, java: FakeJava) -> None:
        self.keys: dict[str, bytes] = {}
        self._alias = ""
        self._mode: tuple[int, bytes] = (0, b"")
        java.answers |= {
            f"{STORE}.containsAlias": lambda alias: alias in self.keys,
            f"{STORE}.getKey": self._get,
            f"{STORE}.deleteEntry": lambda alias: self.keys.pop(alias, None),
            "android.security.keystore.KeyGenParameterSpec$Builder.new": self._name,
            "javax.crypto.KeyGenerator.generateKey": self._generate,
            f"{CIPHER}.init": self._init,
            f"{CIPHER}.getIV": lambda: signed(self._mode[1]),
            f"{CIPHER}.doFinal": self._final,
            "javax.crypto.spec.GCMParameterSpec.new": self._spec,
            "android.security.keystore.KeyInfo.isInsideSecureHardware": True,
        }
        self._java = java

    def _name(self, alias: str, purposes: int) -> JavaObject:
        assert purposes == 3
        self._alias = alias
        return self._java.object("android.security.keystore.KeyGenParameterSpec$Builder")

    def _generate(self) -> None:
        self.keys[self._alias] = AESGCM.generate_key(256)

    def _get(self, alias: str, _password: None) -> JavaObject:
        if alias not in self.keys:
            raise JavaException("java.security.UnrecoverableKeyException")
        self._alias = alias
        return self._java.object("java.security.Key")

    def _spec(self, bits: int, nonce: bytes) -> JavaObject:
        made = self._java.object("javax.crypto.spec.GCMParameterSpec")
        made.of = (bits, nonce)
        return made

    def _init(self, mode: int, key: JavaObject, spec: JavaObject | None = None) -> None:
        # Of several methods `init` pyjnius takes one for certificates unless it is told that this is a Key.
        assert key.kind == "java.security.Key"
        assert key.of is not None
        assert (mode == 1) == (spec is None), "the key store chooses the nonce"
        if spec is None:
            self._mode = (mode, os.urandom(12))
            return
        assert spec.kind == "java.security.spec.AlgorithmParameterSpec"
        bits, nonce = spec.of.of
        assert bits == 128
        self._mode = (mode, nonce)

    def _final(self, data: bytes) -> list[int]:
        mode, nonce = self._mode
        box = AESGCM(self.keys[self._alias])
        try:
            return signed(box.encrypt(nonce, data, None) if mode == 1 else box.decrypt(nonce, data, None))
        except InvalidTag:
            raise JavaException("javax.crypto.AEADBadTagException") from None


def signed(data: bytes) -> list[int]:
    return [byte - 256 if byte > 127 else byte for byte in data]


@pytest.fixture
def chip(java: FakeJava) -> Chip:
    return Chip(java)


@pytest.fixture
def store(device: AndroidPlatform, chip: Chip, tmp_path: Path) -> AndroidKeyStore:
    key_store = device.key_store(tmp_path / "field178")
    assert key_store is not None
    return key_store


def test_secret_comes_back_and_lies_sealed(store: AndroidKeyStore, tmp_path: Path) -> None:
    assert store.load() is None
    store.save(SECRET)
    assert store.load() == SECRET
    on_disk = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert len(on_disk) == 12 + 32 + 16
    assert SECRET not in on_disk


def test_next_start_finds_the_same_secret_and_makes_no_second_key(
    store: AndroidKeyStore, device: AndroidPlatform, chip: Chip, tmp_path: Path
) -> None:
    store.save(SECRET)
    again = device.key_store(tmp_path / "field178")
    assert again is not None
    assert again.load() == SECRET
    assert len(chip.keys) == 1


def test_deleted_secret_leaves_neither_key_nor_file(
    store: AndroidKeyStore, chip: Chip, tmp_path: Path
) -> None:
    store.save(SECRET)
    store.delete()
    assert chip.keys == {}
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert store.load() is None
    store.delete()


def test_key_is_for_sealing_alone(store: AndroidKeyStore, java: FakeJava) -> None:
    assert java.named("KeyGenerator.getInstance") == [("AES", "AndroidKeyStore")]
    assert java.named("KeyGenParameterSpec$Builder.setKeySize") == [(256,)]
    assert java.named("KeyGenParameterSpec$Builder.setBlockModes") == [("GCM",)]
    assert java.named("KeyGenParameterSpec$Builder.setEncryptionPaddings") == [("NoPadding",)]


@pytest.mark.parametrize("harm", ["key", "file"])
def test_lost_key_or_harmed_file_is_said_and_never_replaced(
    store: AndroidKeyStore, chip: Chip, tmp_path: Path, harm: str
) -> None:
    store.save(SECRET)
    sealed = tmp_path / "field178" / "device.sealed"
    if harm == "key":
        chip.keys.clear()
    else:
        sealed.write_bytes(sealed.read_bytes()[:-1] + b"\0")
    with pytest.raises(AppError) as refused:
        secret_of(store, os.urandom, expected="0123456789abcdef")
    assert refused.value.code is ErrorCode.STORE_LOCKED


def test_key_outside_of_hardware_is_no_protection(store: AndroidKeyStore, java: FakeJava) -> None:
    assert store.is_protected
    java.answers["android.security.keystore.KeyInfo.isInsideSecureHardware"] = False
    assert not store.is_protected


def test_device_without_a_working_key_store_leaves_it_to_the_file(
    device: AndroidPlatform, chip: Chip, java: FakeJava, tmp_path: Path
) -> None:
    java.answers["javax.crypto.KeyGenerator.generateKey"] = JavaException("ProviderException")
    assert device.key_store(tmp_path) is None


def test_file_once_chosen_stays(device: AndroidPlatform, chip: Chip, tmp_path: Path) -> None:
    FileKeyStore(tmp_path / "device.key").save(SECRET)
    assert device.key_store(tmp_path) is None


def test_vault_takes_the_devices_own_key_store(store: AndroidKeyStore, tmp_path: Path) -> None:
    vault = Vault(tmp_path / "field178", key_store=store)
    assert vault.has_key_store
    vault.pending_device_key()
    assert sorted(path.name for path in (tmp_path / "field178").iterdir()) == [
        "device.sealed",
        "enrolling.key",
    ]
