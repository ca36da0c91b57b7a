"""A record in our server's own spelling is read the quick way, and as the general way reads it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.contract.generated_texts import text
from tests.mobile.inspection_world import filed_visit
from tests.shared.wire.test_fast_json import engines

from field178_mobile.replication.frames import AnswerFault, parse_line, parse_record, read_record
from field178_mobile.store.replica.listings import listing_of
from field178_mobile.store.replica.server_records import ServerRecord
from field178_shared.errors import AppError
from field178_shared.wire.canonical import canonical, record_hash

RECORD = "0197a1b2-0000-7000-8000-00000000000a"
DATA = {
    "name": 'Nhà nghỉ "GL"',
    "answers": {"a": {"v": "yes"}, "b": {"v": 3}},
    "photos": ["x"],
    "note": "  , : ",
}


@pytest.fixture(params=engines, scope="module", autouse=True)
def engine(request: pytest.FixtureRequest) -> Iterator[None]:
    """Run every test of this module with both ways of decoding and encoding."""
    with engines[request.param]():
        yield


def line_of(
    body: bytes,
    *,
    h: str = "",
    record_id: str = RECORD,
    kind: str = "establishment",
    rev: str = "3",
    gone: str = "false",
) -> bytes:
    """Return a line as the server writes it; its hash is over the body as it is spelled here."""
    hashed = f'["{record_id}","{kind}",{rev},{gone},'.encode() + body + b"]"
    h = h or hashlib.sha256(hashed).hexdigest()[:32]
    head = f'{{"frame":"rec","id":"{record_id}","type":"{kind}","scope":"unit:c1_v1","rev":{rev},'
    return head.encode() + f'"deleted":{gone},"data":'.encode() + body + f',"h":"{h}"}}'.encode()


def generally(line: bytes) -> ServerRecord | None:
    """Return the record that the general parser reads, None where it refuses the line."""
    try:
        return parse_record(parse_line(line))
    except (AnswerFault, AppError):
        return None


GOOD = {
    "plain": line_of(canonical(DATA)),
    "empty": line_of(b"{}"),
    "of a type that nobody knows here": line_of(canonical(DATA), kind="outlet"),
    "deleted": line_of(canonical(DATA), gone="true"),
    "erased": line_of(b'{"purged":"2026-11-24T15:00:00Z"}'),
    "brackets in a text": line_of(canonical({"a": 'Nói "được" [1]'})),
    "31 levels of data": line_of(b'{"a":' * 31 + b"1" + b"}" * 31),
}
ODD = {
    "an integer of 16 digits": line_of(b'{"a":9007199254740991}'),
    "more brackets in a text than levels": line_of(canonical({"a": 'Nói "được" ' + "[]" * 80})),
    "white space": line_of(b'{"a": 1}', h=record_hash(RECORD, "establishment", 3, False, {"a": 1})),
    "keys in another order": line_of(
        b'{"b":1,"a":1}', h=record_hash(RECORD, "establishment", 3, False, {"a": 1, "b": 1})
    ),
    "an escape": line_of(b'{"a":"\\u0041"}', h=record_hash(RECORD, "establishment", 3, False, {"a": "A"})),
    "one more member": line_of(canonical(DATA))[:-1] + b',"later":{"x":1}}',
    "other order of members": canonical(
        {
            "frame": "rec",
            **{
                "id": RECORD,
                "type": "t",
                "scope": "s",
                "rev": 1,
                "deleted": False,
                "data": {},
                "h": record_hash(RECORD, "t", 1, False, {}),
            },
        }
    ),
}
BAD = {
    "another hash": line_of(canonical(DATA), h="0" * 32),
    "hash of another rev": line_of(canonical(DATA), h=record_hash(RECORD, "establishment", 2, False, DATA)),
    "hash in capitals": line_of(b"{}", h=record_hash(RECORD, "establishment", 3, False, {}).upper()),
    "duplicate key": line_of(b'{"a":1,"a":1}'),
    "duplicate key inside": line_of(b'{"x":{"a":1,"a":2}}'),
    "unsorted, hashed so": line_of(b'{"b":1,"a":1}'),
    "white space, hashed so": line_of(b'{"a":[1, 2]}'),
    "an escape, hashed so": line_of(b'{"a":"\\u0041"}'),
    "not a number": line_of(b'{"a":NaN}'),
    "infinity": line_of(b'{"a":-Infinity}'),
    "float": line_of(b'{"a":1.5}'),
    "minus zero": line_of(b'{"a":-0}'),
    "large integer": line_of(b'{"a":9007199254740992}'),
    "32 levels of data": line_of(b'{"a":' * 32 + b"1" + b"}" * 32),
    "not NFC": line_of('{"a":"e\u0301"}'.encode()),
    "NUL": line_of(b'{"a":"\\u0000"}'),
    "half a character": line_of(b'{"a":"\\ud800"}'),
    "not UTF-8": line_of(b'{"a":"\xff"}'),
    "data is no object": line_of(b"[1]"),
    "data is two objects": line_of(b'{"a":1},"data":{"b":1}'),
    "data is cut": line_of(b'{"a":1'),
    "id in capitals": line_of(b"{}", record_id=RECORD.upper()),
    "no revision": line_of(b"{}", rev="0"),
    "deleted is a number": line_of(b"{}", gone="1"),
}


@pytest.mark.parametrize("line", GOOD.values(), ids=GOOD.keys())
def test_a_line_in_the_servers_spelling_is_read_quickly_and_alike(line: bytes) -> None:
    row = read_record(line)
    assert row is not None
    assert row == generally(line)
    assert row.data == parse_line(line).members("data")


@pytest.mark.parametrize("kind", ["inspection", "establishment", "outreach_session"])
@pytest.mark.parametrize("status", ["open", "partly_fixed", "fixed"])
def test_both_readers_make_the_same_list_row(kind: str, status: str) -> None:
    follow_ups = {"fire_exits_clear": {"due_on": "2025-12-01", "status": status}}
    line = line_of(canonical(filed_visit(RECORD, name="Ánh Trăng", follow_ups=follow_ups)), kind=kind)
    quickly, record = read_record(line), generally(line)
    assert quickly is not None
    assert record is not None
    assert quickly.listing == record.listing == listing_of(kind, RECORD, record.data)


@pytest.mark.parametrize("line", ODD.values(), ids=ODD.keys())
def test_a_line_in_another_spelling_is_left_to_the_general_way(line: bytes) -> None:
    assert read_record(line) is None
    assert generally(line) is not None


@pytest.mark.parametrize("line", BAD.values(), ids=BAD.keys())
def test_a_bad_record_is_refused_by_both_ways(line: bytes) -> None:
    assert read_record(line) is None
    assert generally(line) is None


@given(st.integers(0, 20_000))
def test_generated_bodies_are_read_as_the_general_way_reads_them(number: int) -> None:
    line = line_of(text(number))
    row = read_record(line)
    assert row is None or row == generally(line)


@given(st.data())
def test_a_spoiled_line_is_never_read_as_something_else(data: st.DataObject) -> None:
    line = GOOD["plain"]
    at = data.draw(st.integers(0, len(line)))
    piece = data.draw(st.sampled_from([b"", b'"', b"}", b"{", b",", b" ", b"\\", b"1", b"\xff", b'"a":1,']))
    spoiled = line[:at] + piece + line[at + data.draw(st.integers(0, 2)) :]
    row = read_record(spoiled)
    assert row is None or row == generally(spoiled)
