"""Vault: the key of the store, wrapped for every officer and for the district's key recovery.

Nothing here deletes data, however often a PIN is wrong.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from field178_mobile.ports import Json, KeyStore
from field178_mobile.private_file import read_json, write_json, write_private
from field178_mobile.vault import base64url, passphrase
from field178_mobile.vault.attempts import AttemptsFiles
from field178_mobile.vault.device_secret import choose_key_store, sealing_secret_id, secret_id, secret_of
from field178_mobile.vault.model import Enrolment, GuessCost, TabletOfficer
from field178_mobile.vault.pins import PinGate, is_weak
from field178_shared.crypto.sealed_box import (
    DEVICE_KEY,
    KEY_BYTES,
    RandomBytes,
    boxed_for,
    derived,
    opened_under,
    sealed_under,
)
from field178_shared.device_status import KeyProtection
from field178_shared.errors import AppError, ErrorCode
from field178_shared.time.clock import duration_clock

_SALT_BYTES = 16
_PENDING = "pending-device-key"
_ENROLLING_KEY, _ENROLLED = "enrolling.key", "enrolled.json"
_ENROLMENT, _ATTEMPTS = "enrolment", "attempts"
_PIN, _PASSPHRASE = "pin", "passphrase"


class Vault:
    """Unlocks the store with an officer's PIN or passphrase. `unlock` returns the data key, not kept here.

    Where no system key store protects the device's secret, a fresh PIN is refused (decision 0145).
    """

    def __init__(
        self,
        folder: Path,
        *,
        cost: GuessCost | None = None,
        key_store: KeyStore | None = None,
        random_bytes: RandomBytes = os.urandom,
        stopwatch: Callable[[], float] = duration_clock,
    ) -> None:
        self._folder = folder
        self._path = folder / "vault.json"
        self._cost = cost or GuessCost()
        self._key_store = key_store or choose_key_store(folder)
        self._random_bytes = random_bytes
        self._stopwatch = stopwatch
        self._pin_gate: PinGate | None = None

    @property
    def is_set_up(self) -> bool:
        """Return whether this tablet is enrolled and has an officer."""
        return self._path.exists()

    @property
    def key_store(self) -> KeyStore:
        """Return the key store of the device's secret."""
        return self._key_store

    @property
    def has_key_store(self) -> bool:
        """Return whether the device's secret is protected by the system; if not, a PIN is not enough."""
        return self._key_store.is_protected

    @property
    def protection(self) -> KeyProtection:
        """Return what protects the data key of a copied folder, as the office is told."""
        if self.has_key_store:
            return KeyProtection.SYSTEM
        is_safe = all(_kind(entry) == _PASSPHRASE for entry in self._entries())
        return KeyProtection.PASSPHRASE if is_safe else KeyProtection.PIN

    def officers(self) -> tuple[TabletOfficer, ...]:
        """Return the officers of this tablet, in the order they were added."""
        return tuple(TabletOfficer(*(str(item[name]) for name in _OFFICER)) for item in self._entries())

    def uses_passphrase(self, officer_id: str) -> bool:
        """Return whether an officer unlocks with a passphrase, not a PIN."""
        return _kind(self._entry(officer_id)) == _PASSPHRASE

    def must_choose_passphrase(self, officer_id: str) -> bool:
        """Return whether an officer's PIN has to be replaced by a passphrase."""
        return not (self.has_key_store or self.uses_passphrase(officer_id))

    def propose_passphrase(self) -> str:
        """Return a fresh passphrase for an officer to take or to refuse, "" where a PIN is enough."""
        return "" if self.has_key_store else passphrase.proposed(self._random_bytes)

    def enrolment(self, key: bytes) -> Enrolment:
        """Return the enrolment of the unlocked tablet; AppError(vault_altered) if it was edited."""
        return self._opened_enrolment("store", key)

    def locked_enrolment(self) -> Enrolment:
        """Return the enrolment of the locked tablet, sealed under the device's secret alone."""
        if self._is_version_1:
            return _enrolment(_object(self._state().get(_ENROLMENT)))
        return self._opened_enrolment("device", device_bound_key(self._secret(), _ENROLMENT))

    def pending_enrolment(self) -> Enrolment | None:
        """Return the enrolment of a tablet without officers, None before enrolment."""
        path = self._folder / _ENROLLED
        if not path.exists():
            return None
        content = opened_under(device_bound_key(self._secret(), _ENROLLED), _ENROLLED, path.read_bytes())
        return None if content is None else _enrolment(_object(json.loads(content)))

    def keep_pending(self, enrolment: Enrolment) -> None:
        """Keep an enrolment until its officer has chosen a PIN, over any end of the application."""
        content = json.dumps(asdict(enrolment)).encode()
        key = device_bound_key(self._secret(), _ENROLLED)
        write_private(self._folder / _ENROLLED, sealed_under(key, _ENROLLED, content, self._random_bytes))

    def replace_enrolment(self, enrolment: Enrolment, key: bytes) -> None:
        """Replace the enrolment on an unlocked tablet, with the recovery box for its sealing key."""
        self._check_key(key)
        recovery = self._recovery(key, enrolment)
        write_json(self._path, {**self._state(), **self._version_2(key, enrolment), "recovery": recovery})

    def _recovery(self, key: bytes, enrolment: Enrolment) -> Json:
        box = boxed_for(base64url.decode(enrolment.sealing_key), key, self._random_bytes)
        return {"sealing_key": enrolment.sealing_key, "box": base64url.encode(box)}

    def pending_device_key(self) -> bytes:
        """Return the device key for enrolment, the same until `create`: a lost answer costs no code."""
        path = self._folder / _ENROLLING_KEY
        key = device_bound_key(self._secret(), _PENDING)
        if path.exists() and (enrolment := opened_under(key, _PENDING, path.read_bytes())) is not None:
            return enrolment
        fresh = self._random_bytes(KEY_BYTES)
        write_private(path, sealed_under(key, _PENDING, fresh, self._random_bytes))
        return fresh

    def create(self, officer: TabletOfficer, pin: str, enrolment: Enrolment, device_key: bytes) -> bytes:
        """Set the tablet up for its first officer and return the data key."""
        if self.is_set_up:
            raise AppError(ErrorCode.FORBIDDEN, problem="set_up_already")
        key = self._random_bytes(KEY_BYTES)
        state: Json = {
            "version": 2,
            **self._version_2(key, enrolment),
            "recovery": self._recovery(key, enrolment),
            "device_key": self._sealed_device_key(key, device_key),
            "officers": [self._chosen(officer, pin, key)],
        }
        write_json(self._path, state)
        self._gate.adopt({})
        for name in (_ENROLLING_KEY, _ENROLLED):
            (self._folder / name).unlink(missing_ok=True)
        return key

    def unlock(self, officer_id: str, pin: str) -> bytes:
        """Return the data key for the right PIN or passphrase.

        Raises AppError: pin_wrong, pin_locked with wait_s, vault_altered.
        """
        entry = self._entry(officer_id)
        self._gate.begin(officer_id)
        cost = GuessCost(*(_int(entry[name]) for name in _COST))
        wrapping = pin_key(passphrase.folded(pin), _bytes(entry["salt"]), self._secret(), cost)
        wrapped, kind = _bytes(entry["wrapped"]), _kind(entry)
        key = opened_under(wrapping, _purpose(officer_id, kind), wrapped)
        first = opened_under(wrapping, f"officer|{officer_id}", wrapped) if key is None else None
        if key is None and first is None:
            wait = self.wait_s(officer_id)
            raise AppError(ErrorCode.PIN_WRONG, tries_left=self._gate.tries_left(officer_id), wait_s=wait)
        self._gate.clear(officer_id)
        if key is None:
            return self._raised(officer_id, pin, first or b"")
        if self._is_version_1:
            # Somebody made this vault look like one of the version whose enrolment anybody could edit.
            raise AppError(ErrorCode.VAULT_ALTERED)
        self.enrolment(key)
        return key

    def wait_s(self, officer_id: str) -> int:
        """Return for how many seconds no PIN of this officer is taken, 0 when one is."""
        try:
            return self._gate.wait_s(officer_id)
        except AppError:  # without the device's secret no PIN opens, and `unlock` says so
            return 0

    def add_officer(self, officer: TabletOfficer, pin: str, key: bytes) -> None:
        """Add an officer, or set another PIN of one, on an unlocked tablet."""
        self._check_key(key)
        others = [item for item in self._entries() if item["id"] != officer.id]
        self._put(key, [*others, self._chosen(officer, pin, key)])
        self._gate.clear(officer.id)

    def remove_officer(self, officer_id: str, key: bytes) -> None:
        """Remove an officer from the vault; the officer's filed records stay."""
        self._check_key(key)
        self._put(key, [item for item in self._entries() if item["id"] != officer_id])

    def change_pin(self, officer_id: str, pin: str, fresh_pin: str) -> None:
        """Replace the PIN after checking the old PIN; a wrong PIN counts as in `unlock`.

        The file is replaced atomically: after a crash either the old PIN or the new PIN works.
        """
        self._check_strength(fresh_pin)
        key = self.unlock(officer_id, pin)
        self.replace_pin(officer_id, fresh_pin, key)

    def replace_pin(self, officer_id: str, fresh_pin: str, key: bytes) -> None:
        """Replace an officer's PIN on an unlocked tablet; the officers keep their order."""
        self._check_key(key)
        officer = next(item for item in self.officers() if item.id == officer_id)
        self._replace(self._chosen(officer, fresh_pin, key), key)

    def device_key(self, key: bytes) -> bytes:
        """Return the device's raw Ed25519 private key, for as long as the tablet is unlocked."""
        device_key = opened_under(key, DEVICE_KEY, self.sealed_device_key())
        if device_key is None:
            raise AppError(ErrorCode.STORE_LOCKED, problem="other_key")
        return device_key

    def recovery_box(self) -> bytes:
        """Return the data key boxed for the district; its holder opens it with `sealed_box.unboxed`."""
        return _bytes(_object(self._state()["recovery"])["box"])

    def sealed_device_key(self) -> bytes:
        """Return the sealed device key: the office needs it to know whose key to open."""
        return _bytes(self._state()["device_key"])

    @property
    def _gate(self) -> PinGate:
        if self._pin_gate is None:
            key = device_bound_key(self._secret(), _ATTEMPTS)
            beside = self._folder / "attempts.json"
            files = AttemptsFiles(self._path, beside, key, self._random_bytes)
            is_counted = files.read() is not None
            self._pin_gate = PinGate(files, self._stopwatch, (str(item["id"]) for item in self._entries()))
            if self._is_version_1 and not is_counted:
                self._pin_gate.adopt(files.failures_of_version_1())
        return self._pin_gate

    @property
    def _is_version_1(self) -> bool:
        # Who does not know the device's secret cannot write the mark of the earlier version.
        return self._state().get("secret") == secret_id(self._secret())

    def _version_2(self, key: bytes, enrolment: Enrolment) -> Json:
        """Return the members that tell a vault whose enrolment is sealed."""
        secret, content = self._secret(), json.dumps(asdict(enrolment)).encode()
        keys = {"store": key, "device": device_bound_key(secret, _ENROLMENT)}
        sealed = {
            name: base64url.encode(sealed_under(own, _ENROLMENT, content, self._random_bytes))
            for name, own in keys.items()
        }
        return {"secret": sealing_secret_id(secret), _ENROLMENT: sealed}

    def _raised(self, officer_id: str, pin: str, key: bytes) -> bytes:
        """Write an officer's entry of the earlier version anew, and the vault with it; return the key."""
        officer = next(item for item in self.officers() if item.id == officer_id)
        self._replace(self._wrapped(officer, _PIN, pin, key), key)
        self.enrolment(key)
        return key

    def _opened_enrolment(self, name: str, key: bytes) -> Enrolment:
        sealed = _object(self._state().get(_ENROLMENT)).get(name)
        try:
            content = opened_under(key, _ENROLMENT, _bytes(sealed))
        except ValueError:  # not even text of ours
            content = None
        if content is None:
            raise AppError(ErrorCode.VAULT_ALTERED)
        return _enrolment(_object(json.loads(content)))

    def _check_strength(self, pin: str) -> None:
        if self.has_key_store:
            if is_weak(pin):
                raise AppError(ErrorCode.PIN_WEAK)
        elif passphrase.is_weak(pin):
            raise AppError(ErrorCode.PASSPHRASE_WEAK)

    def _chosen(self, officer: TabletOfficer, pin: str, key: bytes) -> Json:
        self._check_strength(pin)
        return self._wrapped(officer, _PIN if self.has_key_store else _PASSPHRASE, pin, key)

    def _wrapped(self, officer: TabletOfficer, kind: str, pin: str, key: bytes) -> Json:
        salt = self._random_bytes(_SALT_BYTES)
        wrapping = pin_key(passphrase.folded(pin), salt, self._secret(), self._cost)
        wrapped = sealed_under(wrapping, _purpose(officer.id, kind), key, self._random_bytes)
        sealed: Json = {"salt": base64url.encode(salt), "wrapped": base64url.encode(wrapped), "kind": kind}
        return {**asdict(officer), **asdict(self._cost), **sealed}

    def _sealed_device_key(self, key: bytes, device_key: bytes) -> str:
        return base64url.encode(sealed_under(key, DEVICE_KEY, device_key, self._random_bytes))

    def _check_key(self, key: bytes) -> None:
        # Check the key: wrapping a wrong key would lock the officer out.
        self.device_key(key)

    def _secret(self) -> bytes:
        expected = self._state().get("secret")
        expected_secret = None if expected is None else str(expected)
        return secret_of(self._key_store, self._random_bytes, expected=expected_secret)

    def _entry(self, officer_id: str) -> Json:
        entry = next((item for item in self._entries() if item["id"] == officer_id), None)
        if entry is None:
            raise AppError(ErrorCode.NOT_FOUND, officer=officer_id)
        return entry

    def _entries(self) -> list[Json]:
        entries = self._state().get("officers")
        return [item for item in entries if isinstance(item, dict)] if isinstance(entries, list) else []

    def _replace(self, fresh: Json, key: bytes) -> None:
        self._put(key, [fresh if item["id"] == fresh["id"] else item for item in self._entries()])

    def _put(self, key: bytes, officers: list[Json]) -> None:
        raised = self._version_2(key, self.locked_enrolment()) if self._is_version_1 else {}
        write_json(self._path, {**self._state(), **raised, "officers": officers})

    def _state(self) -> Json:
        return read_json(self._path)


_OFFICER = ("id", "name", "agency", "role")
_TEXTS = ("url", "device", "tenant", "receipt_key", "sealing_key", "pin", "login")
_COST = ("memory_kib", "passes", "lanes")


def _purpose(officer_id: str, kind: str) -> str:
    # The kind is part of it: nobody makes a PIN pass for a passphrase by editing the file.
    return f"{kind}|officer|{officer_id}"


def _kind(entry: Json) -> str:
    return str(entry.get("kind", _PIN))


def _enrolment(stored: Json) -> Enrolment:
    user = _object(stored["user"])
    texts = {name: str(stored[name]) for name in _TEXTS}
    # Not in an enrolment of an earlier version.
    followed = {"former_receipt_keys": str(stored.get("former_receipt_keys", ""))}
    number = _int(stored.get("key_number"))
    return Enrolment(
        **texts, **followed, key_number=number, user=TabletOfficer(*(str(user[name]) for name in _OFFICER))
    )


def _object(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _int(value: object) -> int:
    return value if isinstance(value, int) else 0


def _bytes(value: object) -> bytes:
    return base64url.decode(str(value))


def pin_key(pin: str, salt: bytes, secret: bytes, cost: GuessCost) -> bytes:
    """Return the key of PIN and device together: neither helps without the other."""
    stretched = Argon2id(
        salt=salt, length=KEY_BYTES, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory_kib
    ).derive(pin.encode())
    return derived(stretched + secret, salt, b"field178-officer-v1")


def device_bound_key(secret: bytes, purpose: str) -> bytes:
    """Return a key of this device without PIN, for data before the first officer."""
    return derived(secret, None, b"field178-device-v1|" + purpose.encode())
