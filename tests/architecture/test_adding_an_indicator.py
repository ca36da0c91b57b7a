"""The step of "Add an indicator" (CONTRIBUTING.md), performed in a copy of the product."""

from __future__ import annotations

from pathlib import Path

from tests.architecture.product_copy import changed_files, copy_product, run, steps_of

DATA = Path("shared/field178_shared/codelists/data")
BY_HAND = {DATA / "indicators.yaml"}
BY_SCRIPT = {DATA / "codelists.json"}
ROW = """items:
- {id: karaoke_visits, official_code: null, origin: product, group: inspection,
   vi: "Số lượt kiểm tra có vi phạm", en: "Visits with a violation", unit: "lượt",
   num: "count(inspection, where=overall_result == 'violation_recorded')", den: null,
   target_key: null, period: [year], reporter: dist_labour_office}
"""
READ = """
from field178_shared.codelists import load
indicator = load().indicators["karaoke_visits"]
print(indicator.label("vi"))
"""


def test_one_file_makes_an_indicator(tmp_path: Path) -> None:
    copy = copy_product(tmp_path)
    rows = copy / DATA / "indicators.yaml"
    rows.write_text(rows.read_text("utf-8").replace("items:\n", ROW, 1), "utf-8")
    run(copy, "scripts/codelists.py", "build")
    assert changed_files(copy) == BY_HAND | BY_SCRIPT
    # Loading the lists parses each formula and checks its sources, fields and ids.
    assert run(copy, "-c", READ).strip() == "Số lượt kiểm tra có vi phạm"


def test_the_step_names_the_file() -> None:
    (step,) = steps_of("Add an indicator")
    assert all(f"`{path}`" in step for path in BY_HAND)
