"""The steps of "Add an indicator source" (CONTRIBUTING.md), performed in a copy of the product."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.architecture.product_copy import (
    changed_files,
    copy_product,
    insert,
    run,
    run_tests,
    steps_of,
    translate,
)

FORMULAS = Path("shared/field178_shared/formulas/sources.py")
EVENTS = Path("shared/field178_shared/indicators/events.py")
DATA = Path("shared/field178_shared/codelists/data")
WORDS = Path("server/field178_server/console/text/formula_words.py")
CATALOG = Path("server/field178_server/translations/vi/LC_MESSAGES/console.po")
BY_HAND = {FORMULAS, EVENTS, DATA / "privacy_rules.yaml", WORDS, CATALOG}
BY_SCRIPT = {DATA / "codelists.json", CATALOG.with_suffix(".mo")}
MOST_FILES = 5
# The answers of a visit to the corrections that earlier visits requested.
SOURCE = """            Source(
                "follow_up_answer",
                (RecordType.INSPECTION,),
                {"correction_status": _ids("choice:followup_status")},
                has_day_of_record=True,
            ),
"""
READER = """    for answer in entries_of(data, "follow_up_answers").values():
        yield "follow_up_answer", day, {"correction_status": text_of(answer, "status")}
"""
PRIVACY = (
    "  - {kind: follow_up_answer, rows: establishment, numbers: establishment,"
    ' src: nd_356_2025, reason: "A correction is due from one place."}\n'
)
CHECK = "tests/server/console/text/check_added_source.py"
# Tests that hold for every source.
KEPT = (
    "tests/shared/indicators/test_suppression.py::test_each_kind_has_its_meaning_reason_and_source",
    "tests/shared/codelists/test_formulas.py::test_no_formula_can_read_a_free_text_or_a_person",
    "tests/server/console/text/test_formula_words.py::test_every_countable_type_has_a_noun",
)

pytestmark = pytest.mark.timeout(900)


def perform(copy: Path) -> None:
    """Write the lines of a source, in the order of the steps."""
    insert(copy / FORMULAS, SOURCE, before='            Source(\n                "finding",\n')
    insert(copy / EVENTS, READER, before='    for key, follow_up in entries_of(data, "follow_ups")')
    insert(copy / DATA / "privacy_rules.yaml", PRIVACY, before="  - {kind: plan_item,")
    run(copy, "scripts/codelists.py", "build")
    insert(
        copy / WORDS, '    "follow_up_answer": N_("corrections looked at"),\n', before='    "worker_count":'
    )
    insert(copy / WORDS, '    "correction_status": N_("state of it"),\n', before='    "workers_total":')
    translate(
        copy,
        CATALOG,
        {"corrections looked at": "lượt xem lại tồn tại", "state of it": "tình trạng khắc phục"},
    )


def test_five_files_make_a_source_that_an_indicator_counts(tmp_path: Path) -> None:
    copy = copy_product(tmp_path)
    perform(copy)
    assert changed_files(copy) == BY_HAND | BY_SCRIPT
    assert len(BY_HAND) == MOST_FILES
    run_tests(copy, CHECK, *KEPT)


def test_steps_name_the_files() -> None:
    steps = steps_of("Add an indicator source")
    named = {Path(name) for step in steps for name in re.findall(r"`((?:shared|server)/[^`]+)`", step)}
    assert named == BY_HAND
    assert len(steps) == MOST_FILES
