"""Sealed backup files: nothing in clear, two shares of three open them, and nothing less does."""

from __future__ import annotations

import itertools
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.canaries import scan
from tests.office_keys import identity, office_key, opened
from tests.server.backup.conftest import BackedUp

from field178_server.backup.errors import BackupError, Reason
from field178_server.backup.manifest import open_backup
from field178_server.backup.office_key import identity_of, new_office_key, normal_words
from field178_server.settings import BACKUP_WORK


def test_a_backup_shows_nothing_of_store_keys_settings_or_photos(backed_up: BackedUp) -> None:
    assert scan(backed_up.place, backed_up.canaries) == set(backed_up.canaries), "the scan sees"
    assert scan(backed_up.folder, backed_up.canaries) == set()


def test_copies_in_clear_are_gone_after_the_backup(backed_up: BackedUp) -> None:
    assert list((backed_up.settings.data_dir / BACKUP_WORK).iterdir()) == []


@pytest.mark.parametrize("pair", list(itertools.combinations(range(3), 2)), ids=str)
def test_any_two_shares_open_a_backup(backed_up: BackedUp, pair: tuple[int, int]) -> None:
    made = office_key()
    secret = identity_of([made.shares[number] for number in pair], made.key.key_id)
    assert open_backup(backed_up.folder, secret).manifest.tenant == backed_up.settings.tenant


@pytest.mark.parametrize("number", range(3))
def test_one_share_opens_nothing_even_when_given_twice(number: int) -> None:
    made = office_key()
    with pytest.raises(BackupError) as refused:
        identity_of([made.shares[number]] * 2, made.key.key_id)
    assert refused.value.reason is Reason.OTHER_SHARES


def test_shares_of_two_keys_open_nothing(backed_up: BackedUp) -> None:
    own, other = office_key(), new_office_key(lambda count: b"o" * count, backed_up.now)
    for shares in ((own.shares[0], other.shares[1]), other.shares[:2]):
        with pytest.raises(BackupError) as refused:
            identity_of(shares, own.key.key_id)
        assert (refused.value.reason, refused.value.what) == (Reason.OTHER_SHARES, own.key.key_id)


def test_a_mistyped_word_is_named_by_the_share_it_is_in() -> None:
    made = office_key()
    right, words = made.shares[0], made.shares[1].split()
    for wrong in (
        ["acid" if words[0] == "academic" else "academic", *words[1:]],
        words[:-1],
        ["khoa", *words[1:]],
    ):
        with pytest.raises(BackupError) as refused:
            identity_of([right, " ".join(wrong)], made.key.key_id)
        assert (refused.value.reason, refused.value.what) == (Reason.SHARE_WRONG, "2")


def test_words_may_be_typed_with_their_numbers_and_in_capitals() -> None:
    made = office_key()
    typed = "\n".join(f"{number}. {word.upper()}" for number, word in enumerate(made.shares[0].split(), 1))
    assert normal_words(typed) == made.shares[0]
    assert identity_of([typed, made.shares[2]], made.key.key_id) == identity()


def test_a_file_that_was_altered_and_hashed_anew_does_not_open(backed_up: BackedUp, tmp_path: Path) -> None:
    """The hashes are in clear: the encryption itself must tell an altered file."""
    backup = opened(backed_up.folder)
    name = "store.sqlite"
    harmed = tmp_path / "harmed"
    shutil.copytree(backed_up.folder, harmed)
    path = harmed / backup.manifest.files[name].sealed
    body = bytearray(path.read_bytes())
    body[len(body) // 2] ^= 1
    path.write_bytes(body)
    with pytest.raises(BackupError) as refused:
        type(backup)(harmed, backup.manifest, backup.identity).check(name)
    assert refused.value.reason is Reason.ALTERED


def test_the_standard_program_opens_a_backup(backed_up: BackedUp, tmp_path: Path) -> None:
    """Without this product, in twenty years: `age` reads the files by the key that two shares give."""
    program = shutil.which("age")
    if program is None:
        pytest.skip("age is not on this machine")
    key = tmp_path / "key.txt"
    key.write_text(identity() + "\n")
    sealed = backed_up.folder / "manifest.age"
    done = subprocess.run([program, "--decrypt", "-i", key, sealed], capture_output=True, check=True)
    assert backed_up.settings.tenant.encode() in done.stdout
