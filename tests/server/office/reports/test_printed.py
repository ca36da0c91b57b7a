"""Differences between two printed reports."""

from __future__ import annotations

from dataclasses import astuple, replace

from field178_server.office.reports.printed import PrintedAnnex, PrintedReport, printed_changes
from field178_server.office.reports.sample import sample_report
from field178_shared.codelists import load

TITLE = "Phụ lục I. Cơ sở và người lao động"


def report(counted: str, workers: str) -> PrintedReport:
    head = ("Đơn vị", "Cơ sở", f"Người lao động{counted}")
    annex = PrintedAnnex("i", TITLE, "Phụ lục I", "CƠ SỞ", "", head, (("Xã An Lão", "7", workers),), False)
    return replace(sample_report(load()), sections=(), annexes=(annex,))


def test_column_of_which_more_is_counted_is_the_same_column() -> None:
    before, after = report(" (đếm 90 trên 94 cơ sở)", "152"), report(" (đếm 92 trên 94 cơ sở)", "159")
    assert [astuple(change) for change in printed_changes(before, after)] == [
        (TITLE, "Người lao động", "đếm 90 trên 94 cơ sở", "đếm 92 trên 94 cơ sở"),
        (TITLE, "Xã An Lão: Người lao động", "152", "159"),
    ]


def test_column_that_is_wholly_counted_now_loses_its_remark_alone() -> None:
    before, after = report(" (đếm 90 trên 94 cơ sở)", "152"), report("", "152")
    assert [astuple(change) for change in printed_changes(before, after)] == [
        (TITLE, "Người lao động", "đếm 90 trên 94 cơ sở", "—")
    ]
