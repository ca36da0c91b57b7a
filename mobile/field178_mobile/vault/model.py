"""Officers and enrolment of this tablet, and the cost of a guess of a PIN."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TabletOfficer:
    """One officer of this tablet, as the unlock screen shows them."""

    id: str
    name: str
    agency: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """Enrolment answer of the server; the device's private key is stored separately, encrypted.

    `user`: the officer of the code, who signs in first, under `login`.
    """

    url: str
    device: str
    tenant: str
    receipt_key: str
    sealing_key: str
    user: TabletOfficer
    pin: str = ""
    login: str = ""


@dataclass(frozen=True, slots=True)
class GuessCost:
    """Cost of one guess of a PIN (Argon2id): 64 MiB and three passes outside of tests."""

    memory_kib: int = 64 << 10
    passes: int = 3
    lanes: int = 1
