"""The steps of "Add a record type" (CONTRIBUTING.md), performed in a copy of the product."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.architecture.product_copy import (
    append,
    changed_files,
    copy_product,
    insert,
    run_tests,
    steps_of,
    translate,
)

SHARED = Path("shared/field178_shared")
SCHEMAS = SHARED / "schemas"
CATALOG = SHARED / "translations/vi/LC_MESSAGES/shared.po"
BUILDERS, RECORD_TYPES = Path("tests/shared/builders.py"), Path("docs/record-types.md")
WRITERS = Path("tests/shared/schemas/test_validate.py")
BY_HAND = {
    SHARED / "record_type.py",
    SCHEMAS / "outreach.py",
    SCHEMAS / "types.py",
    SCHEMAS / "catalogue.py",
    SCHEMAS / "fields/outreach.py",
    SCHEMAS / "fields/catalogue.py",
    CATALOG,
    BUILDERS,
    WRITERS,
    RECORD_TYPES,
}
BY_SCRIPT = {CATALOG.with_suffix(".mo")}
SCHEMA = '''

class PosterSiteSchema(RecordSchema):
    """Place of the commune where panels hang."""

    unit_id = fields.String(required=True, validate=listed("units"))
    put_up_on = LocalDate(required=True)
    panel_count = Count(required=True)
'''
FIELDS = """

POSTER_SITE = commune_fields(
    UNIT,
    FieldSpec("put_up_on", N_("Put up on"), FieldKind.DATE),
    FieldSpec("panel_count", N_("Panels"), FieldKind.NUMBER),
)
"""
BUILDER = '''

def poster_site(**over: object) -> Data:
    """Return a valid poster site of the commune."""
    return _with({"unit_id": UNIT, "put_up_on": "2026-11-20", "panel_count": 4}, over)
'''
WORDS = {"Poster site": "Điểm treo pa-nô", "Put up on": "Ngày treo", "Panels": "Số pa-nô"}
CHECK = "tests/server/api/check_added_type.py"
# Tests that hold for every type.
KEPT = (
    "tests/server/api/test_record_schemas.py::test_page_of_types_has_every_type_under_its_scope",
    "tests/server/records/test_typed_value.py::test_a_usual_record_is_accepted[poster_site]",
    f"{WRITERS}::test_tablets_may_not_write_record_types_of_office_and_server",
    "tests/shared/schemas/test_declared.py::test_every_record_type_has_rules_and_a_schema",
    *(
        f"tests/shared/schemas/fields/test_catalogue.py::{name}[poster_site]"
        for name in (
            "test_catalogue_holds_exactly_the_paths_of_the_schema",
            "test_every_free_text_is_looked_through_for_personal_data",
        )
    ),
    "tests/mobile/components/forms/test_simple_fields.py"
    "::test_types_without_a_form_keep_all_fields_off_the_tablet",
)

pytestmark = pytest.mark.timeout(900)


def perform(copy: Path) -> None:
    """Write the lines of a record type, in the order of the steps."""
    insert(copy / SHARED / "record_type.py", '    POSTER_SITE = "poster_site"\n', before="    TEAM = ")
    append(copy / SCHEMAS / "outreach.py", SCHEMA)
    row = '            RecordTypeRules(RecordType.POSTER_SITE, "unit"),\n'
    insert(copy / SCHEMAS / "types.py", row, before="            RecordTypeRules(RecordType.TEAM,")
    schemas = copy / SCHEMAS / "catalogue.py"
    insert(schemas, "    PosterSiteSchema,\n", before="    RiskGroupCountSchema,")
    insert(
        schemas, "        RecordType.POSTER_SITE: PosterSiteSchema(),\n", before="        RecordType.TEAM:"
    )
    append(copy / SCHEMAS / "fields/outreach.py", FIELDS)
    fields = copy / SCHEMAS / "fields/catalogue.py"
    insert(
        fields,
        '        RecordType.POSTER_SITE: N_("Poster site"),\n',
        before="        RecordType.REPORT: N_(",
    )
    row = "            (RecordType.POSTER_SITE, outreach.POSTER_SITE),\n"
    insert(fields, row, before="            (RecordType.AGENCY_RETURN,")
    translate(copy, CATALOG, WORDS)
    append(copy / BUILDERS, BUILDER)
    insert(copy / WRITERS, '        "poster_site",\n', before='        "media_post",\n    }')
    insert(copy / RECORD_TYPES, ", poster_site", before=" |\n| team | inspection,")


def test_ten_files_make_a_type_that_tablets_exchange(tmp_path: Path) -> None:
    copy = copy_product(tmp_path)
    perform(copy)
    assert changed_files(copy) == BY_HAND | BY_SCRIPT
    run_tests(copy, CHECK, *KEPT)


def test_steps_name_the_files() -> None:
    steps = steps_of("Add a record type")
    named = {name for step in steps for name in re.findall(r"`((?:shared|tests|docs)/[^`]+)`", step)}
    assert {Path(name.replace("<family>", "outreach")) for name in named} == BY_HAND
    assert len(steps) == len(BY_HAND) == 10
