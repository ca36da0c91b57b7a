"""Passwords: cost, verification, and refusals."""

from __future__ import annotations

import threading

import pytest

from field178_server.security import passwords
from field178_server.security.passwords import Passwords, Weakness, weakness
from field178_server.settings import Settings


def test_a_password_matches_its_hash_alone() -> None:
    cheap = Passwords("test")
    stored = cheap.hash("mười hai ký tự")
    assert cheap.matches(stored, "mười hai ký tự")
    assert not cheap.matches(stored, "mười hai ký tư")
    assert not cheap.matches(None, "nobody has this password")
    assert not cheap.matches("not a hash", "mười hai ký tự")


def test_the_cost_in_production_is_64_mib_and_three_passes_of_argon2id() -> None:
    assert Settings().password_cost == "production"
    stored = Passwords().hash("mười hai ký tự")
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=1$")
    assert Passwords().is_outdated(Passwords("test").hash("x"))


def test_a_very_long_password_is_not_hashed_at_all() -> None:
    assert not Passwords("test").matches(None, "x" * 129)


def test_no_more_than_two_hashes_run_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    running, most, lock = 0, 0, threading.Lock()
    slow = Passwords("test")
    made = threading.Barrier(2, timeout=5)

    def count(password: str) -> str:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        made.wait()
        with lock:
            running -= 1
        return password

    monkeypatch.setattr(slow, "_hasher", type("Hasher", (), {"hash": staticmethod(count)}))
    threads = [threading.Thread(target=slow.hash, args=("x",)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 2


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        ("ngắn quá", Weakness.TOO_SHORT),
        ("x" * 129, Weakness.TOO_LONG),
        ("aaaaaaaaaaaa", Weakness.TOO_EASY),
        ("Password1234", Weakness.TOO_EASY),
        ("an an an an an", Weakness.TOO_EASY),
        ("matkhau123456789", Weakness.TOO_EASY),
        ("mat-khau-cua-an-1", Weakness.TOO_EASY),
        ("con trâu gặm cỏ", None),
    ],
)
def test_easily_guessed_password_is_refused(password: str, expected: Weakness | None) -> None:
    assert weakness(password, "an") == expected


def test_the_module_holds_two_places() -> None:
    assert passwords._SLOTS._initial_value == 2  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "password", ["bưởichuahơnchanh" * 4, "ĐÈN DẦU LEO LÉT", "k7#Qp2vX9m!Lw", "con trâu gặm cỏ"]
)
def test_no_kind_of_character_is_demanded_or_forbidden(password: str) -> None:
    assert weakness(password, "an") is None


def test_every_character_of_a_password_counts() -> None:
    long = "bưởi chua hơn chanh " * 6
    cheap = Passwords("test")
    stored = cheap.hash(long)
    assert cheap.matches(stored, long)
    assert not cheap.matches(stored, long[:-1])
    assert not cheap.matches(stored, long.upper())
    assert not cheap.matches(stored, long.strip())
