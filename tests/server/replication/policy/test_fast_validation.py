from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from tests.contract.generated_records import record
from tests.shared.schemas.test_declared import VALID, Data, spoiled

from field178_server.replication.policy import fast_validation
from field178_shared import schemas
from field178_shared.codelists import put_in_force
from field178_shared.codelists.loading import released_files
from field178_shared.list_packs import TABLES, ListPack, lists_with
from field178_shared.merge import bad_paths, without_nulls, write_path
from field178_shared.schemas.checks import issues_of, messages_of

# Only the server writes them, and they hold values of any kind.
BY_TABLETS = sorted(set(VALID) - {"conflict"})


def judged(type_name: str, data: object) -> str:
    """Return the result of fast validation: accepted, refused or unsure.

    A record that marshmallow refuses MUST NOT be accepted.
    The plain check MUST name the same paths and codes as marshmallow itself.
    """
    schema = schemas.TYPES[type_name].schema
    errors = schemas.validate(type_name, data)
    assert errors == messages_of(issues_of(schema.validate(data)))
    if not fast_validation.accepts(type_name, data):
        return "refused" if errors else "unsure"
    assert isinstance(data, dict)
    assert not errors
    assert not bad_paths(data)
    assert without_nulls(data) is data
    assert schema.load(data) == data
    return "accepted"


@given(spoiled())
def test_fast_validation_accepts_nothing_that_marshmallow_refuses(case: tuple[str, Data]) -> None:
    judged(*case)


@pytest.mark.parametrize("type_name", schemas.TYPES)
def test_fast_validation_agrees_with_marshmallow_over_generated_records(type_name: str) -> None:
    counts = Counter(judged(type_name, record(type_name, number)) for number in range(400))
    assert counts["refused"] > 40
    if type_name in BY_TABLETS:
        assert counts["accepted"] > 40


@pytest.mark.parametrize("type_name", BY_TABLETS)
def test_a_usual_record_is_accepted(type_name: str) -> None:
    assert fast_validation.accepts(type_name, VALID[type_name]())


def test_an_unknown_member_is_left_to_the_slow_way() -> None:
    data = {**VALID["inspection"](), "part_of_next_year": "x"}
    assert judged("inspection", data) == "unsure"


@pytest.mark.parametrize("day", ["2026-02-29", "2026-04-31", "2026-13-01", "2026-00-10", "0000-01-01"])
def test_a_day_that_may_not_be_is_not_accepted(day: str) -> None:
    assert judged("outreach_session", {**VALID["outreach_session"](), "session_date": day}) == "refused"


def test_fast_validation_follows_the_items_that_an_office_adds() -> None:
    released = TABLES["checklist_items.items"].rows(released_files())["workers_total"]
    rows = {name: released | {"id": name, "rule": None} for name in ("new_count", "new-count")}
    # Compiled checks are kept by the version of the lists; other tests have packs of number 1 too.
    put_in_force(lists_with(ListPack(number=5801).with_rows({"checklist_items.items": rows})))
    visit = write_path(VALID["inspection"](), "answers.new-count", None)
    assert judged("inspection", write_path(visit, "answers.new_count.v", 7)) == "accepted"
    assert judged("inspection", write_path(visit, "answers.new_count.v", "seven")) == "refused"
    assert judged("inspection", write_path(visit, "answers.new-count.v", 7)) == "unsure"
    assert judged("inspection", write_path(visit, "answers.new-count.v", "seven")) == "refused"
