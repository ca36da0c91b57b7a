"""Keys of unannounced visits: in a file, or under a passphrase and then in memory alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from field178_server.security.plan_key import PLAIN_FILE, PlanKey, is_weak

PASSPHRASE = "trâu gặm cỏ ngoài đồng"


def test_key_without_a_passphrase_is_the_same_after_a_start(tmp_path: Path) -> None:
    keys = PlanKey(tmp_path, "test").keys()
    assert len(keys) == 1
    assert PlanKey(tmp_path, "test").keys() == keys


def test_passphrase_leaves_no_key_on_the_disk(tmp_path: Path) -> None:
    key = PlanKey(tmp_path, "test")
    earlier = key.keys()
    key.wrap(PASSPHRASE)
    assert key.keys()[1:] == earlier
    assert not (tmp_path / PLAIN_FILE).exists()
    on_disk = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for secret in key.keys():  # noqa: SIM118  # a method, no mapping
        assert secret not in on_disk


def test_key_is_locked_after_a_start_until_the_passphrase_is_typed(tmp_path: Path) -> None:
    key = PlanKey(tmp_path, "test")
    key.wrap(PASSPHRASE)
    started = PlanKey(tmp_path, "test")
    assert started.keys() == ()
    assert not started.open("trâu gặm cỏ trong chuồng")
    assert started.keys() == ()
    assert started.open("  Trâu gặm   cỏ ngoài đồng ")
    assert started.keys() == key.keys()


def test_changed_passphrase_ends_the_one_before(tmp_path: Path) -> None:
    key = PlanKey(tmp_path, "test")
    for passphrase in (PASSPHRASE, "mưa rơi trên mái ngói"):
        key.wrap(passphrase)
    assert not PlanKey(tmp_path, "test").open(PASSPHRASE)
    assert PlanKey(tmp_path, "test").open("mưa rơi trên mái ngói")


@pytest.mark.parametrize(
    ("passphrase", "expected"),
    [(PASSPHRASE, False), ("trâu trâu trâu trâu trâu", True), ("mưa rơi mái ngói", True), ("x " * 300, True)],
)
def test_few_words_or_letters_are_weak(passphrase: str, expected: bool) -> None:
    assert is_weak(passphrase) is expected
