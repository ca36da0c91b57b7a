"""Content of a report: all that it prints, as plain values, so that what was frozen needs nothing else.

Labels stand in it as they read on that day: lists change, a report does not. Texts are Vietnamese, as the
report is.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from field178_server.office.indicators.report_facts import (
    ComparedFigure,
    ReportFacts,
    ReportFigures,
    ReportLeftOut,
)
from field178_server.office.reports.recipients import recipients_of
from field178_shared.codelists import CodeLists, Indicator, TargetProfile
from field178_shared.codelists.indicators import PERCENT, YES_NO, Target
from field178_shared.codelists.reports import AnnexTable
from field178_shared.indicators.coverage import Coverage
from field178_shared.indicators.figures import AreaTotals, FigureValue, coverage_of
from field178_shared.indicators.periods import Period
from field178_shared.indicators.reporting import same_period_before
from field178_shared.indicators.suppression import is_hidden_in_report, is_of_people
from field178_shared.indicators.verdicts import Verdict, reached
from field178_shared.records.reports import Report
from field178_shared.text.formats import NOTHING, date_text, number_text, percent_text
from field178_shared.wire.canonical import canonical

FORMAT = 1
BY_UNIT, BY_AGENCY, BY_INDICATOR = "admin_unit", "agency", "indicator"
# Columns of the annex of targets; they are no formulas.
_TARGET_HEADS = {
    "target": "Mục tiêu",
    "result": "Kết quả",
    "numerator": "Tử số",
    "denominator": "Mẫu số",
    "status": "Đánh giá",
    "note": "Ghi chú",
}
_COMMITTEE = re.compile(r"^(?:(?:ủy|uỷ) ban nhân dân|ubnd)\s+", re.IGNORECASE)
_OPERATORS = {"=": "", ">=": "≥ "}
_VERDICTS = {
    Verdict.MET: "Đạt",
    Verdict.NOT_MET: "Chưa đạt",
    Verdict.UNKNOWN: "Chưa đủ số liệu để kết luận",
    Verdict.NO_FIGURE: "Chưa có số liệu",
}
# What is counted or not; of other entities the number alone is told.
_PLACES = {"establishment": "cơ sở", "zone": "khu công nghiệp", "school": "trường"}

Plain = dict[str, object]


@dataclass(frozen=True, slots=True)
class CountedReport:
    """What a report is counted from: the figures, the lists and its period."""

    figures: ReportFigures
    lists: CodeLists
    period: Period


def content_of(report: Report, counted: CountedReport) -> Plain:
    """Return the content of a report."""
    lists, period = counted.lists, counted.period
    figures = counted.figures.figures()
    kind = lists.report_kinds[report.kind]
    before = same_period_before(period)
    return {
        "format": FORMAT,
        "kind": report.kind,
        "kind_name": kind.vi,
        "year": report.year,
        "period": _days(period),
        "before": _days(before),
        "rule": "nd_09_2019" if kind.source == "nd_09_2019" else "calendar",
        "area": _area_name(lists, report.area_id),
        "heading": _heading(report),
        "left_out": list(_left_out(lists, counted.figures.missing)),
        "sections": list(_sections(report, lists, figures)),
        "annexes": [_annex(report, one, counted, figures) for one in lists.annex_tables.values()],
        "lists": lists.version,
    }


def _left_out(lists: CodeLists, missing: ReportLeftOut) -> Iterator[str]:
    """Yield what a reader would take to be in the figures of the area, and is not."""
    now = missing.now
    units = ", ".join(lists.units[one].vi for one in now.unit_ids or missing.before.unit_ids)
    if now.is_unassigned:
        places = (now.establishments, "cơ sở"), (now.zones, "khu công nghiệp"), (now.schools, "trường")
        yield (
            f"Số liệu chưa gồm {_joined(*places)} thuộc các đơn vị đã chia ({units}), chưa gán cho đơn vị"
            " hành chính mới."
        )
    of_periods = [
        f"{_joined((one.visits, 'lượt kiểm tra'), (one.sessions, 'buổi tuyên truyền'))} {period}"
        for one, period in ((now, "trong kỳ báo cáo"), (missing.before, "trong số liệu cùng kỳ"))
        if one.are_events_left_out
    ]
    if of_periods:
        day = date_text(max(one for one in (now.events_until, missing.before.events_until) if one))
        yield (
            f"Trước ngày {day} tại {units} còn {'; '.join(of_periods)} không tính vào số liệu của địa bàn, vì"
            " không xác định được nơi thực hiện nay thuộc đơn vị hành chính nào."
        )


def _joined(*counts: tuple[int, str]) -> str:
    return ", ".join(f"{number_text(count)} {what}" for count, what in counts if count)


def _heading(report: Report) -> dict[str, str]:
    """Return the heading as it is printed: the committee stands above its unit once, also if typed twice."""
    heading = dict(report.heading)
    if _COMMITTEE.fullmatch(f"{heading['superior_body'].strip()} "):
        unit = _COMMITTEE.sub("", heading["issuing_body"].strip(), count=1)
        heading["issuing_body"] = unit.title() if unit.isupper() else unit[:1].upper() + unit[1:]
    heading["recipients"] = recipients_of(heading)
    return heading


def _area_name(lists: CodeLists, area_id: str) -> str:
    area = lists.area(area_id)
    return area.vi if area is not None else area_id


def annex_head(annex: AnnexTable, lists: CodeLists) -> list[str]:
    """Return what stands above the columns of an annex behind the first."""
    return [
        lists.annex_columns[one].vi if one in lists.annex_columns else _TARGET_HEADS.get(one, one)
        for one in annex.columns
    ]


def digest(content: Plain) -> str:
    """Return the SHA-256 of a content."""
    return hashlib.sha256(canonical(content)).hexdigest()


def indicator_ids(lists: CodeLists) -> tuple[str, ...]:
    """Return the indicators that a report shows, in its order, each once."""
    named = (one for section in lists.report_sections.values() for one in section.indicators)
    return tuple(dict.fromkeys(one for one in named if one in lists.indicators))


def trace(facts: ReportFacts, lists: CodeLists) -> Iterator[tuple[str, set[str]]]:
    """Yield the records behind each figure, and behind the annexes, by indicator and annex."""
    for one in indicator_ids(lists):
        yield one, facts.records_behind(lists.figures[one].formulas)
    for annex in lists.annex_tables.values():
        formulas = [lists.figures.columns[one] for one in annex.columns if one in lists.annex_columns]
        yield annex.id, facts.records_behind(formulas)


def _sections(report: Report, lists: CodeLists, figures: Mapping[str, ComparedFigure]) -> Iterator[Plain]:
    for section in lists.report_sections.values():
        named = [one for one in section.indicators if one in lists.indicators]
        yield {
            "id": section.id,
            "order": section.order,
            "title": section.vi,
            "text": report.sections.get(section.id, ""),
            "figures": [_figure(lists.indicators[one], figures[one], lists) for one in named],
        }


def _figure(indicator: Indicator, figure: ComparedFigure, lists: CodeLists) -> Plain:
    return {
        "id": indicator.id,
        "label": indicator.vi,
        "unit": indicator.unit,
        "now": _value(lists, indicator, figure.now),
        "before": _value(lists, indicator, figure.before),
        "covered": figure.covered.value,
    }


def _value(lists: CodeLists, indicator: Indicator, value: FigureValue) -> Plain:
    """Return a value in tenths: whole numbers alone are written."""
    return {
        "num": _tenths(value.num),
        "den": _tenths(value.den),
        "value": _tenths(value.value),
        "low": _tenths(value.low),
        "high": _tenths(value.high),
        "counted": counted_text(value),
        "sent": None if value.sent is None else [value.sent.months, value.sent.ended],
        "is_sent": value.is_sent,
        "is_counted": value.is_counted,
        "is_hidden": is_hidden_in_report(lists, indicator, value),
    }


def counted_text(value: FigureValue) -> str:
    """Return how much of a figure that is known in part was counted or sent, "" of any other one."""
    sent, coverage = value.sent, value.coverage
    if coverage is not None and value.is_uncounted:
        return _coverage_text(coverage)
    if value.is_open:
        return "đột xuất chỉ tính khi đã làm hoặc hết thời gian"
    return f"gửi {sent.months}/{sent.ended} tháng" if sent is not None and sent.lacks else ""


def _coverage_text(coverage: Coverage) -> str:
    text = f"đếm {number_text(coverage.counted)} trên {number_text(coverage.every)}"
    return f"{text} {_PLACES.get(coverage.of, '')}".rstrip()


def _tenths(value: float | None) -> int | None:
    return None if value is None else round(value * 10)


def _annex(
    report: Report, annex: AnnexTable, counted: CountedReport, figures: Mapping[str, ComparedFigure]
) -> Plain:
    lists = counted.lists
    rows: list[list[object]] = []
    total: list[object] | None = None
    head = annex_head(annex, lists)
    if annex.rows == BY_UNIT:
        rows, total = _by_unit(annex, counted)
        head = [
            " ".join((title, *_counted_part(lists, column, counted.figures.whole())))
            for title, column in zip(head, annex.columns, strict=True)
        ]
    elif annex.rows == BY_AGENCY:
        rows = _by_agency(annex, counted)
    elif annex.rows == BY_INDICATOR:
        rows = list(_by_target(counted, report.profile_ids, figures))
    return {
        "id": annex.id,
        "of": annex.rows,
        "title": annex.vi,
        "head": head,
        "people": [
            one in lists.annex_columns and is_of_people(lists, [lists.figures.columns[one]])
            for one in annex.columns
        ],
        "rows": rows,
        "total": total,
    }


def _coverage_of_column(lists: CodeLists, column: str, totals: AreaTotals) -> Coverage | None:
    """Return how much of a column was counted: an indicator adds up the same number."""
    formula = lists.figures.columns[column]
    same = (one for one in lists.figures.values() if (one.denominator or one.numerator).text == formula.text)
    return next((found for one in same if (found := coverage_of(one, totals)) is not None), None)


def _counted_part(lists: CodeLists, column: str, totals: AreaTotals) -> Iterator[str]:
    """Yield how much of a column was counted, where that is not all."""
    coverage = _coverage_of_column(lists, column, totals)
    if coverage is not None and not coverage.is_full:
        yield f"({_coverage_text(coverage)})"


def _by_unit(annex: AnnexTable, counted: CountedReport) -> tuple[list[list[object]], list[object]]:
    figures, lists = counted.figures, counted.lists

    def cells(totals: AreaTotals) -> list[object]:
        return [_cell(lists, one, totals) for one in annex.columns]

    rows = [[lists.units[unit_id].vi, *cells(totals)] for unit_id, totals in figures.communes()]
    return rows, ["Cộng", *cells(figures.whole())]


def _cell(lists: CodeLists, column: str, totals: AreaTotals) -> object:
    """Return a number of a column; of places without any count it is unknown and not zero."""
    coverage = _coverage_of_column(lists, column, totals)
    if coverage is not None and coverage.is_empty:
        return NOTHING
    return int(lists.figures.columns[column].run(totals) or 0)


def _by_agency(annex: AnnexTable, counted: CountedReport) -> list[list[object]]:
    lists, whole = counted.lists, counted.figures.whole()
    told: dict[str, dict[str, int]] = {}
    for column in annex.columns:
        formula = lists.figures.columns[column]
        numbers = whole.by_key(formula.breakdown) if formula.breakdown else {}
        # Each number that was sent, zeros too; what an agency did not send is no zero.
        sent = {agency for one in formula.sent for agency in whole.by_key(one)}
        for agency in sent if formula.sent else numbers:
            told.setdefault(agency, {})[column] = numbers.get(agency, 0)
    return [
        [lists.agencies[one].vi if one in lists.agencies else one]
        + [told[one].get(column, NOTHING) for column in annex.columns]
        for one in sorted(told)
    ]


def _by_target(
    counted: CountedReport, profile_ids: Iterable[str], figures: Mapping[str, ComparedFigure]
) -> Iterator[list[object]]:
    lists = counted.lists
    for profile_id in profile_ids:
        profile = lists.target_profiles[profile_id]
        for target in profile.targets:
            indicator = lists.indicators.get(target.indicator)
            if indicator is not None and target.per in (None, "year"):
                yield _target_row(lists, profile, indicator, figures[indicator.id])


def _target_row(
    lists: CodeLists, profile: TargetProfile, indicator: Indicator, figure: ComparedFigure
) -> list[object]:
    value = figure.now
    wanted = reached(profile, indicator.id, value)
    target = next(one for one in profile.targets if one.indicator == indicator.id)
    verdict = Verdict.NO_FIGURE if wanted is None else wanted.verdict
    counted = counted_text(value)
    status = f"{_VERDICTS[verdict]} ({counted})" if counted and value.is_sent else _VERDICTS[verdict]
    is_small = is_hidden_in_report(lists, indicator, value)
    is_told = value.value is not None or value.low is not None
    is_shown = value.is_sent and not is_small and indicator.unit != YES_NO
    return [
        indicator.vi,
        _wanted_text(target, indicator.unit),
        "dưới 5" if is_small and is_told else _range_text(value, indicator.unit),
        number_text(round(value.num)) if is_shown else "",
        number_text(round(value.den)) if is_shown and value.den is not None else "",
        status,
        profile.vi,
    ]


def _wanted_text(target: Target, unit: str) -> str:
    if unit == YES_NO:
        return _result_text(target.value, unit)
    return (
        f"{_OPERATORS.get(target.op, target.op)}{number_text(target.value)}{unit if unit == PERCENT else ''}"
    )


def _range_text(value: FigureValue, unit: str) -> str:
    """Return a value, or from where to where it can be."""
    if value.value is not None or value.low is None or value.high is None:
        text = _result_text(value.value, unit)
        return f"≥ {text}" if value.low is not None and value.high is None else text
    return f"{number_text(value.low, decimals=1)}–{_result_text(value.high, unit)}"


def _result_text(value: float | None, unit: str) -> str:
    if value is None:
        return NOTHING
    if unit == YES_NO:
        return "có" if value else "không"
    return percent_text(value) if unit == PERCENT else number_text(round(value))


def _days(period: Period) -> list[str]:
    return [period.first.isoformat(), (period.end - timedelta(days=1)).isoformat()]
