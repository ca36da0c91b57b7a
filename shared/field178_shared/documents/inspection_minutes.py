"""The inspection minutes (biên bản kiểm tra) of one visit: what is printed, in which words.

Not a statutory form: the minutes of an administrative violation are written by a competent person on paper
(domain.md §3.4). Names of people outside the team are dotted lines, filled with a pen and never stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from field178_shared.clock import VIETNAM
from field178_shared.codelists import AnswerKind, ChecklistItem, CodeLists, Section
from field178_shared.documents.blocks import (
    Block,
    Heading,
    Letterhead,
    Paragraph,
    Pen,
    Seal,
    Signatures,
    Table,
)
from field178_shared.documents.citations import citation
from field178_shared.documents.paper import draw
from field178_shared.formats import date_text, number_text
from field178_shared.records.establishment import Establishment
from field178_shared.records.inspection import Answer, Finding, Inspection
from field178_shared.records.reading import Data, text_of

_RESULTS = {"no": "Chưa đạt", "partial": "Đạt một phần"}
_COUNTED = ("worker_counts", "outreach_on_site")
# Counts that no report shows either: on a paper that stays at the establishment they would point at a person.
_SUPPRESSED = "suppressed"
# Encouraged, never a shortcoming: it MUST NOT stand on a paper as if it were evidence.
_NOT_PRINTED = frozenset({"he_hiv_material"})
_SIGNED_BY = ("ĐẠI DIỆN CƠ SỞ", "NGƯỜI CHỨNG KIẾN", "NGƯỜI LẬP BIÊN BẢN", "ĐỘI TRƯỞNG")
_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII")


@dataclass(frozen=True, slots=True)
class MinutesSource:
    """The revision of a visit that is printed, and the records it names; an absent one prints dotted."""

    record_id: str
    rev: int
    h: str
    data: Data
    establishment: Data
    team: Data
    people: Mapping[str, Data]


def inspection_minutes_pdf(source: MinutesSource, lists: CodeLists) -> bytes:
    """Return the minutes as PDF; the same source and lists give the same bytes, wherever it is made."""
    text = _Minutes(source, lists)
    visit = text.visit
    seal = Seal(source.record_id, source.rev, source.h, visit.record_code)
    return draw(text.letterhead(), tuple(text.blocks()), seal, visit.ended_at or visit.started_at)


class _Minutes:
    """Turns one visit into the parts of its minutes."""

    def __init__(self, source: MinutesSource, lists: CodeLists) -> None:
        self._lists = lists
        self._source = source
        self.visit = Inspection.from_data(source.data)
        self._place = Establishment.from_data(source.establishment)
        self._day = self.visit.occurred_on

    def letterhead(self) -> Letterhead:
        """Return the head of the first page (ND 30/2020 puts the authority left, the nation right)."""
        unit, team = self._lists.units.get(self.visit.unit_id), text_of(self._source.team, "name")
        where = unit.vi if unit is not None else "…………"
        standing = self._lists.agencies.get(text_of(self._source.team, "standing_agency"))
        return Letterhead(
            authority=(
                standing.vi.upper() if standing else "",
                (team or "Đội kiểm tra liên ngành 178").upper(),
            ),
            number=f"Số: {self.visit.minutes_number or '……/BB-ĐKT178'}",
            place_and_day="" if self._day is None else f"{where}, {_long_day(self._day)}",
            title="BIÊN BẢN KIỂM TRA",
            subtitle="Việc chấp hành pháp luật về phòng, chống tệ nạn xã hội tại cơ sở kinh doanh dịch vụ",
        )

    def blocks(self) -> Iterator[Block]:
        """Give the parts in the order in which the paper is read out."""
        yield Paragraph(self._opening())
        parts = (
            ("THÀNH PHẦN THAM GIA", self._present()),
            ("CƠ SỞ ĐƯỢC KIỂM TRA", self._establishment()),
            ("NỘI DUNG VÀ KẾT QUẢ KIỂM TRA", self._results()),
            ("VI PHẠM, TỒN TẠI", self._findings()),
            ("TUYÊN TRUYỀN TẠI CHỖ", self._outreach()),
            ("KẾT LUẬN, BIỆN PHÁP VÀ YÊU CẦU", self._demands()),
            ("Ý KIẾN CỦA ĐẠI DIỆN CƠ SỞ", self._opinion()),
        )
        shown = [(title, blocks) for title, part in parts if (blocks := list(part))]
        for roman, (title, blocks) in zip(_ROMAN, shown, strict=False):
            yield Heading(f"{roman}. {title}")
            yield from blocks
        yield Paragraph(self._closing())
        yield Signatures(_SIGNED_BY)

    def _opening(self) -> str:
        visit, place = self.visit, self._place
        decision = f"Quyết định số {visit.decision_number}" if visit.decision_number else "………………"
        of_day = f" ngày {date_text(visit.decision_date)}" if visit.decision_date else ""
        return (
            f"Hôm nay, {_moment(visit.started_at)}, tại {place.name or '………………'}"
            f" ({self._address() or '………………'}), Đội kiểm tra liên ngành tiến hành kiểm tra"
            f" ({self._word('inspection_kind', visit.inspection_kind).lower()}) theo {decision}{of_day}."
        )

    def _present(self) -> Iterator[Block]:
        yield Paragraph("1. Đội kiểm tra:")
        rows = []
        for number, member in enumerate(self.visit.members, 1):
            person = self._source.people.get(member.user, {})
            agency = self._lists.agencies.get(text_of(person, "agency"))
            name = text_of(person, "display_name") or "…………………………"
            position = self._word("team_position", member.position)
            rows.append((str(number), name, position, agency.vi if agency else ""))
        yield Table(("STT", "Họ và tên", "Chức vụ trong Đội", "Cơ quan"), (6, 32, 24, 38), tuple(rows))
        agencies = self._lists.agencies
        escorts = [agencies[one].vi for one in self.visit.local_escort_agencies if one in agencies]
        if escorts:
            yield Paragraph(f"Cơ quan địa phương phối hợp: {', '.join(escorts)}.")
        role = self.visit.representative_role
        if role == "none":
            yield Paragraph("2. Đại diện cơ sở: không có đại diện cơ sở tại thời điểm kiểm tra.")
        else:
            yield Pen("2. Đại diện cơ sở (ông/bà):")
            yield Paragraph(f"    Chức vụ: {self._word('representative_role', role) or '……………………'}.")
        yield Pen("3. Người chứng kiến:")

    def _establishment(self) -> Iterator[Block]:
        place = self._place
        kind = self._lists.types.get(place.establishment_type_id)
        form = self._word("registration_form", place.registration_form_id)
        number = f", số đăng ký {place.registration_number}" if place.registration_number else ""
        yield Paragraph(f"Tên cơ sở: {place.name or '………………'}. Loại hình: {kind.vi if kind else '…………'}.")
        yield Paragraph(f"Địa chỉ: {self._address() or '………………'}.")
        if form:
            yield Paragraph(f"Hình thức đăng ký: {form}{number}.")
        for certificate in place.certificates.values():
            issued = f" cấp ngày {date_text(certificate.issued_on)}" if certificate.issued_on else ""
            status = self._word("certificate_status", certificate.status).lower()
            yield Paragraph(f"Giấy chứng nhận số {certificate.number or '……'}{issued}: {status or '……'}.")

    def _results(self) -> Iterator[Block]:
        if self.visit.access_result != "inspected":
            outcome = self._word("access_result", self.visit.access_result)
            yield Paragraph(f"{outcome}: chưa tiến hành kiểm tra được.")
            return
        for number, (section, items) in enumerate(self._checked(), 1):
            yield from self._section(number, section, items)
        counts = self._counts("worker_counts")
        if counts:
            yield Paragraph("Số người lao động (chỉ đếm, không ghi tên):", keeps_next=True)
            yield Paragraph("; ".join(counts) + ".")

    def _checked(self) -> list[tuple[Section, list[tuple[ChecklistItem, Answer]]]]:
        if self._place.establishment_type_id not in self._lists.types:
            return []
        found = []
        for section, items in self._lists.checklist_of(self._place.establishment_type_id):
            if section.id in _COUNTED:
                continue
            answered = [(item, self.visit.answers[item.id]) for item in items if self._is_printed(item)]
            if answered:
                found.append((section, answered))
        return found

    def _is_printed(self, item: ChecklistItem) -> bool:
        is_judged = item.answer in (AnswerKind.YES_NO, AnswerKind.YES_NO_PARTIAL)
        return is_judged and item.id in self.visit.answers and item.id not in _NOT_PRINTED

    def _section(
        self, number: int, section: Section, items: list[tuple[ChecklistItem, Answer]]
    ) -> Iterator[Block]:
        met = [item.vi for item, answer in items if answer.value == "yes"]
        open_ = [(item, answer) for item, answer in items if answer.value in _RESULTS]
        outside = sum(1 for _, answer in items if answer.value == "na")
        tail = f"; không thuộc diện {outside}" if outside else ""
        yield Paragraph(
            f"{number}. {section.vi}: đạt {len(met)}/{len(items) - outside} mục{tail}.", keeps_next=True
        )
        if met:
            yield Paragraph(f"Đạt: {'; '.join(met)}.", is_small=True)
        if open_:
            rows = tuple((item.vi, _RESULTS[str(answer.value)], answer.note) for item, answer in open_)
            yield Table(("Mục kiểm tra", "Kết quả", "Ghi chú"), (52, 16, 32), rows)

    def _findings(self) -> Iterator[Block]:
        if self.visit.access_result != "inspected":
            return
        if not self.visit.findings:
            yield Paragraph("Không phát hiện vi phạm tại thời điểm kiểm tra.")
            return
        for number, finding in enumerate(self.visit.findings, 1):
            yield Paragraph(f"{number}. {self._finding(finding)}")

    def _finding(self, finding: Finding) -> str:
        violation = self._lists.violations.get(finding.violation_id)
        name = violation.vi if violation else finding.violation_id
        quantity = f" (số lượng: {number_text(finding.quantity)})" if finding.quantity else ""
        source = self._lists.legal_sources.get(text_of(finding.frame, "src"))
        note = f" Ghi chú: {finding.note}" if finding.note else ""
        return f"{name}{quantity}. Căn cứ: {citation(source, text_of(finding.frame, 'art'))}.{note}"

    def _outreach(self) -> Iterator[Block]:
        done = self.visit.answers.get("ou_done")
        if done is not None and done.value == "yes":
            counts = self._counts("outreach_on_site")
            yield Paragraph(
                "Đội đã phổ biến pháp luật tại chỗ" + (f": {'; '.join(counts)}." if counts else ".")
            )

    def _counts(self, section_id: str) -> list[str]:
        items = [item for item in self._lists.items.values() if item.section == section_id]
        counted = [(item, self.visit.count(item.id)) for item in items if item.export != _SUPPRESSED]
        return [f"{item.vi}: {number_text(count)}" for item, count in counted if count is not None]

    def _demands(self) -> Iterator[Block]:
        visit = self.visit
        if visit.overall_result:
            yield Paragraph(f"Kết luận: {self._word('overall_result', visit.overall_result)}.")
        for measure in visit.measures:
            number = f", văn bản số {measure.document_number}" if measure.document_number else ""
            of_day = f" ngày {date_text(measure.document_date)}" if measure.document_date else ""
            yield Paragraph(f"Biện pháp: {self._word('measure', measure.measure_id)}{number}{of_day}.")
        for follow_up in visit.follow_ups:
            due = f", thời hạn: {date_text(follow_up.due_on)}" if follow_up.due_on else ""
            yield Paragraph(f"Yêu cầu khắc phục: {follow_up.text}{due}.")
        if visit.recommendation:
            yield Paragraph(f"Kiến nghị: {visit.recommendation}")

    def _opinion(self) -> Iterator[Block]:
        if self.visit.representative_role == "none":
            return
        if self.visit.representative_opinion:
            yield Paragraph(self.visit.representative_opinion)
        else:
            yield Pen("", more_lines=1)

    def _closing(self) -> str:
        ended = f"Biên bản kết thúc {_moment(self.visit.ended_at)}"
        if self.visit.representative_role == "none":
            return f"{ended}, lập thành 02 bản; lập khi không có đại diện cơ sở."
        refused = " Đại diện cơ sở không ký biên bản." if self.visit.paper_signed == "refused" else ""
        return (
            f"{ended}, lập thành 02 bản có giá trị như nhau, đã đọc lại cho những người có mặt cùng nghe,"
            f" công nhận là đúng và cùng ký tên dưới đây; giao cơ sở 01 bản.{refused}"
        )

    def _address(self) -> str:
        unit = self._lists.units.get(self._place.unit_id)
        parts = (self._place.village, self._place.address_line, unit.vi if unit else "")
        told: list[str] = []
        for part in parts:
            if part and not any(part.casefold() in before.casefold() for before in told):
                told.append(part)
        return ", ".join(told)

    def _word(self, name: str, choice_id: str) -> str:
        choice = self._lists.choice(name, choice_id)
        return choice.vi if choice else ""


def _long_day(day: date) -> str:
    # ND 30/2020: days below 10 and months below 3 are written with a leading zero.
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def _moment(instant: datetime | None) -> str:
    if instant is None:
        return "hồi …… giờ …… ngày ……/……/………"
    local = instant.astimezone(VIETNAM)
    return f"hồi {local.hour:02d} giờ {local.minute:02d} ngày {date_text(instant)}"
