"""Vault: the key of the store, wrapped for every officer and for the district's key recovery.

Nothing here deletes data, however often a PIN is wrong.
"""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from field178_mobile.ports import Clock, Json, KeyStore
from field178_mobile.private_file import read_json, write_json, write_private
from field178_mobile.vault import base64url
from field178_mobile.vault.device_secret import choose_key_store, secret_id, secret_of
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
from field178_shared.errors import AppError, ErrorCode

_SALT_BYTES = 16
_PENDING = "pending-device-key"
_ENROLLING_KEY, _ENROLLED = "enrolling.key", "enrolled.json"


class Vault:
    """Unlocks the store with an officer's PIN. `unlock` returns the data key, which is not kept here."""

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        *,
        cost: GuessCost | None = None,
        key_store: KeyStore | None = None,
        random_bytes: RandomBytes = os.urandom,
    ) -> None:
        self._folder = folder
        self._path = folder / "vault.json"
        self._clock = clock
        self._cost = cost or GuessCost()
        self._key_store = key_store or choose_key_store(folder)
        self._random_bytes = random_bytes
        self._gate = PinGate(folder / "attempts.json")

    @property
    def is_set_up(self) -> bool:
        """Return whether this tablet is enrolled and has an officer."""
        return self._path.exists()

    @property
    def has_key_store(self) -> bool:
        """Return whether the device's secret is protected by the system; if not, the screens warn."""
        return self._key_store.is_protected

    def officers(self) -> tuple[TabletOfficer, ...]:
        """Return the officers of this tablet, in the order they were added."""
        return tuple(TabletOfficer(*(str(item[name]) for name in _OFFICER)) for item in self._entries())

    def enrolment(self) -> Enrolment:
        """Return the enrolment of this tablet."""
        return _enrolment(_object(self._state().get("enrolment")))

    def pending_enrolment(self) -> Enrolment | None:
        """Return the enrolment of a tablet without officers, None before enrolment."""
        stored = read_json(self._folder / _ENROLLED)
        return _enrolment(stored) if stored else None

    def keep_pending(self, enrolment: Enrolment) -> None:
        """Keep an enrolment until its officer has chosen a PIN, over any end of the application."""
        write_json(self._folder / _ENROLLED, asdict(enrolment))

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
        recovery = boxed_for(base64url.decode(enrolment.sealing_key), key, self._random_bytes)
        state: Json = {
            "version": 1,
            "secret": secret_id(self._secret()),
            "enrolment": asdict(enrolment),
            "recovery": {"sealing_key": enrolment.sealing_key, "box": base64url.encode(recovery)},
            "device_key": self._sealed_device_key(key, device_key),
            "officers": [self._wrapped(officer, pin, key)],
        }
        write_json(self._path, state)
        for name in (_ENROLLING_KEY, _ENROLLED):
            (self._folder / name).unlink(missing_ok=True)
        return key

    def unlock(self, officer_id: str, pin: str) -> bytes:
        """Return the data key for the right PIN; raises AppError (pin_wrong, pin_locked with wait_s)."""
        entry = self._entry(officer_id)
        self._gate.begin(officer_id, self._clock.now())
        cost = GuessCost(*(_int(entry[name]) for name in _COST))
        wrapping = pin_key(pin, _bytes(entry["salt"]), self._secret(), cost)
        key = opened_under(wrapping, _purpose(officer_id), _bytes(entry["wrapped"]))
        if key is None:
            wait = self.wait_s(officer_id)
            raise AppError(ErrorCode.PIN_WRONG, tries_left=self._gate.tries_left(officer_id), wait_s=wait)
        self._gate.clear(officer_id)
        return key

    def wait_s(self, officer_id: str) -> int:
        """Return for how many seconds no PIN of this officer is taken, 0 when one is."""
        return self._gate.wait_s(officer_id, self._clock.now())

    def add_officer(self, officer: TabletOfficer, pin: str, key: bytes) -> None:
        """Add an officer, or set another PIN of one, on an unlocked tablet."""
        self._check_key(key)
        others = [item for item in self._entries() if item["id"] != officer.id]
        self._put(officers=[*others, self._wrapped(officer, pin, key)])
        self._gate.clear(officer.id)

    def remove_officer(self, officer_id: str, key: bytes) -> None:
        """Remove an officer from the vault; the officer's filed records stay."""
        self._check_key(key)
        self._put(officers=[item for item in self._entries() if item["id"] != officer_id])

    def change_pin(self, officer_id: str, pin: str, fresh_pin: str) -> None:
        """Replace the PIN after checking the old PIN; a wrong PIN counts as in `unlock`.

        The file is replaced atomically: after a crash either the old PIN or the new PIN works.
        """
        if is_weak(fresh_pin):
            raise AppError(ErrorCode.PIN_WEAK)
        key = self.unlock(officer_id, pin)
        self._check_key(key)
        officer = next(item for item in self.officers() if item.id == officer_id)
        wrapped = self._wrapped(officer, fresh_pin, key)
        # Replaced in place, so that the officers keep their order.
        self._put(officers=[wrapped if item["id"] == officer_id else item for item in self._entries()])

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

    def _wrapped(self, officer: TabletOfficer, pin: str, key: bytes) -> Json:
        if is_weak(pin):
            raise AppError(ErrorCode.PIN_WEAK)
        salt = self._random_bytes(_SALT_BYTES)
        wrapping = pin_key(pin, salt, self._secret(), self._cost)
        wrapped = sealed_under(wrapping, _purpose(officer.id), key, self._random_bytes)
        sealed: Json = {"salt": base64url.encode(salt), "wrapped": base64url.encode(wrapped)}
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

    def _put(self, **members: object) -> None:
        write_json(self._path, {**self._state(), **members})

    def _state(self) -> Json:
        return read_json(self._path)


_OFFICER = ("id", "name", "agency", "role")
_ENROLMENT = ("url", "device", "tenant", "receipt_key", "sealing_key", "pin", "login")
_COST = ("memory_kib", "passes", "lanes")


def _purpose(officer_id: str) -> str:
    return f"officer|{officer_id}"


def _enrolment(stored: Json) -> Enrolment:
    user = _object(stored["user"])
    texts = {name: str(stored[name]) for name in _ENROLMENT}
    return Enrolment(**texts, user=TabletOfficer(*(str(user[name]) for name in _OFFICER)))


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
