"""The page of a record shows every field that its declaration does not keep off it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from tests.shared import builders

from field178_server.console.records.field_rows import RowMaker
from field178_server.console.records.record_view import sections_of
from field178_server.console.text.field_labels import FieldContext, label_at, value_text
from field178_server.console.text.localize import Localizer
from field178_server.office.reviews.record import RecordPage
from field178_server.records.find_record import StoredRecord
from field178_server.records.history import RecordHistory
from field178_server.records.labels import Names
from field178_shared.codelists import load
from field178_shared.schemas.fields.catalogue import FIELDS, RECORD_NAMES, described_at
from field178_shared.schemas.fields.spec import FieldKind, FieldSpec

SPEECH = Localizer("vi")
DATA = {
    "inspection": builders.inspection,
    "outreach_session": builders.outreach_session,
    "establishment": builders.establishment,
}
TEXTS = {
    FieldKind.DATE: "2026-11-20",
    FieldKind.INSTANT: "2026-11-20T02:00:00Z",
    FieldKind.TIME_OF_DAY: "14:00",
}


def some_value(record_type: str, path: str) -> object:
    """Return some value that the schema takes at a path."""
    described = described_at(record_type, path)
    assert described is not None
    return value_of(described, FIELDS[record_type].get(path))


def value_of(described: Mapping[str, object], spec: FieldSpec | None = None) -> object:
    if "enum" in described:
        return described["enum"][0]  # type: ignore[index]
    if described.get("type") == "array":
        return [value_of(described["items"])]  # type: ignore[arg-type]
    if described.get("type") in ("integer", "boolean"):
        return described.get("minimum", True)
    if described.get("type") == "object":
        properties = described.get("properties")
        return {name: value_of(each) for name, each in dict(properties or {}).items()}
    return TEXTS.get(spec.kind, "chữ") if spec else "chữ"


def full(record_type: str) -> dict[str, object]:
    """Return a record that holds every field of its type."""
    data = DATA[record_type]()
    for path in FIELDS[record_type]:
        if "." not in path and path not in data and path != "_deleted":
            value = some_value(record_type, path)
            data[path] = (
                {"k": value_of(described_at(record_type, f"{path}.k") or {})} if value == {} else value
            )
    return data


def page_of(record_type: str, data: dict[str, object]) -> RecordPage:
    record = StoredRecord(
        record_id="r", type=record_type, scope="unit:u", rev=1, h="h", deleted=False, data=data
    )
    return RecordPage(
        record=record,
        history=RecordHistory((), is_complete=True),
        review=None,
        changed=(),
        establishment=None,
        previous=None,
        open_conflicts=0,
        open_quarantine=0,
        names=Names(),
    )


@pytest.mark.parametrize("record_type", sorted(DATA))
def test_page_shows_every_field_in_the_order_of_its_declaration(record_type: str) -> None:
    sections = sections_of(RowMaker(page_of(record_type, full(record_type)), SPEECH))
    shown = {row.path.partition(".")[0] for section in sections for row in section.rows}
    expected = {
        path
        for path, spec in FIELDS[record_type].items()
        if "." not in path and not spec.off_console and path != "_deleted"
    }
    # A violation is shown below its question.
    assert expected - shown - {"findings"} == set()
    order = list(FIELDS[record_type])
    for section in sections:
        places = [order.index(row.path.partition(".")[0]) for row in section.rows]
        assert places == sorted(places)


@pytest.mark.parametrize("record_type", sorted(RECORD_NAMES))
def test_members_of_an_entry_are_named_where_it_is_read(record_type: str) -> None:
    for path, spec in FIELDS[record_type].items():
        below = [each for each in FIELDS[record_type].values() if each.path.startswith(f"{path}.")]
        if path.count(".") != 1 or not below or path.startswith(("members", "answers", "findings")):
            continue
        entry = {each.path.rpartition(".")[2]: some_value(record_type, each.path) for each in below}
        text = value_text(record_type, path.replace("*", "k"), entry, SPEECH)
        for each in below:
            if each.path not in ("follow_ups.*.text",):
                label = label_at(FieldContext(record_type, each.path.replace("*", "k"), {}), SPEECH)
                assert label.partition(" · ")[0] in text, spec


def test_number_is_followed_by_its_unit() -> None:
    assert value_text("outreach_session", "duration_minutes", 90, SPEECH) == "90 phút"
    assert value_text("outreach_session", "audiences.k.attendance_count", 1200, SPEECH) == "1.200 người"


def test_several_choices_are_read_with_their_labels() -> None:
    topics = load().topics
    ids = list(topics)[:2]
    expected = "; ".join(topics[each].vi for each in ids)
    assert value_text("outreach_session", "topic_ids", ids, SPEECH) == expected
