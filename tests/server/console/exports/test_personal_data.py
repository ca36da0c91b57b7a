"""No export holds what tells of a person: looked for in every kind and format, of a store full of it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from tests.server.console.conftest import Browser
from tests.server.console.exports.test_pages import Exports
from tests.server.office_scene import Office
from tests.shared import builders

from field178_server.database.models import FiledRecord, FollowUpProjection, Officer, Record
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.exports.kinds import EXPORT_KINDS, RECORD_KINDS
from field178_shared.merge import Data
from field178_shared.schemas.fields.catalogue import FIELDS, pattern_of
from field178_shared.schemas.fields.spec import FieldKind
from field178_shared.text.privacy import lint, matches_forbidden

REVIEWER, LEADER, CITY = "gl07", "gl08", "gl13"
NAME, IDENTITY, PHONE = "Trần Thị Bích Ngọc", "031199004567", "0912 345 678"
PLANTED = f"{NAME}, CCCD {IDENTITY}, điện thoại {PHONE}"
TOLD = (NAME, "Bích Ngọc", IDENTITY, PHONE)
# No column may contain a number or plate; a sign or an address may read like a name.
NUMBERS = frozenset({"id_number", "passport", "phone", "plate", "birth_year", "bank_account", "email"})
TYPED = frozenset({FieldKind.TEXT, FieldKind.LONG_TEXT})


def planted(record_type: str, data: Mapping[str, Any], path: str = "") -> dict[str, Any]:
    """Return a record with the planted text wherever somebody may write, and in the numbers of papers."""
    typed: dict[str, Any] = {}
    for key, value in data.items():
        spec = FIELDS[record_type].get(pattern_of(f"{path}{key}"))
        if isinstance(value, dict):
            typed[key] = planted(record_type, value, f"{path}{key}.")
        elif spec is not None and spec.kind in TYPED:
            typed[key] = PLANTED
        else:
            typed[key] = value
    if not path:
        typed |= {
            spec.path: PLANTED
            for spec in FIELDS[record_type].values()
            if spec.kind in TYPED and spec.is_free_text and "." not in spec.path
        }
    return typed


@pytest.fixture(scope="module")
def full_of_persons(district: Office) -> Office:
    """The district with planted texts, and with a record of each type that the office enters."""

    def work(session: Session) -> None:
        some = session.scalars(select(Record).limit(1)).one()
        for number, record_type in enumerate(sorted(RECORD_KINDS)):
            data: Data = planted(record_type, getattr(builders, record_type)())
            session.add(
                Record(
                    tenant_id="main",
                    record_id=builders.record_id(f"planted-{record_type}"),
                    type=record_type,
                    scope=some.scope,
                    rev=1,
                    seq=10_000 + number,
                    deleted=False,
                    h="0" * 32,
                    body=json.dumps(data, ensure_ascii=False),
                    subject_id=None,
                )
            )
        session.execute(update(FiledRecord).values(title=PLANTED))
        session.execute(update(FollowUpProjection).values(title=PLANTED))
        texts = ("inspection", "outreach_session")
        for record in session.scalars(select(Record).where(Record.type.in_(texts))):
            body = planted(record.type, json.loads(record.body))
            record.body = json.dumps(body, ensure_ascii=False)

    run_write(district.engine, work)
    return district


def cells_of(form: str, data: bytes) -> Iterator[tuple[str, str]]:
    """Yield the cells of a file as texts, each with its column."""
    if form == "geojson":
        for feature in json.loads(data)["features"]:
            yield from ((name, str(value)) for name, value in feature["properties"].items())
        return
    if form == "csv":
        rows: list[list[str]] = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    else:
        sheet = load_workbook(io.BytesIO(data), read_only=True).active
        assert sheet is not None
        rows = [
            ["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)
        ]
    for row in rows[1:]:
        yield from zip(rows[0], row, strict=True)


@pytest.mark.parametrize(
    ("login", "what", "form"),
    [
        *((REVIEWER, kind.key, form) for kind in EXPORT_KINDS.values() for form in kind.formats),
        *((login, "figures", "csv") for login in (LEADER, CITY)),
    ],
)
def test_no_export_contains_personal_data(
    full_of_persons: Office, reads_as: Callable[[str], Browser], login: str, what: str, form: str
) -> None:
    data = Exports(reads_as(login), full_of_persons).file(what, form)
    cells = list(cells_of(form, data))
    assert cells or what in ("follow_ups",), "an empty file holds nothing to look at"
    text = "\n".join(value for _, value in cells)
    assert [phrase for phrase in TOLD if phrase in text] == []
    with snapshot(full_of_persons.engine) as session:
        officers = session.scalars(select(Officer.name)).all()
    assert [name for name in officers if name in text] == []
    assert [column for column in {name for name, _ in cells} if matches_forbidden(column)] == []
    marks = {(name, mark.kind, value) for name, value in set(cells) for mark in lint(value)}
    assert [mark for mark in marks if mark[1] in NUMBERS] == []


@pytest.mark.parametrize("path", ["/visits.csv", "/sessions.csv", "/establishments.csv", "/audit.csv"])
def test_no_file_of_a_list_contains_personal_data(
    full_of_persons: Office, reads_as: Callable[[str], Browser], path: str
) -> None:
    login = "gl15" if path == "/audit.csv" else REVIEWER
    browser = reads_as(login)
    browser.confirms()
    with browser.get(path) as answer:
        assert answer.status_code == 200
        cells = list(cells_of("csv", bytes(answer.data)))
    assert cells
    text = "\n".join(value for _, value in cells)
    assert [phrase for phrase in TOLD if phrase in text] == []


def test_planted_texts_are_in_the_records(full_of_persons: Office) -> None:
    """The records contain the planted texts, and the linter marks them."""
    assert {"id_number", "phone", "person_name"} <= {mark.kind for mark in lint(PLANTED)}
    with snapshot(full_of_persons.engine) as session:
        types = {record.type for record in session.scalars(select(Record)) if IDENTITY in record.body}
    assert types >= {*RECORD_KINDS, "inspection", "outreach_session"} - _WITHOUT_TEXTS


_WITHOUT_TEXTS = {
    record_type
    for record_type in RECORD_KINDS
    if not any(spec.kind in TYPED for spec in FIELDS[record_type].values())
}
