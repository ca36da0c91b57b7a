"""The fast reader of requests returns the same request or error as the strict reader."""

from __future__ import annotations

import json
import random
from collections import Counter
from typing import Any
from unittest.mock import patch

import pytest
from tests.contract import generated_texts
from tests.contract.generated_records import record
from tests.shared import builders

from field178_server.replication import request_reader
from field178_server.replication.request_reader import read_request
from field178_shared.errors import AppError
from field178_shared.wire import strict_json
from field178_shared.wire.canonical import canonical
from field178_shared.wire.fast_json import NotProven
from field178_shared.wire.protocol import MAX_CHANGES, SyncRequest

Json = dict[str, Any]

CHANGE: Json = {
    "change_id": "0197c3a8-0000-7000-8000-000000000001",
    "n": 1,
    "record_id": "0197c3a8-0000-7000-8000-0000000000a1",
    "type": "inspection",
    "scope": "team:t",
    "op": "put",
    "create": True,
    "base_rev": 0,
    "schema": 1,
    "at": "2026-11-24T15:00:00Z",
    "clock_offset_ms": -740,
    "user": "an officer",
    "set": {"name": 'Nhà nghỉ "Hoa"\n', "rooms": 7, "closed": False, "was": None},
    "was": {"b": {"$h": "00"}, "a": [1]},
    "replaces": ["another"],
}
REQUEST: Json = {
    "device": "d",
    "incarnation": "0197a000-0000-4000-8000-000000000001",
    "epoch": None,
    "cursors": {"ref": 1},
}
_SCALARS = (None, True, 0, 1, -1, 2**53, 10**17, 1.0, 0.5, "", "x", "e\u0301", "\u0000", "\ud800")
_CONTAINERS = ([], ["a"], [1], {}, {"a": 1}, {"a": True}, {"b": 1, "a": {"d": 1, "c": 1.5}})
ODD = (*_SCALARS, *_CONTAINERS)


def request(*changes: object) -> Json:
    return {**REQUEST, "push": list(changes)}


def is_read_quickly(data: bytes) -> bool:
    try:
        request_reader._proven(data)
    except NotProven:
        return False
    return True


def result_of(data: bytes, *, strictly: bool) -> object:
    try:
        request = SyncRequest.from_wire(strict_json.read_slowly(data)) if strictly else read_request(data)
    except AppError as error:
        return error.code, dict(error.details)
    # True is 1, but for `repr`; that leaves the bytes out.
    return repr(request), request


def spelled(value: object) -> list[bytes]:
    try:
        first = [canonical(value)]
    except ValueError:
        first = []
    plain = {"ensure_ascii": False, "separators": (",", ":")}
    texts = (json.dumps(value), json.dumps(value, **plain), json.dumps(value, **plain, sort_keys=True))  # type: ignore[arg-type]
    return [*first, *(text.encode("utf-8", "surrogatepass") for text in texts)]


def agrees(data: bytes) -> bool:
    assert result_of(data, strictly=False) == result_of(data, strictly=True)
    return is_read_quickly(data)


@pytest.mark.parametrize("more", [{}, {"conflicts": {"c": 1}, "op": "resolve"}, {"set": {}, "was": {}}])
def test_request_of_a_tablet_is_read_by_the_fast_reader(more: Json) -> None:
    data = canonical(request({**CHANGE, **more}, CHANGE))
    with patch.object(strict_json, "loads", side_effect=AssertionError):
        change = read_request(data).push[0]
    assert change.body == canonical({**CHANGE, **more})
    assert (change.content, change.text) == (canonical(change.set), change.body.decode())
    assert agrees(data)


@pytest.mark.parametrize("name", [*CHANGE, "conflicts", "later_member"])
def test_a_member_of_any_kind_is_taken_or_refused_as_ever(name: str) -> None:
    without = {key: value for key, value in CHANGE.items() if key != name}
    for change in (without, *({**CHANGE, name: value} for value in ODD)):
        for data in spelled(request(CHANGE, change)):
            agrees(data)


@pytest.mark.parametrize("name", [*REQUEST, "push", "max_records", "about"])
def test_a_member_of_the_request_is_taken_or_refused_as_ever(name: str) -> None:
    whole = request(CHANGE)
    without = {key: value for key, value in whole.items() if key != name}
    for members in (without, *({**whole, name: value} for value in ODD)):
        for data in spelled(members):
            agrees(data)


def test_generated_records_are_read_the_same() -> None:
    quick: Counter[bool] = Counter()
    for number in range(300):
        data = record(("inspection", "outreach_session", "establishment")[number % 3], number)
        for text in spelled(request({**CHANGE, "set": data})):
            quick[agrees(text)] += 1
    assert min(quick.values()) > 100


def test_spoiled_requests_are_read_the_same() -> None:
    whole = canonical(request({**CHANGE, "set": builders.inspection()}, CHANGE))
    pieces = [b"", b"\xff", *(piece.encode() for piece in (*generated_texts._PIECES, "e\u0301"))]
    for number in range(1500):
        chance = random.Random(number)
        start, piece = chance.randrange(len(whole)), chance.choice(pieces)
        agrees(whole[:start] + piece + whole[start + chance.randrange(3) :])


@pytest.mark.parametrize("name", ["n", "op", "set", "push"])
def test_a_key_that_comes_twice_is_malformed(name: str) -> None:
    data = canonical(request(CHANGE))
    twice = data.replace(f'"{name}":'.encode(), f'"{name}":[],"{name}":'.encode(), 1)
    assert not agrees(twice)


@pytest.mark.parametrize("levels", [27, 28, 29, 30, 31, 2000])
def test_a_nesting_is_as_deep_as_ever(levels: int) -> None:
    inside = b'{"a":' * levels + b"1" + b"}" * levels
    data = canonical(request({**CHANGE, "set": {}})).replace(b'"set":{}', b'"set":' + inside)
    assert agrees(data) is (levels <= 29)


def test_more_changes_than_the_limit_are_too_large() -> None:
    assert agrees(canonical(request(*[CHANGE] * MAX_CHANGES)))
    assert not agrees(canonical(request(*[CHANGE] * (MAX_CHANGES + 1))))
