"""Office key of the backups: its public half is on the server, its secret only on paper, as three shares.

Two of the three shares restore the secret (Shamir's secret sharing, SLIP-0039: words with a checksum). It is
an X25519 identity of age (age-encryption.org/v1), so that the program `age` opens a backup as well.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from field178_server.backup.errors import BackupError, Reason
from field178_server.security.keyring import KEY_BYTES
from field178_server.security.private_files import make_private_folder, write_private
from field178_shared.time.clock import to_wire

OFFICE_KEY_FILE = "office-key.json"
SHARES, NEEDED = 3, 2
WORDS_OF_A_SHARE = 33
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATORS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


class OfficeKey(msgspec.Struct, frozen=True):
    """Public half of the office key; `recipient`: as age writes it."""

    recipient: str
    made_at: str

    @property
    def key_id(self) -> str:
        """Short name of the key, printed on its shares and written in its backups: `3F2A-91C0`."""
        digest = hashlib.sha256(self.recipient.encode()).hexdigest()[:8].upper()
        return f"{digest[:4]}-{digest[4:]}"


@dataclass(frozen=True, slots=True, repr=False)
class NewOfficeKey:
    """A new office key with the words of its three shares, which nothing stores."""

    key: OfficeKey
    shares: tuple[str, ...]


def new_office_key(random_bytes: Callable[[int], bytes], now: datetime) -> NewOfficeKey:
    """Create an office key and split its secret."""
    from pyrage import x25519
    from shamir_mnemonic import generate_mnemonics

    secret = random_bytes(KEY_BYTES)
    recipient = str(x25519.Identity.from_str(_identity(secret)).to_public())
    # The secret is random: a passphrase and its iterations would protect nothing.
    [shares] = generate_mnemonics(1, [(NEEDED, SHARES)], secret, iteration_exponent=0)
    return NewOfficeKey(OfficeKey(recipient, to_wire(now)), tuple(shares))


def identity_of(shares: Sequence[str], key_id: str) -> str:
    """Return the secret of an office key from two of its shares, as age writes it.

    Raises BackupError: `share_wrong` with the number of a share that has a wrong word, `other_shares` if they
    are of another key.
    """
    from pyrage import x25519
    from shamir_mnemonic import MnemonicError, Share, combine_mnemonics

    words = [normal_words(share) for share in shares]
    for number, share in enumerate(words, 1):
        try:
            Share.from_mnemonic(share)
        except MnemonicError as error:
            raise BackupError(Reason.SHARE_WRONG, str(number)) from error
    try:
        identity = _identity(combine_mnemonics(words))
    except MnemonicError as error:
        raise BackupError(Reason.OTHER_SHARES, key_id) from error
    if OfficeKey(str(x25519.Identity.from_str(identity).to_public()), "").key_id != key_id:
        raise BackupError(Reason.OTHER_SHARES, key_id)
    return identity


def normal_words(typed: str) -> str:
    """Return the words of a typed or scanned share: lower case, without the numbers before them."""
    return " ".join(word for word in typed.lower().replace(".", " ").split() if not word.isdigit())


def office_key_of(key_dir: Path) -> OfficeKey:
    """Return the office key of a server; raise BackupError(no_office_key) if it has none."""
    try:
        return msgspec.json.decode((key_dir / OFFICE_KEY_FILE).read_bytes(), type=OfficeKey)
    except (FileNotFoundError, msgspec.DecodeError) as error:
        raise BackupError(Reason.NO_OFFICE_KEY, str(key_dir / OFFICE_KEY_FILE)) from error


def has_office_key(key_dir: Path) -> bool:
    """Return whether a server has an office key."""
    return (key_dir / OFFICE_KEY_FILE).is_file()


def keep_office_key(key_dir: Path, key: OfficeKey) -> None:
    """Store an office key; an earlier one is replaced: its shares still open its backups."""
    make_private_folder(key_dir)
    (key_dir / OFFICE_KEY_FILE).unlink(missing_ok=True)
    write_private(key_dir / OFFICE_KEY_FILE, msgspec.json.encode(key))


def _identity(secret: bytes) -> str:
    """Return a secret key as age writes it: Bech32 (BIP-173) in capitals."""
    prefix = "age-secret-key-"
    values = _five_bits(secret)
    expanded = [ord(letter) >> 5 for letter in prefix] + [0] + [ord(letter) & 31 for letter in prefix]
    checksum = _checksum([*expanded, *values, 0, 0, 0, 0, 0, 0]) ^ 1
    values += [checksum >> 5 * (5 - place) & 31 for place in range(6)]
    return f"{prefix}1{''.join(_BECH32[value] for value in values)}".upper()


def _five_bits(raw: bytes) -> list[int]:
    bits = "".join(f"{byte:08b}" for byte in raw)
    bits += "0" * (-len(bits) % 5)
    return [int(bits[start : start + 5], 2) for start in range(0, len(bits), 5)]


def _checksum(values: Sequence[int]) -> int:
    checksum = 1
    for value in values:
        top = checksum >> 25
        checksum = (checksum & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(_GENERATORS):
            checksum ^= generator if top >> bit & 1 else 0
    return checksum
