"""One-time codes against the vectors of RFC 6238, and their replay."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

from field178_server.security.totp import accepted_step, code_of_step, encode_secret

SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_the_codes_are_those_of_the_rfc(seconds: int, code: str) -> None:
    assert code_of_step(SECRET, seconds // 30) == code
    assert accepted_step(SECRET, code, datetime.fromtimestamp(seconds, UTC), 0) == seconds // 30


def test_a_code_is_good_one_step_early_or_late_and_never_twice() -> None:
    now = datetime.fromtimestamp(3000, UTC)
    step = 100
    for drift, expected in ((-2, None), (-1, 99), (0, 100), (1, 101), (2, None)):
        assert accepted_step(SECRET, code_of_step(SECRET, step + drift), now, 0) == expected
    assert accepted_step(SECRET, code_of_step(SECRET, step), now, last_step=step) is None
    assert accepted_step(SECRET, code_of_step(SECRET, step - 1), now, last_step=step) is None


@pytest.mark.parametrize("code", ["", "12345", "1234567", "１２３４５６", "12345a", " 287082"])
def test_only_six_plain_digits_are_a_code(code: str) -> None:
    assert accepted_step(SECRET, code, datetime.fromtimestamp(59, UTC), 0) is None


def test_a_secret_is_written_as_authenticators_read_it() -> None:
    assert encode_secret(b"12345678901234567890") == SECRET
