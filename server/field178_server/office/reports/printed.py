"""Printed form of a report content: texts, the same for the page, the DOCX, the PDF and the workbook.

Numbers that could identify a few people are printed as "dưới 5" (domain: privacy).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from field178_server.office.reports.content import HIDDEN, NOT_SHOWN
from field178_shared.codelists.indicators import PERCENT, YES_NO
from field178_shared.indicators.suppression import hidden_cells
from field178_shared.text.formats import NOTHING, date_text, number_text
from field178_shared.time.clock import VIETNAM, from_wire

NOT_SENT, NOT_COUNTED = "chưa gửi số liệu", "chưa thống kê"
# The office has no records, or not all records, of the compared period: nothing is compared.
NO_BEFORE, PART_BEFORE = "không có số cùng kỳ", "không đủ số cùng kỳ"
# End sign after the last sentence of an official document (ND 30/2020).
END = "./."
_GROUP = "KẾT QUẢ THỰC HIỆN"
_RULES = {"nd_09_2019": "theo Nghị định 09/2019/NĐ-CP", "calendar": "theo năm dương lịch"}
_HALF = frozenset({"half_year", "calendar_half_year"})
_WHOLE = frozenset({"annual", "calendar_year"})
FIGURE_HEAD = ("Chỉ tiêu", "Kỳ này", "Tử số/mẫu số", "Cùng kỳ năm trước", "So với cùng kỳ")
FIGURE_WIDTHS = (40, 15, 16, 13, 16)
_FIRST_HEADS = {"indicator": "Chỉ số", "agency": "Cơ quan"}
ANNEX_NOTE = "(Kèm theo Báo cáo số      /{symbol} ngày      tháng      năm {year} của {body})"
_COMMITTEE = "Ủy ban nhân dân"
# Number of an annex in the lists; ND 30/2020 requires Roman numbers on their own line.
_NUMBERED = re.compile(r"Phụ lục \w+\. ")
# Head of an incompletely counted column: name and coverage.
_COUNTED_HEAD = re.compile(r"(?P<name>.+) \((?P<counted>đếm [^()]+)\)")
_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")

Content = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PrintedFigure:
    """A figure: value, basis (numerator, denominator, coverage), value of the year before, and difference."""

    id: str
    label: str
    value: str
    basis: str
    before: str
    change: str


@dataclass(frozen=True, slots=True)
class PrintedSection:
    """A section: heading, paragraphs and figures; `group` is the heading of a chapter that begins with it."""

    id: str
    group: str
    heading: str
    lines: tuple[str, ...]
    figures: tuple[PrintedFigure, ...]


@dataclass(frozen=True, slots=True)
class PrintedAnnex:
    """An annex table: `title` is label and name in one line; if `is_summed`, the last row is the sum."""

    id: str
    title: str
    label: str
    name: str
    note: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    is_summed: bool = False


@dataclass(frozen=True, slots=True)
class PrintedChange:
    """A number that differs between two prints of a report: section or annex, label, old and new text."""

    place: str
    label: str
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class PrintedReport:
    """All texts of a printed report."""

    superior_body: str
    issuing_body: str
    number: str
    dateline: str
    title: str
    subject: str
    period: str
    opening: tuple[str, ...]
    sections: tuple[PrintedSection, ...]
    ending: str
    signer: tuple[str, ...]
    recipients: tuple[str, ...]
    annexes: tuple[PrintedAnnex, ...]
    left_out: tuple[str, ...] = ()
    h: str = "0" * 32
    foot: tuple[str, ...] = field(default_factory=tuple)


def printed(content: Content, sha256: str = "") -> PrintedReport:
    """Return the printed form of a content; without a hash its foot marks it as a draft."""
    heading = content["heading"]
    symbol, year = heading["symbol"], _year_of_day(content)
    left_out = tuple(content.get("left_out", ()))
    sections = tuple(_sections(content))
    note = ANNEX_NOTE.format(symbol=symbol, year=year, body=_issuer(heading))
    return PrintedReport(
        superior_body=heading["superior_body"].upper(),
        issuing_body=heading["issuing_body"].upper(),
        number=f"Số:        /{symbol}",
        dateline=f"{heading['place']}, ngày      tháng      năm {year}",
        title="BÁO CÁO",
        subject=f"Kết quả công tác phòng, chống mại dâm {_when(content)}",
        period=f"(Kỳ {_days(content['period'])}, {_RULES[content['rule']]})",
        opening=(*_restated(content), *_lines(heading["opening"]), *left_out),
        sections=_ended(sections),
        ending=END if sections[-1].figures else "",
        signer=_lines(heading["signer"]),
        recipients=tuple(
            recipient.removeprefix("-").strip(" ;.") for recipient in _lines(heading["recipients"])
        ),
        annexes=tuple(_annex(annex, number, note) for number, annex in enumerate(content["annexes"])),
        left_out=left_out,
        h=sha256[:32] or "0" * 32,
        foot=_foot(content, sha256),
    )


def number_of(tenths: int, unit: str = "") -> str:
    """Return the text of a number in tenths: percentages with one decimal, whole numbers with none."""
    if unit == PERCENT:
        return f"{number_text(tenths / 10, decimals=1)}%"
    return number_text(tenths // 10 if tenths % 10 == 0 else tenths / 10)


def _sections(content: Content) -> Iterator[PrintedSection]:
    is_open = False
    for section in content["sections"]:
        chapter, _, number = section["order"].partition(".")
        group = f"{chapter}. {_GROUP}" if number and not is_open else ""
        is_open = is_open or bool(number)
        heading = f"{number}. {section['title']}" if number else f"{chapter}. {section['title'].upper()}"
        yield PrintedSection(
            section["id"],
            group,
            heading,
            _lines(section["text"]),
            tuple(_figure(figure) for figure in section["figures"]),
        )


def _ended(sections: tuple[PrintedSection, ...]) -> tuple[PrintedSection, ...]:
    """Return the sections with the end sign after the last sentence, unless a table is last."""
    *others, last = sections
    if last.figures:
        return sections
    *before, final = last.lines or ("",)
    return (*others, replace(last, lines=(*before, f"{final}{END}")))


def _figure(figure: Content) -> PrintedFigure:
    now, before, unit = figure["now"], figure["before"], figure["unit"]
    label = figure["label"] if unit in (PERCENT, YES_NO) else f"{figure['label']} ({unit})"
    # Contents frozen by older versions have no coverage and were always compared.
    uncovered = {"none": NO_BEFORE, "part": PART_BEFORE}.get(figure.get("covered", "whole"))
    earlier, change = (
        (_value(before, unit), _change(now, before, unit)) if uncovered is None else (uncovered, NOTHING)
    )
    return PrintedFigure(figure["id"], label, _value(now, unit), _basis(now), earlier, change)


def _value(value: Content, unit: str) -> str:
    if value.get("is_withheld"):
        return NOT_SHOWN
    if value["is_hidden"]:
        return HIDDEN
    if not value["is_sent"]:
        return NOT_SENT
    low, high = value.get("low"), value.get("high")
    if value["value"] is None:
        if not value.get("is_counted", True):
            return NOT_COUNTED
        if low is None or high is None:
            return NOTHING
        return f"{number_of(low, unit).removesuffix(PERCENT)}–{number_of(high, unit)}"
    if unit == YES_NO:
        return "có" if value["value"] else "không"
    text = number_of(value["value"], unit)
    return f"≥ {text}" if low is not None and high is None else text


def _basis(value: Content) -> str:
    """Return the basis of a value: numerator and denominator, and the part that was counted or sent."""
    if _is_hidden(value) or not value["is_sent"]:
        return ""
    parts = [] if value["den"] is None else [f"{number_of(value['num'])}/{number_of(value['den'])}"]
    # Contents frozen by older versions have the months only, no coverage.
    months, ended = value["sent"] or (0, 0)
    sent = f"gửi {months}/{ended} tháng" if months < ended else ""
    parts += [counted] if (counted := value.get("counted", sent)) else []
    return "; ".join(parts)


def _change(now: Content, before: Content, unit: str) -> str:
    months, ended = now["sent"] or (0, 0)
    is_comparable = _is_one_value(now) and _is_one_value(before) and months == ended
    if unit == YES_NO or not is_comparable or _is_hidden(now) or _is_hidden(before):
        return NOTHING
    step = now["value"] - before["value"]
    sign = "+" if step > 0 else "−" if step < 0 else ""
    if unit == PERCENT and step:
        return f"{sign}{number_text(abs(step) / 10, decimals=1)} điểm %"
    return f"{sign}{number_of(abs(step))}"


def _is_hidden(value: Content) -> bool:
    return bool(value["is_hidden"] or value.get("is_withheld"))


def _is_one_value(value: Content) -> bool:
    """Return whether a value is exact; no difference is computed from a lower bound."""
    is_open = value.get("low") is not None and value.get("high") is None
    return value["value"] is not None and not is_open


def _annex(annex: Content, number: int, note: str) -> PrintedAnnex:
    label = f"Phụ lục {_ROMAN[number]}"
    name = _NUMBERED.sub("", annex["title"], count=1)
    rows = tuple(_rows(annex))
    head = (_first(annex), *annex["head"])
    if not rows:
        rows = (("(không có số liệu trong kỳ)", *("" for _ in annex["head"])),)
    is_summed = bool(annex["rows"]) and annex["total"] is not None
    return PrintedAnnex(annex["id"], f"{label}. {name}", label, name.upper(), note, head, rows, is_summed)


def _rows(annex: Content) -> Iterator[tuple[str, ...]]:
    people: Sequence[bool] = annex["people"]
    # Contents frozen by older versions withhold no column.
    withheld: Sequence[bool] = annex.get("withheld", [False] * len(people))
    hidden = {
        (row, column + 1)
        for column, of_people in enumerate(people)
        if of_people
        for row in _hidden_rows(annex, column, is_withheld=withheld[column])
    }
    for number, row in enumerate(annex["rows"]):
        yield tuple(NOT_SHOWN if (number, place) in hidden else _cell(cell) for place, cell in enumerate(row))
    if annex["rows"] and annex["total"] is not None:
        counts = [False, *people]
        yield tuple(
            _total(cell, is_people=is_people, is_withheld=is_left_out)
            for cell, is_people, is_left_out in zip(annex["total"], counts, [False, *withheld], strict=True)
        )


def _hidden_rows(annex: Content, column: int, *, is_withheld: bool) -> Iterable[int]:
    if is_withheld:
        return range(len(annex["rows"]))
    return hidden_cells([_number(row[column + 1]) for row in annex["rows"]])


def _total(cell: object, *, is_people: bool, is_withheld: bool) -> str:
    if is_withheld:
        return NOT_SHOWN
    return HIDDEN if is_people and isinstance(cell, int) and 0 < cell < 5 else _cell(cell)


def _first(annex: Content) -> str:
    return _FIRST_HEADS.get(annex["of"], "Đơn vị")


def _number(cell: object) -> int:
    return cell if isinstance(cell, int) else 0


def _cell(cell: object) -> str:
    return number_text(cell) if isinstance(cell, int) else str(cell)


def _foot(content: Content, sha256: str) -> tuple[str, ...]:
    days, rule = _days(content["period"]), _RULES[content["rule"]]
    if not sha256:
        return (f"Kỳ {days}, {rule}; dữ liệu đã duyệt.", "BẢN DỰ THẢO: số liệu chưa chốt.")
    when, audit = _instant(content["frozen_at"]), content["audit"]
    # Contents frozen by older versions have no sign-off.
    signed = content.get("signed_off")
    agreed = f" theo bản thông qua lúc {_instant(signed['at'])}" if signed else ""
    chain = f"mục {audit['index']}, {audit['hash'][:32]}" if audit else "chưa có mục nào"
    return (
        f"Kỳ {days}, {rule}; dữ liệu đã duyệt, chốt lúc {when}{agreed}.",
        f"SHA-256 của bản chốt: {sha256[:32]}…",
        f"Đầu chuỗi nhật ký: {chain}.",
    )


def _instant(text: str) -> str:
    at = from_wire(text)
    return at.astimezone(VIETNAM).strftime("%H:%M ngày %d/%m/%Y") if at else ""


def _restated(content: Content) -> Iterator[str]:
    """Yield the sentence in which a restatement names the report that it replaces."""
    before = content.get("restates")
    if before:
        at = from_wire(before["frozen_at"])
        day = date_text(at.astimezone(VIETNAM)) if at else ""
        yield (
            f"Báo cáo này thay thế báo cáo cùng kỳ đã chốt ngày {day} (SHA-256 {before['sha256'][:32]}…)."
            f" Lý do: {before['reason']}"
        )


def _when(content: Content) -> str:
    if content["kind"] in _HALF:
        return f"6 tháng đầu năm {content['year']}"
    if content["kind"] in _WHOLE:
        return f"năm {content['year']}"
    return f"từ {_days(content['period'])}"


def _days(period: Sequence[str]) -> str:
    first, last = (date_text(date.fromisoformat(day)) for day in period)
    return f"{first} - {last}"


def _year_of_day(content: Content) -> int:
    """Return the year of the day after the period: the earliest year of the report's date."""
    return (date.fromisoformat(content["period"][1]) + timedelta(days=1)).year


def _issuer(heading: Mapping[str, str]) -> str:
    """Return the issuer of a report as part of a sentence: a committee with its unit, else the body alone."""
    superior, issuing = heading["superior_body"], heading["issuing_body"]
    if superior.casefold() != _COMMITTEE.casefold():
        return issuing
    return f"{_COMMITTEE} {issuing[:1].lower()}{issuing[1:]}"


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def printed_changes(was: PrintedReport, now: PrintedReport) -> list[PrintedChange]:
    """Return each figure of the sections and each cell of the annexes that is printed differently."""
    before, after = dict(_places(was)), dict(_places(now))
    return [
        PrintedChange(*place, before.get(place, NOTHING), after.get(place, NOTHING))
        for place in dict.fromkeys((*before, *after))
        if before.get(place, NOTHING) != after.get(place, NOTHING)
    ]


def _places(report: PrintedReport) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield the place of each number (section or annex, label) and its text."""
    for section in report.sections:
        for figure in section.figures:
            yield (section.heading, figure.label), _whole_text(figure)
    for annex in report.annexes:
        columns = [_name_and_counted(head) for head in annex.head[1:]]
        for column, counted in columns:
            if counted:
                yield (annex.title, column), counted
        seen = Counter[str]()
        for row in annex.rows:
            seen[row[0]] += 1
            # Targets of two plans have rows with the same name.
            name = row[0] if seen[row[0]] == 1 else f"{row[0]} ({seen[row[0]]})"
            for (column, _counted), cell in zip(columns, row[1:], strict=True):
                yield (annex.title, f"{name}: {column}"), cell


def _name_and_counted(head: str) -> tuple[str, str]:
    """Split the head of a column into its name and its coverage text."""
    match = _COUNTED_HEAD.fullmatch(head)
    return (match["name"], match["counted"]) if match else (head, "")


def _whole_text(figure: PrintedFigure) -> str:
    return f"{figure.value} ({figure.basis})" if figure.basis else figure.value
