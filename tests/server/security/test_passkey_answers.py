"""Answers of passkeys that are damaged: refused, whatever the damage."""

from __future__ import annotations

import base64
import json

from hypothesis import given
from hypothesis import strategies as st
from tests.server.passkey_device import PasskeyDevice

from field178_server.security.passkey_answers import (
    PasskeyRefusedError,
    check_answer,
    check_new,
    creation_options,
    relying_party,
    request_options,
)

_CHALLENGE = b"c" * 32
_PARTY = relying_party("https://so178.example.gov.vn")
assert _PARTY is not None
_DEVICE = PasskeyDevice(_PARTY.origin, _PARTY.host)
_CREATED = _DEVICE.create(creation_options(_PARTY, "officer", "an", _CHALLENGE, []))
_PASSKEY = check_new(_PARTY, _CHALLENGE, _CREATED)
_DEVICE.count += 1
_ANSWERED = _DEVICE.get(request_options(_PARTY, _CHALLENGE, [_PASSKEY.credential_id]))
_VALUES = st.one_of(st.none(), st.integers(), st.text(max_size=20), st.just([]), st.just({}))


def test_whole_answer_is_accepted_once() -> None:
    count = check_answer(_PARTY, _CHALLENGE, _ANSWERED, _PASSKEY)
    assert count == 1


@st.composite
def damaged(draw: st.DrawFn, answer: str) -> str:
    """Draw an answer with bytes of a part replaced, taken out or put in, or with another member."""
    data = json.loads(answer)
    name = draw(st.sampled_from(sorted(data["response"])))
    if draw(st.booleans()):
        member = draw(st.sampled_from([*sorted(data), name]))
        (data["response"] if member == name else data)[member] = draw(_VALUES)
        return json.dumps(data)
    part = bytearray(base64.urlsafe_b64decode(data["response"][name] + "=="))
    at = draw(st.integers(0, len(part) - 1))
    part[at : at + draw(st.integers(0, 8))] = draw(st.binary(max_size=8))
    data["response"][name] = base64.urlsafe_b64encode(bytes(part)).decode().rstrip("=")
    return json.dumps(data)


@given(damaged(_ANSWERED))
def test_damaged_answer_is_refused_or_has_the_same_meaning(answer: str) -> None:
    try:
        assert check_answer(_PARTY, _CHALLENGE, answer, _PASSKEY) == 1
    except PasskeyRefusedError:
        return


@given(damaged(_CREATED))
def test_damaged_new_passkey_is_refused_or_one_of_the_device(answer: str) -> None:
    try:
        new = check_new(_PARTY, _CHALLENGE, answer)
    except PasskeyRefusedError:
        return
    assert new.credential_id
    assert new.public_key
