"""A made-up report that fills every part, for the check and the preview of a template."""

from __future__ import annotations

from field178_server.office.reports.content import annex_head
from field178_server.office.reports.heading import default_heading
from field178_server.office.reports.printed import PrintedReport, printed
from field178_shared.codelists import CodeLists, Indicator
from field178_shared.codelists.reports import AnnexTable

_KIND, _YEAR = "annual", 2026
_PERIOD = (f"{_YEAR - 1}-12-15", f"{_YEAR}-12-14")
_TEXT = "Nội dung của mục này do cơ quan báo cáo viết.\nĐoạn thứ hai của mục."
_SHARE = "%"
_SENT = {"sent": None, "is_sent": True, "is_hidden": False}
_NOW = {"num": 770, "den": 1270, "value": 606, **_SENT}, {"num": 1270, "den": None, "value": 1270, **_SENT}
_BEFORE = {"num": 660, "den": 1150, "value": 574, **_SENT}, {"num": 1150, "den": None, "value": 1150, **_SENT}


def sample_report(lists: CodeLists) -> PrintedReport:
    """Return the sample: the sections, figures and annexes of the lists, with made-up numbers."""
    area_id = next(iter(lists.unit_groups))
    names = [lists.units[unit_id].vi for unit_id in lists.unit_groups[area_id].members]
    sections = [
        {
            "id": section.id,
            "order": section.order,
            "title": section.vi,
            "text": _TEXT,
            "figures": [
                _figure(lists.indicators[key]) for key in section.indicators if key in lists.indicators
            ],
        }
        for section in lists.report_sections.values()
    ]
    content = {
        "kind": _KIND,
        "year": _YEAR,
        "period": _PERIOD,
        "rule": "nd_09_2019",
        "heading": default_heading(lists, _KIND, _YEAR, area_id),
        "sections": sections,
        "annexes": [_annex(annex, lists, names) for annex in lists.annex_tables.values()],
    }
    return printed(content)


def _figure(indicator: Indicator) -> dict[str, object]:
    kind = 0 if indicator.unit == _SHARE else 1
    words = {"id": indicator.id, "label": indicator.vi, "unit": indicator.unit}
    return {**words, "now": _NOW[kind], "before": _BEFORE[kind]}


def _annex(annex: AnnexTable, lists: CodeLists, names: list[str]) -> dict[str, object]:
    head = annex_head(annex, lists)
    rows = [[name, *range(10, 10 + len(head))] for name in names]
    total = ["Cộng", *(sum(range(10, 10 + len(names))) for _ in head)]
    return {
        "id": annex.id,
        "of": annex.rows,
        "title": annex.vi,
        "head": head,
        "people": [False for _ in head],
        "rows": rows,
        "total": total,
    }
