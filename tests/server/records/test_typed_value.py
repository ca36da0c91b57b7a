"""Compiled types accept nothing that marshmallow refuses, and their values equal lenient values."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from tests.contract.generated_records import record
from tests.shared.schemas.test_declared import VALID, Data, spoiled

from field178_server.records.typed_value import decoded
from field178_shared import schemas
from field178_shared.codelists import put_in_force
from field178_shared.codelists.loading import released_files
from field178_shared.list_packs import TABLES, ListPack, lists_with
from field178_shared.merge import bad_paths, without_nulls, write_path
from field178_shared.schemas.checks import issues_of, messages_of
from field178_shared.wire.canonical import canonical

# Only the server writes them, and they hold values of any kind.
BY_TABLETS = sorted(set(VALID) - {"conflict"})


def judged(type_name: str, data: object) -> str:
    """Return the result of the compiled type: accepted, refused or unsure.

    A record that marshmallow refuses MUST NOT be accepted, and the value of an accepted one MUST be the
    lenient value of the same content.
    The plain check MUST name the same paths and codes as marshmallow itself.
    """
    schema = schemas.TYPES[type_name].schema
    errors = schemas.validate(type_name, data)
    assert errors == messages_of(issues_of(schema.validate(data)))
    value = decoded(type_name, _content(data))
    if value is None:
        return "refused" if errors else "unsure"
    assert isinstance(data, dict)
    assert not errors
    assert not bad_paths(data)
    assert without_nulls(data) is data
    assert schema.load(data) == data
    assert plain(value) == plain(schemas.lenient_value(type_name, data))
    return "accepted"


def _content(data: object) -> bytes:
    try:
        return canonical(data)
    except (TypeError, ValueError):
        # No canonical text has such a value: the readers of requests refuse it.
        return b"null"


def plain(value: Any) -> object:
    """Return a value and the values in it as dicts of present members."""
    if isinstance(value, dict):
        return {key: plain(below) for key, below in value.items()}
    if isinstance(value, str | int | date | tuple):
        return type(value), value
    return {name: plain(member) for name, member in value}


@given(spoiled())
def test_compiled_types_accept_nothing_that_marshmallow_refuses(case: tuple[str, Data]) -> None:
    judged(*case)


@pytest.mark.parametrize("type_name", schemas.TYPES)
def test_compiled_types_agree_with_marshmallow_over_generated_records(type_name: str) -> None:
    counts = Counter(judged(type_name, record(type_name, number)) for number in range(400))
    assert counts["refused"] > 40
    if type_name in BY_TABLETS:
        assert counts["accepted"] > 40


@pytest.mark.parametrize("type_name", BY_TABLETS)
def test_a_usual_record_is_accepted(type_name: str) -> None:
    assert judged(type_name, VALID[type_name]()) == "accepted"


@pytest.mark.parametrize("type_name", schemas.TYPES)
def test_absent_members_are_none_in_both_values(type_name: str) -> None:
    lenient = schemas.lenient_value(type_name, {})
    declared = schemas.json_schema(type_name)["properties"]
    assert isinstance(declared, dict)
    assert all(getattr(lenient, name) is None for name in declared)
    value = decoded(type_name, canonical(VALID.get(type_name, dict)()))
    if value is not None:
        given_members = {name for name, _ in value}
        assert all(getattr(value, name) is None for name in declared if name not in given_members)


def test_undeclared_member_is_no_attribute() -> None:
    value = decoded("inspection", canonical(VALID["inspection"]()))
    for visit in (value, schemas.lenient_value("inspection", {"venue": "x"})):
        with pytest.raises(AttributeError):
            visit.venue  # noqa: B018  # type: ignore[union-attr]


def test_record_of_any_type_may_name_files() -> None:
    files = {"a1": {"sha256": "ab" * 32, "size": 5, "content_type": "image/jpeg"}}
    census = {**VALID["worker_census"](), "attachments": files}
    assert judged("worker_census", census) == "unsure"
    (file,) = schemas.lenient_value("worker_census", census).attachments.values()
    assert (file.size, file.caption) == (5, None)


@pytest.mark.parametrize(
    "content",
    [b'{"a": 1}', b'{"b":1,"a":1}', b'{"note":null}', b"[]", b"", b"\xff", b'"\\u0000"', b"{" * 2000],
)
def test_content_in_another_form_is_not_decoded(content: bytes) -> None:
    assert decoded("worker_census", content) is None


def test_content_of_an_unknown_type_is_not_decoded() -> None:
    assert decoded("unknown", b"{}") is None


@pytest.mark.parametrize("key", ["_x", "a.b", "", "x" * 65, "ă", "a\n", "a\0b"])
def test_entry_under_a_bad_key_is_not_decoded(key: str) -> None:
    visit = VALID["inspection"]()
    member = {"user": "u", "position": "member"}
    assert judged("inspection", {**visit, "members": {"m1": member, key: member}}) != "accepted"


def test_emptied_entry_is_left_to_the_lenient_value() -> None:
    place = {**VALID["establishment"](), "certificates": {"antt": {}}}
    assert judged("establishment", place) == "unsure"
    assert schemas.lenient_value("establishment", place).certificates == {}


def test_an_unknown_member_is_left_to_the_slow_way() -> None:
    data = {**VALID["inspection"](), "part_of_next_year": "x"}
    assert judged("inspection", data) == "unsure"


@pytest.mark.parametrize("day", ["2026-02-29", "2026-04-31", "2026-13-01", "2026-00-10", "0000-01-01"])
def test_a_day_that_may_not_be_is_not_accepted(day: str) -> None:
    assert judged("outreach_session", {**VALID["outreach_session"](), "session_date": day}) == "refused"


def test_compiled_types_follow_the_items_that_an_office_adds() -> None:
    released = TABLES["checklist_items.items"].rows(released_files())["workers_total"]
    rows = {name: released | {"id": name, "rule": None} for name in ("new_count", "new-count")}
    # Compiled types are kept by the version of the lists; other tests have packs of number 1 too.
    put_in_force(lists_with(ListPack(number=5801).with_rows({"checklist_items.items": rows})))
    visit = write_path(VALID["inspection"](), "answers.new-count", None)
    assert judged("inspection", write_path(visit, "answers.new_count.v", 7)) == "accepted"
    assert judged("inspection", write_path(visit, "answers.new_count.v", "seven")) == "refused"
    assert judged("inspection", write_path(visit, "answers.new-count.v", 7)) == "unsure"
    assert judged("inspection", write_path(visit, "answers.new-count.v", "seven")) == "refused"
