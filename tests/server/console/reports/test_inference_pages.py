"""What the upper level can infer of a report: shown to those who write and sign it, to nobody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from tests.server.console.conftest import Browser, FieldWork
from tests.server.console.reports.test_pages import report, reviewer, shown
from tests.server.office_scene import Office

from field178_server.console.reports import inference_pages
from field178_server.console.shell.policy import may
from field178_server.office.reports.inference import AnnexInference, InferredCell
from field178_server.office.reports.queries import WithheldNumber
from field178_shared.codelists import load
from field178_shared.errors import AppError, ErrorCode
from field178_shared.indicators.differences import Published
from field178_shared.indicators.periods import Period

__all__ = ["report", "reviewer"]


@pytest.mark.parametrize("role", sorted(load().roles))
def test_only_those_who_write_or_sign_a_report_see_it(role: str) -> None:
    is_allowed = role in ("reviewer", "leader_viewer")
    assert may(role, "console.reports.inference", load()) is is_allowed


def test_report_links_the_page_and_reader_of_aggregates_gets_none(
    office: Office,
    in_the_field: FieldWork,
    reviewer: Browser,
    report: str,
    signed_in: Callable[[str], Browser],
) -> None:
    assert "Họ suy ra được gì?" in shown(reviewer, report)
    page = shown(reviewer, f"{report}/inference")
    assert "Số nào là một đến bốn người thì không ai suy ra được sát hơn" in page
    assert signed_in("city_viewer").get(f"{report}/inference").status_code in (403, 404)


def test_narrow_cell_and_withheld_number_are_explained(
    reviewer: Browser, report: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cells = (
        InferredCell("Xã An Lão", "Người lao động", "không nêu", 2, 2, True, "Xã An Hưng"),
        InferredCell("Xã An Quang", "Người lao động", "không nêu", 0, 12, False),
    )
    monkeypatch.setattr(inference_pages, "inferences", lambda *_: [AnnexInference("Phụ lục I", cells)])
    days = Period(date(2025, 12, 15), date(2026, 1, 1))
    number = WithheldNumber(
        "sessions_total", Period(date(2025, 12, 15), date(2026, 12, 15)), Published(days, 2, 2)
    )
    monkeypatch.setattr(inference_pages, "withheld_numbers", lambda *_: [number])
    page = shown(reviewer, f"{report}/inference")
    assert "Đừng gửi báo cáo khi còn như vậy" in page
    assert "đúng 2 Quá sát: ẩn thêm Xã An Hưng" in page
    assert "0 đến 12 Đã che" in page
    assert "Nếu nêu thì họ biết kỳ 15/12/2025 – 31/12/2025: đúng 2" in page


def test_page_that_is_being_counted_does_not_say_that_nothing_is_left_out(
    reviewer: Browser, report: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def counting(*_: object) -> None:
        raise AppError(ErrorCode.BEING_COUNTED)

    assert "Số không nêu vì hiệu giữa các kỳ" in shown(reviewer, f"{report}/inference")
    monkeypatch.setattr(inference_pages, "live_content", counting)
    page = shown(reviewer, f"{report}/inference")
    assert "Đang đếm số liệu" in page
    assert "Số không nêu vì hiệu giữa các kỳ" not in page
    assert "Không có:" not in page
