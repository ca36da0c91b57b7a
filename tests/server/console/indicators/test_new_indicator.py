"""An indicator that an office adds by rows of its lists: its figure, its card, its line in a report."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from sqlalchemy.orm import Session
from tests.server.console.conftest import Browser
from tests.server.console.indicators.test_pages import YEAR, links, shown
from tests.server.office_scene import Office

from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import Actor
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.reports import operations
from field178_server.office.reports.printed import printed
from field178_server.office.reports.queries import find_report, live_content
from field178_server.records.batch import Batch
from field178_server.records.lists_in_force import ListsInForce
from field178_shared.codelists import demo, load
from field178_shared.codelists.loading import released_files
from field178_shared.time.clock import local_date

LABEL, PLAN = "Số lượt cơ sở không chấp hành kiểm tra", "an_lao_2024"
ROW: dict[str, Any] = {
    "id": "refused_visits",
    "official_code": "7.3",
    "origin": "product",
    "group": "inspection",
    "vi": LABEL,
    "en": "Visits that were refused",
    "unit": "lượt",
    "num": "count(inspection, where=access_result == 'refused')",
    "den": None,
    "target_key": "refused_visits",
    "period": ["year"],
    "reporter": "dist_labour_office",
}
# The newest of them waits for review.
REFUSED = sum(attempt["result"] == "refused" for attempt in demo()["attempts"]) - 1


@pytest.fixture(scope="module")
def lists_changed(district: Office) -> Office:
    """Publish the indicator, and a target for it in the plan of the district: rows, and nothing else."""
    plans: Any = released_files()["targets"]["profiles"]
    plan = next(plan for plan in plans if plan["id"] == PLAN)
    condition = {"indicator": ROW["id"], "op": ">=", "value": REFUSED}
    targets = {PLAN: plan | {"targets": [*plan["targets"], condition]}}
    district.publish_lists({"indicators.items": {ROW["id"]: ROW}, "targets.profiles": targets})
    return district


def test_new_indicator_has_a_card_a_page_and_its_records(
    lists_changed: Office, reads_as: Callable[[str], Browser]
) -> None:
    reader = reads_as("gl07")
    page = shown(reader, YEAR)
    card = page[page.index(LABEL) :][:300]
    assert f" {REFUSED} lượt" in card
    assert f"≥ {REFUSED} Kế hoạch huyện An Lão 2024 Đạt mục tiêu" in card
    assert "+1 nếu duyệt hết phiếu chờ" in card
    own = next(path for path in links(reader, YEAR) if f"/{ROW['id']}" in path)
    assert "access_result == 'refused'" in unescape(reader.text(own))
    own = next(path for path in links(reader, own) if f"{ROW['id']}/records" in path)
    assert f"{REFUSED} lượt" in shown(reader, own)
    assert len({path for path in links(reader, own) if path.startswith("/reviews/")}) == REFUSED


def test_new_indicator_stands_in_the_annex_of_targets_of_a_report(lists_changed: Office) -> None:
    office = lists_changed
    ListsInForce(office.engine, office.settings.tenant).follow()
    reviewer = Actor("officer", office.officer_id("gl07"))
    at = OperationContext(office.settings.tenant, office.clock, office.runtime.ids, load(), reviewer)
    draft = {
        "kind": "calendar_year",
        "year": 2024,
        "period_from": "2024-01-01",
        "period_to": "2024-12-31",
        "area_id": "an_lao_area_2024",
        "profile_ids": [PLAN],
    }

    def open_report(session: Session) -> str:
        batch = Batch(session, at.tenant_id, at.clock, at.ids)
        record_id = operations.open_report(batch, at, draft)
        batch.flush()
        return record_id

    record_id = run_write(office.engine, open_report)
    with snapshot(office.engine) as session:
        stored = find_report(session, at.tenant_id, record_id)
        assert stored is not None
        content = live_content(session, at.tenant_id, load(), stored.report, local_date(at.now()))
    (annex,) = [annex for annex in content["annexes"] if annex["id"] == "annex_4"]
    (row,) = [row for row in annex["rows"] if row[0] == LABEL]
    assert row[1] == f"≥ {REFUSED}"
    # A report shows small numbers of establishments and hides those of people (decision 0110).
    assert (row[2], row[5]) == (str(REFUSED), "Đạt")
    assert LABEL in str(printed(content))
