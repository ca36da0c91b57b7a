"""A made-up report with something in each of its parts, for the check of a template and to look at one."""

from __future__ import annotations

from field178_server.office.reports.content import annex_head
from field178_server.office.reports.heading import default_heading
from field178_server.office.reports.printed import PrintedReport, printed
from field178_shared.codelists import CodeLists
from field178_shared.codelists.reports import AnnexTable

_KIND, _YEAR = "annual", 2026
_PERIOD = (f"{_YEAR - 1}-12-15", f"{_YEAR}-12-14")
_TEXT = "Nội dung của mục này do cơ quan báo cáo viết.\nĐoạn thứ hai của mục."
_VALUE = {"num": 6050, "den": 10000, "value": 605, "sent": None, "is_sent": True, "is_hidden": False}


def sample_report(lists: CodeLists) -> PrintedReport:
    """Return the sample: the sections, figures and annexes of the lists, with made-up numbers."""
    area_id = next(iter(lists.unit_groups))
    names = [lists.units[one].vi for one in lists.unit_groups[area_id].members]
    sections = [
        {
            "id": one.id,
            "order": one.order,
            "title": one.vi,
            "text": _TEXT,
            "figures": [
                {"id": key, "label": lists.indicators[key].vi, "unit": "%", "now": _VALUE, "before": _VALUE}
                for key in one.indicators
                if key in lists.indicators
            ],
        }
        for one in lists.report_sections.values()
    ]
    content = {
        "kind": _KIND,
        "year": _YEAR,
        "period": _PERIOD,
        "rule": "nd_09_2019",
        "heading": default_heading(lists, _KIND, _YEAR, area_id),
        "sections": sections,
        "annexes": [_annex(one, lists, names) for one in lists.annex_tables.values()],
    }
    return printed(content)


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
