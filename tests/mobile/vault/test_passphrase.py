"""Passphrases: words without look-alikes, chosen by chance, where a thief would have the secret."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import pytest
from tests.mobile.support import FrozenClock
from tests.mobile.vault.test_vault import CHEAP, DEVICE_KEY, ENROLMENT, HOA, LAN, PIN, refusal, vault_in

from field178_mobile.vault import Vault, passphrase
from field178_mobile.vault.device_secret import FileKeyStore
from field178_shared.device_status import KeyProtection
from field178_shared.errors import AppError, ErrorCode
from field178_shared.text.normalisation import fold, nfc

PHRASE, OTHER_PHRASE = "cánh diều, hạt dẻ, phố núi, ống nhòm", "giúp đỡ, cái giếng, mứt sen, cổ tích"
FOLDED = [fold(word) for word in passphrase.word_list()]


def open_tablet(folder: Path, clock: FrozenClock) -> Vault:
    """Return the vault of a tablet without a system key store."""
    return Vault(folder, cost=CHEAP, key_store=FileKeyStore(folder / "device.key"), stopwatch=clock.stopwatch)


def test_words_are_enough_and_each_has_two_syllables() -> None:
    assert len(set(FOLDED)) == len(FOLDED) == len(passphrase.word_list()) >= 2048
    assert {len(word.split()) for word in FOLDED} == {2}
    assert all(word == nfc(word).lower() for word in passphrase.word_list())
    assert "".join(sorted(set("".join(FOLDED)))).strip().isalpha()


def test_no_word_becomes_another_by_one_letter_or_without_its_space() -> None:
    assert len({word.replace(" ", "") for word in FOLDED}) == len(FOLDED)
    replaced = Counter(
        word[:place] + "*" + word[place + 1 :] for word in FOLDED for place in range(len(word))
    )
    assert max(replaced.values()) == 1
    shorter = {word[:place] + word[place + 1 :] for word in FOLDED for place in range(len(word))}
    assert not shorter & set(FOLDED)


def test_proposal_has_four_different_words_of_the_whole_list() -> None:
    seen = Counter(word for _ in range(4000) for word in passphrase.proposed(os.urandom).split(", "))
    assert set(seen) <= set(passphrase.word_list())
    assert len(seen) > len(FOLDED) * 0.99
    assert all(len(set(passphrase.proposed(os.urandom).split(", "))) == 4 for _ in range(200))


def test_proposal_draws_again_beyond_the_list_and_after_a_repeat() -> None:
    numbers = iter([0xFFFF, 0x0000, 0x0000, 0x0010, 0x0020, 0x0030])
    drawn = passphrase.proposed(lambda size: next(numbers).to_bytes(size)).split(", ")
    assert drawn == [passphrase.word_list()[place] for place in (0, 1, 2, 3)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "274905",
        "cánh diều, hạt dẻ, phố núi",
        "cánh diều, hạt dẻ, phố núi, hạt dẻ",
        "cánh diều, hạt dẻ, phố núi, ống",
        "cánh diều, hạt dẻ, phố núi, mật khẩu",
    ],
)
def test_weak_passphrases_are_refused(text: str, tmp_path: Path, clock: FrozenClock) -> None:
    assert passphrase.is_weak(text)
    vault = open_tablet(tmp_path, clock)
    with pytest.raises(AppError) as refused:
        vault.create(HOA, text, ENROLMENT, DEVICE_KEY)
    assert refused.value.code is ErrorCode.PASSPHRASE_WEAK
    assert not vault.is_set_up


def test_word_that_the_list_has_not_is_named() -> None:
    assert passphrase.unknown_word("Canh dieu hat de pho nui ong nhom") == ""
    assert passphrase.unknown_word("canh dieu hat dee pho nui") == "hat dee"


@pytest.mark.parametrize(
    "typed", [PHRASE, "canh dieu hat de pho nui ong nhom", "CÁNH-DIỀU  hạt dẻ;phố núi.ống nhòm"]
)
def test_passphrase_opens_with_or_without_marks(typed: str, tmp_path: Path, clock: FrozenClock) -> None:
    vault = open_tablet(tmp_path, clock)
    key = vault.create(HOA, PHRASE, ENROLMENT, DEVICE_KEY)
    assert vault.unlock(HOA.id, typed) == key
    assert vault.uses_passphrase(HOA.id)
    assert refusal(vault, OTHER_PHRASE).code is ErrorCode.PIN_WRONG


def test_copied_folder_of_a_tablet_without_key_store_has_no_pin(tmp_path: Path, clock: FrozenClock) -> None:
    vault = open_tablet(tmp_path, clock)
    key = vault.create(HOA, PHRASE, ENROLMENT, DEVICE_KEY)
    for act in (
        lambda: vault.add_officer(LAN, PIN, key),
        lambda: vault.change_pin(HOA.id, PHRASE, PIN),
        lambda: vault.replace_pin(HOA.id, PIN, key),
    ):
        with pytest.raises(AppError) as refused:
            act()
        assert refused.value.code is ErrorCode.PASSPHRASE_WEAK
    assert vault.protection is KeyProtection.PASSPHRASE
    vault.change_pin(HOA.id, PHRASE, OTHER_PHRASE)
    assert vault.unlock(HOA.id, OTHER_PHRASE) == key


def test_pin_of_a_tablet_without_key_store_is_to_be_replaced(tmp_path: Path, clock: FrozenClock) -> None:
    key = vault_in(tmp_path, clock).create(HOA, PIN, ENROLMENT, DEVICE_KEY)
    vault_in(tmp_path, clock).add_officer(LAN, PIN, key)
    vault = open_tablet(tmp_path, clock)  # the secret is in a file beside the vault
    assert vault.must_choose_passphrase(HOA.id)
    assert vault.protection is KeyProtection.PIN
    vault.replace_pin(HOA.id, PHRASE, vault.unlock(HOA.id, PIN))
    assert not vault.must_choose_passphrase(HOA.id)
    assert vault.protection is KeyProtection.PIN
    vault.replace_pin(LAN.id, OTHER_PHRASE, vault.unlock(LAN.id, PIN))
    assert vault.protection is KeyProtection.PASSPHRASE
    assert [officer.id for officer in vault.officers()] == [HOA.id, LAN.id]
    assert refusal(vault, PIN).code is ErrorCode.PIN_WRONG


def test_pin_does_not_pass_for_a_passphrase_by_an_edit(tmp_path: Path, clock: FrozenClock) -> None:
    vault_in(tmp_path, clock).create(HOA, PIN, ENROLMENT, DEVICE_KEY)
    path = tmp_path / "vault.json"
    path.write_text(path.read_text("utf-8").replace('"kind": "pin"', '"kind": "passphrase"'), "utf-8")
    assert json.loads(path.read_bytes())["officers"][0]["kind"] == "passphrase"
    assert refusal(open_tablet(tmp_path, clock), PIN).code is ErrorCode.PIN_WRONG


def test_tablet_with_a_key_store_keeps_its_pin(tmp_path: Path, clock: FrozenClock) -> None:
    vault = vault_in(tmp_path, clock)
    vault.create(HOA, PIN, ENROLMENT, DEVICE_KEY)
    assert vault.protection is KeyProtection.SYSTEM
    assert not vault.must_choose_passphrase(HOA.id)
    assert not vault.uses_passphrase(HOA.id)
