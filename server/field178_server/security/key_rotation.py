"""Rotation of the keys that tablets pin: new key, announcement signed by the receipt key, former keys.

The file of announcements is written last: before it the former key is in force, from then on the new one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from field178_server.security.announced_keys import ANNOUNCEMENTS_FILE, AnnouncedKeys, read_announced
from field178_server.security.keyring import KEY_BYTES, Keyring, load_keys, to_base64url
from field178_server.security.private_files import replace_private
from field178_shared.crypto.key_chain import KeyAnnouncement, KeyKind
from field178_shared.time.clock import to_wire


def rotate_receipt_key(folder: Path, now: datetime, random_bytes: Callable[[int], bytes]) -> KeyAnnouncement:
    """Create a newer receipt key, announce it, and delete the private half of the former one."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    keyring, announced = load_keys(folder), read_announced(folder)
    raw = random_bytes(KEY_BYTES)
    public = to_base64url(Ed25519PrivateKey.from_private_bytes(raw).public_key().public_bytes_raw())
    announcement = _announcement(keyring, KeyKind.RECEIPT, public, now)
    fresh = AnnouncedKeys(
        (*announced.announcements, announcement), (keyring.receipt_key, *announced.former_receipts)
    )
    replace_private(folder / fresh.receipt_file, raw)
    _write(folder, fresh)
    (folder / announced.receipt_file).unlink()
    return announcement


def rotate_sealing_key(folder: Path, now: datetime, random_bytes: Callable[[int], bytes]) -> KeyAnnouncement:
    """Create a newer sealing key and announce it; former ones stay, to open what was sealed for them."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    keyring, announced = load_keys(folder), read_announced(folder)
    raw = random_bytes(KEY_BYTES)
    public = to_base64url(X25519PrivateKey.from_private_bytes(raw).public_key().public_bytes_raw())
    announcement = _announcement(keyring, KeyKind.SEALING, public, now)
    fresh = replace(announced, announcements=(*announced.announcements, announcement))
    replace_private(folder / fresh.sealing_files[0], raw)
    _write(folder, fresh)
    return announcement


def announce_pins(folder: Path, now: datetime, pins: Sequence[str]) -> KeyAnnouncement:
    """Announce the pins of the TLS certificates that the server shows from its next start on."""
    keyring, announced = load_keys(folder), read_announced(folder)
    announcement = _announcement(keyring, KeyKind.TLS, " ".join(pins), now)
    _write(folder, replace(announced, announcements=(*announced.announcements, announcement)))
    return announcement


def _announcement(keyring: Keyring, kind: KeyKind, key: str, now: datetime) -> KeyAnnouncement:
    unsigned = KeyAnnouncement(len(keyring.announcements) + 1, kind, key, to_wire(now))
    return replace(unsigned, sig=to_base64url(keyring.receipt.sign(unsigned.signed_text.encode())))


def _write(folder: Path, announced: AnnouncedKeys) -> None:
    content = {
        "keys": [announcement.to_wire() for announcement in announced.announcements],
        "former_receipts": list(announced.former_receipts),
    }
    replace_private(folder / ANNOUNCEMENTS_FILE, json.dumps(content, indent=1).encode())
