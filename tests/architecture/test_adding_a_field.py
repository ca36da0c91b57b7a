"""The steps of "Add a field" (CONTRIBUTING.md), performed in a copy of the product."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.architecture.product_copy import (
    changed_files,
    copy_product,
    run,
    run_tests,
    steps_of,
    translate,
)

SCHEMAS = Path("shared/field178_shared/schemas")
CATALOG = Path("shared/field178_shared/translations/vi/LC_MESSAGES/shared.po")
BY_SCRIPT = {CATALOG.with_suffix(".mo")}
# A field costs its schema, its place in the catalogue of fields, and its name in Vietnamese.
MOST_FILES = 3


@dataclass(frozen=True)
class AddedField:
    """A field that the test adds: its lines in the three files, and the tests that look at it.

    `like`: the field whose value it takes over; `after`: the field that it stands behind in the schema.
    """

    family: str
    name: str
    like: str
    after: str
    declaration: str
    before: str
    msgid: str
    msgstr: str
    checks: tuple[str, ...]

    @property
    def by_hand(self) -> set[Path]:
        """The files that a person changes."""
        return {SCHEMAS / f"{self.family}.py", SCHEMAS / "fields" / f"{self.family}.py", CATALOG}


FREE_TEXT = AddedField(
    family="outreach",
    name="banner_text",
    like="summary",
    after="summary",
    declaration='FieldSpec("banner_text", N_("Text of the banner"), is_free_text=True, section="session")',
    before="    TEAM.within(",
    msgid="Text of the banner",
    msgstr="Nội dung băng rôn",
    checks=("tests/server/console/check_added_field.py", "tests/mobile/screens/check_added_field.py"),
)
COUNT = AddedField(
    family="inspection",
    name="rooms_seen",
    like="quantity",
    after="paper_signed",
    declaration='FieldSpec("rooms_seen", N_("Rooms looked at"), FieldKind.NUMBER, section="result")',
    before="    *ATTACHMENTS,\n",
    msgid="Rooms looked at",
    msgstr="Số phòng đã xem",
    checks=(
        "tests/server/console/exports/check_added_field.py",
        "tests/shared/documents/check_added_field.py",
        "tests/mobile/screens/check_added_count.py",
    ),
)
FIELDS = (FREE_TEXT, COUNT)
# Tests that hold for every field, the added one included.
KEPT = (
    "tests/shared/schemas/fields/test_catalogue.py",
    "tests/mobile/components/forms/test_simple_fields.py",
)

pytestmark = pytest.mark.timeout(900)


def declare(schema: Path, field: AddedField) -> None:
    """Step 1: declare a field in the schema, with the declaration of another one."""
    text = schema.read_text("utf-8")
    like, after = (_assigned(text, name) for name in (field.like, field.after))
    value = ast.get_source_segment(text, like.value)
    lines = text.splitlines(keepends=True)
    lines.insert(after.end_lineno or 0, f"    {field.name} = {value}\n")
    schema.write_text("".join(lines), "utf-8")


def _assigned(text: str, name: str) -> ast.Assign:
    (assignment,) = (
        node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name
    )
    return assignment


def name_it(fields: Path, field: AddedField) -> None:
    """Step 2: say what the field is called and where it stands."""
    text = fields.read_text("utf-8")
    place = text.index(field.before)
    fields.write_text(f"{text[:place]}    {field.declaration},\n{text[place:]}", "utf-8")


def test_three_files_make_a_field_of_wire_tablet_console_paper_file_and_feed(tmp_path: Path) -> None:
    copy = copy_product(tmp_path)
    for field in FIELDS:
        declare(copy / SCHEMAS / f"{field.family}.py", field)
        name_it(copy / SCHEMAS / "fields" / f"{field.family}.py", field)
        assert len(field.by_hand) == MOST_FILES
    translate(copy, CATALOG, {field.msgid: field.msgstr for field in FIELDS})
    assert changed_files(copy) == {path for field in FIELDS for path in field.by_hand} | BY_SCRIPT
    assert run(copy, "scripts/catalogs.py", "check").strip() == "nothing to do"
    run_tests(copy, *(check for field in FIELDS for check in field.checks), *KEPT)


def test_the_steps_are_those_of_the_page() -> None:
    steps = steps_of("Add a field")
    named = {
        Path(name.replace("<family>", "outreach"))
        for step in steps
        for name in re.findall(r"`(shared/[^`]+)`", step)
    }
    assert named == FREE_TEXT.by_hand
    assert len(steps) == MOST_FILES
