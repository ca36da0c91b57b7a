"""Content of a report: everything it prints, as plain values, so that a frozen report needs no other data.

It contains the labels of that day: lists change, a report does not. The texts are Vietnamese.
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
from field178_shared.formulas.figures import Formula
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
HIDDEN = "dưới 5"
# Text of a hidden cell of a table: it does not show which cells are small and which ones protect those.
NOT_SHOWN = "không nêu"
BY_UNIT, BY_AGENCY, BY_INDICATOR = "admin_unit", "agency", "indicator"
# Columns of the annex of targets; they have no formulas.
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
# Nouns of the entities in coverage texts; other entities are printed as a number alone.
_PLACES = {"establishment": "cơ sở", "zone": "khu công nghiệp", "school": "trường"}

Plain = dict[str, object]


@dataclass(frozen=True, slots=True)
class CountedReport:
    """Figures, lists and period from which the content of a report is built."""

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
        "sections": list(_sections(report, counted, figures)),
        "annexes": [_annex(report, annex, counted, figures) for annex in lists.annex_tables.values()],
        "lists": lists.version,
    }


def _left_out(lists: CodeLists, missing: ReportLeftOut) -> Iterator[str]:
    """Yield a sentence for each group of records that the figures of the area leave out."""
    now = missing.now
    units = ", ".join(lists.units[unit_id].vi for unit_id in now.unit_ids or missing.before.unit_ids)
    if now.is_unassigned:
        places = (now.establishments, "cơ sở"), (now.zones, "khu công nghiệp"), (now.schools, "trường")
        yield (
            f"Số liệu chưa gồm {_joined(*places)} thuộc các đơn vị đã chia ({units}), chưa gán cho đơn vị"
            " hành chính mới."
        )
    of_periods = [
        f"{_joined((left_out.visits, 'lượt kiểm tra'), (left_out.sessions, 'buổi tuyên truyền'))} {period}"
        for left_out, period in ((now, "trong kỳ báo cáo"), (missing.before, "trong số liệu cùng kỳ"))
        if left_out.are_events_left_out
    ]
    if of_periods:
        day = date_text(max(day for day in (now.events_until, missing.before.events_until) if day))
        yield (
            f"Trước ngày {day} tại {units} còn {'; '.join(of_periods)} không tính vào số liệu của địa bàn, vì"
            " không xác định được nơi thực hiện nay thuộc đơn vị hành chính nào."
        )


def _joined(*counts: tuple[int, str]) -> str:
    return ", ".join(f"{number_text(count)} {what}" for count, what in counts if count)


def _heading(report: Report) -> dict[str, str]:
    """Return the printed heading; a committee typed in both issuer lines is printed once, above its unit."""
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
    """Return the heads of an annex's columns after the first one."""
    return [
        lists.annex_columns[column].vi if column in lists.annex_columns else _TARGET_HEADS.get(column, column)
        for column in annex.columns
    ]


def digest(content: Plain) -> str:
    """Return the SHA-256 of a report content."""
    return hashlib.sha256(canonical(content)).hexdigest()


def indicator_ids(lists: CodeLists) -> tuple[str, ...]:
    """Return the ids of the indicators of all report sections, in their order, each once."""
    named = (
        indicator_id for section in lists.report_sections.values() for indicator_id in section.indicators
    )
    return tuple(dict.fromkeys(indicator_id for indicator_id in named if indicator_id in lists.indicators))


def trace(facts: ReportFacts, lists: CodeLists) -> Iterator[tuple[str, set[str]]]:
    """Yield the id of each indicator and annex with the ids of the records behind it."""
    for indicator_id in indicator_ids(lists):
        yield indicator_id, facts.records_behind(lists.figures[indicator_id].formulas)
    for annex in lists.annex_tables.values():
        formulas = [
            lists.figures.columns[column] for column in annex.columns if column in lists.annex_columns
        ]
        yield annex.id, facts.records_behind(formulas)


def _sections(
    report: Report, counted: CountedReport, figures: Mapping[str, ComparedFigure]
) -> Iterator[Plain]:
    lists = counted.lists
    for section in lists.report_sections.values():
        named = [indicator_id for indicator_id in section.indicators if indicator_id in lists.indicators]
        yield {
            "id": section.id,
            "order": section.order,
            "title": section.vi,
            "text": report.sections.get(section.id, ""),
            "figures": [
                _figure(lists.indicators[indicator_id], figures[indicator_id], counted)
                for indicator_id in named
            ],
        }


def _figure(indicator: Indicator, figure: ComparedFigure, counted: CountedReport) -> Plain:
    lists, period = counted.lists, counted.period
    now, before = (
        _value(lists, indicator, value)
        | ({"is_withheld": True} if _is_withheld(counted, lists.figures[indicator.id].formulas, days) else {})
        for value, days in ((figure.now, period), (figure.before, same_period_before(period)))
    )
    return {
        "id": indicator.id,
        "label": indicator.vi,
        "unit": indicator.unit,
        "now": now,
        "before": before,
        "covered": figure.covered.value,
    }


def _is_withheld(counted: CountedReport, formulas: Iterable[Formula], period: Period) -> bool:
    """Return whether a number is left out, because its difference to a published one is small."""
    disclosing = counted.figures.disclosing[period]
    return any(formula.text in disclosing for formula in formulas)


def _value(lists: CodeLists, indicator: Indicator, value: FigureValue) -> Plain:
    """Return a figure's value as plain values, numbers in tenths: stored contents contain integers only."""
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
    """Return which part of an incomplete figure was counted or sent; "" if the figure is complete."""
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
    withheld = [
        column in lists.annex_columns
        and _is_withheld(counted, [lists.figures.columns[column]], counted.period)
        for column in annex.columns
    ]
    return {
        **({"withheld": withheld} if any(withheld) else {}),
        "id": annex.id,
        "of": annex.rows,
        "title": annex.vi,
        "head": head,
        "people": [
            column in lists.annex_columns and is_of_people(lists, [lists.figures.columns[column]])
            for column in annex.columns
        ],
        "rows": rows,
        "total": total,
    }


def _coverage_of_column(lists: CodeLists, column: str, totals: AreaTotals) -> Coverage | None:
    """Return the coverage of a column, taken from the indicator with the same formula."""
    formula = lists.figures.columns[column]
    same = (
        indicator
        for indicator in lists.figures.values()
        if (indicator.denominator or indicator.numerator).text == formula.text
    )
    return next(
        (coverage for indicator in same if (coverage := coverage_of(indicator, totals)) is not None), None
    )


def _counted_part(lists: CodeLists, column: str, totals: AreaTotals) -> Iterator[str]:
    """Yield the coverage text of a column that was not counted completely."""
    coverage = _coverage_of_column(lists, column, totals)
    if coverage is not None and not coverage.is_full:
        yield f"({_coverage_text(coverage)})"


def _by_unit(annex: AnnexTable, counted: CountedReport) -> tuple[list[list[object]], list[object]]:
    figures, lists = counted.figures, counted.lists

    def cells(totals: AreaTotals) -> list[object]:
        return [_cell(lists, column, totals) for column in annex.columns]

    rows = [[lists.units[unit_id].vi, *cells(totals)] for unit_id, totals in figures.communes()]
    return rows, ["Cộng", *cells(figures.whole())]


def _cell(lists: CodeLists, column: str, totals: AreaTotals) -> object:
    """Return the number of a column; it is unknown, not zero, if none of its places was counted."""
    coverage = _coverage_of_column(lists, column, totals)
    if coverage is not None and coverage.is_empty:
        return NOTHING
    return int(lists.figures.columns[column].run(totals) or 0)


def _by_agency(annex: AnnexTable, counted: CountedReport) -> list[list[object]]:
    lists, whole = counted.lists, counted.figures.whole()
    by_agency: dict[str, dict[str, int]] = {}
    for column in annex.columns:
        formula = lists.figures.columns[column]
        numbers = whole.by_key(formula.breakdown) if formula.breakdown else {}
        # Include zeros that an agency sent; a number that was not sent is not a zero.
        sent = {agency for aggregate in formula.sent for agency in whole.by_key(aggregate)}
        for agency in sent if formula.sent else numbers:
            by_agency.setdefault(agency, {})[column] = numbers.get(agency, 0)
    return [
        [lists.agencies[agency_id].vi if agency_id in lists.agencies else agency_id]
        + [by_agency[agency_id].get(column, NOTHING) for column in annex.columns]
        for agency_id in sorted(by_agency)
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
                yield _target_row(counted, profile, indicator, figures[indicator.id])


def _target_row(
    counted_report: CountedReport, profile: TargetProfile, indicator: Indicator, figure: ComparedFigure
) -> list[object]:
    lists = counted_report.lists
    value = figure.now
    achievement = reached(profile, indicator.id, value)
    target = next(target for target in profile.targets if target.indicator == indicator.id)
    verdict = Verdict.NO_FIGURE if achievement is None else achievement.verdict
    counted = counted_text(value)
    status = f"{_VERDICTS[verdict]} ({counted})" if counted and value.is_sent else _VERDICTS[verdict]
    is_withheld = _is_withheld(counted_report, lists.figures[indicator.id].formulas, counted_report.period)
    is_small = is_withheld or is_hidden_in_report(lists, indicator, value)
    is_told = value.value is not None or value.low is not None
    is_shown = value.is_sent and not is_small and indicator.unit != YES_NO
    return [
        indicator.vi,
        _wanted_text(target, indicator.unit),
        (NOT_SHOWN if is_withheld else HIDDEN)
        if is_small and is_told
        else _range_text(value, indicator.unit),
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
    """Return the text of a value, or of the range of an incomplete one."""
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
