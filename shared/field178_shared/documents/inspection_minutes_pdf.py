"""PDF of the inspection minutes (biên bản kiểm tra) of one visit: content and wording.

Not a statutory form: the minutes of an administrative violation are written by a competent person on paper
(domain.md §3.4). Names of people outside the team are dotted lines, filled with a pen and never stored.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from field178_shared.codelists import ChecklistItem, ChecklistSection, CodeLists
from field178_shared.codelists.legal import LegalSource
from field178_shared.documents.blocks import (
    Block,
    Closing,
    Heading,
    Letterhead,
    Paragraph,
    Pen,
    Seal,
    SignaturePlace,
    Table,
)
from field178_shared.documents.pdf_drawing import Progress, draw
from field178_shared.documents.sources import ARTICLE, VisitSource, establishment_on_day, printed_checklist
from field178_shared.documents.wording import (
    UNKNOWN,
    address_line,
    address_of,
    bases,
    clock_note,
    dateline,
    field_lines,
    identity_of,
    legal_bases,
    moment_of,
    name_of,
    recipients,
    standing_agency,
    superior_body,
    team_name,
    team_table,
    text_of_form,
    word_of,
)
from field178_shared.record_type import RecordType
from field178_shared.records.inspection import CheckedAnswer, Inspection, VisitFinding
from field178_shared.records.number_block import SYMBOL
from field178_shared.records.reading import day_of, text_of
from field178_shared.text.formats import date_text, number_text

_RESULTS = {"no": "Chưa đạt", "partial": "Đạt một phần"}
_FORM = "inspection_minutes"
_LEADER, _SECRETARY = "team_leader", "secretary"
_MEMBERS_A_ROW = 3
_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII")


def inspection_minutes_pdf(
    source: VisitSource, lists: CodeLists, tell: Progress = lambda _share: None
) -> bytes:
    """Return the minutes as PDF; the same source and lists give the same bytes, wherever it is made.

    `tell` gets the progress (0 to 1).
    """
    text = _Minutes(source, lists)
    visit = text.visit
    seal = Seal(source.record_id, source.rev, source.h, visit.record_code)
    return draw(text.letterhead(), tuple(text.blocks()), seal, visit.ended_at or visit.started_at, tell)


class _Minutes:
    """Turns one visit into the parts of its minutes."""

    def __init__(self, source: VisitSource, lists: CodeLists) -> None:
        self._lists = lists
        self._source = source
        self.visit = Inspection.from_data(source.data)
        self._inspected = establishment_on_day(source, self.visit)
        self._day = self.visit.occurred_on

    def letterhead(self) -> Letterhead:
        """Return the head of the first page (ND 30/2020 puts the authority left, the nation right)."""
        level = text_of(self._source.team, "level")
        return Letterhead(
            authority=(
                superior_body(self._lists, level, self.visit.unit_id, self._day).upper(),
                team_name(self._source).upper(),
            ),
            number=f"Số: {self.visit.minutes_number or f'……/{SYMBOL}'}",
            dateline=dateline(self._lists, self.visit.unit_id, self._day),
            title="BIÊN BẢN KIỂM TRA",
            subtitle=text_of_form(self._lists, "minutes_subtitle", self._day),
        )

    def blocks(self) -> Iterator[Block]:
        """Give the parts in the order in which the paper is read out."""
        yield from bases(self._bases())
        yield Paragraph(self._opening())
        if self.visit.clock_offset_s:
            yield Paragraph(clock_note(self.visit.clock_offset_s))
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
        yield Closing(self._closing(), tuple(self._signatures()), self._recipients())

    def _bases(self) -> Iterator[str]:
        yield from legal_bases(self._lists, _FORM, self._day)
        team = self._source.team
        body = superior_body(self._lists, text_of(team, "level"), self.visit.unit_id, self._day)
        decided_on = day_of(team, "decision_date")
        # The roster holds the last decision: one of after the visit did not set up the team that made it.
        is_of_after = bool(decided_on and self._day and decided_on > self._day)
        decision = ("" if is_of_after else text_of(team, "decision_number")) or UNKNOWN
        name = team_name(self._source)
        yield f"Căn cứ Quyết định số {decision} của {body} về việc thành lập, kiện toàn {name}"

    def _opening(self) -> str:
        visit, establishment = self.visit, self._inspected
        decision = f"Quyết định số {visit.decision_number}" if visit.decision_number else UNKNOWN
        of_day = f" ngày {date_text(visit.decision_date)}" if visit.decision_date else ""
        kind = self._word("inspection_kind", visit.inspection_kind).lower()
        return (
            f"Hôm nay, {moment_of(visit.started_at)}, tại {establishment.name or UNKNOWN}"
            f" ({address_of(self._lists, self._inspected) or UNKNOWN}), Đội kiểm tra liên ngành tiến hành"
            f" kiểm tra ({kind}) theo {decision}{of_day}."
        )

    def _present(self) -> Iterator[Block]:
        yield Paragraph("1. Đội kiểm tra:")
        yield team_table(self._source, self.visit, self._lists)
        yield from self._fields("visit")
        role = self.visit.representative_role
        if role == "none":
            yield Paragraph("2. Đại diện cơ sở: không có đại diện cơ sở tại thời điểm kiểm tra.")
        else:
            yield Pen("2. Đại diện cơ sở (ông/bà):")
            yield Paragraph(f"Chức vụ: {self._word('representative_role', role) or '……………………'}.")
        yield Pen("3. Người chứng kiến:")

    def _establishment(self) -> Iterator[Block]:
        establishment = self._inspected
        form = self._word("registration_form", establishment.registration_form_id)
        registration = establishment.registration_number
        number = f", số đăng ký {registration}" if registration else ""
        yield Paragraph(identity_of(self._lists, establishment))
        yield Paragraph(address_line(self._lists, establishment))
        if form:
            yield Paragraph(f"{name_of(RecordType.ESTABLISHMENT, 'registration_form_id')}: {form}{number}.")
        for kind_id, certificate in establishment.certificates.items():
            issued = f" cấp ngày {date_text(certificate.issued_on)}" if certificate.issued_on else ""
            status = self._word("certificate_status", certificate.status).lower()
            kind = self._word("certificate_kind", kind_id) or "Giấy chứng nhận"
            yield Paragraph(f"{kind} số {certificate.number or '……'}{issued}: {status or '……'}.")

    def _results(self) -> Iterator[Block]:
        if self.visit.access_result != "inspected":
            outcome = self._word("access_result", self.visit.access_result)
            yield Paragraph(f"{outcome}: chưa tiến hành kiểm tra được.")
            return
        rows = tuple(
            row
            for number, (section, items) in enumerate(self._printed(), 1)
            for row in self._section(number, section, items)
        )
        if rows:
            yield Table(("Nội dung kiểm tra", "Kết quả", "Ghi chú"), (64, 14, 22), rows)
        counts = self._counts("worker_counts")
        if counts:
            yield Paragraph(f"Số người lao động: {'; '.join(counts)}.")

    def _section(
        self, number: int, section: ChecklistSection, items: list[tuple[ChecklistItem, CheckedAnswer]]
    ) -> Iterator[tuple[str, ...]]:
        """Yield the rows of a section: what is met in one, each requirement that is not in its own."""
        met = [item.vi for item, answer in items if answer.value == "yes"]
        outside = sum(1 for _, answer in items if answer.value == "na")
        tail = f"Không thuộc diện: {outside}" if outside else ""
        named = f": {'; '.join(met)}" if met else ""
        yield f"{number}. {section.vi}{named}", f"Đạt {len(met)}/{len(items) - outside}", tail
        for item, answer in items:
            if answer.value in _RESULTS:
                yield f"- {item.vi}", _RESULTS[str(answer.value)], answer.note

    def _findings(self) -> Iterator[Block]:
        if self.visit.access_result != "inspected":
            return
        if not self.visit.findings:
            yield self._no_findings()
            return
        for number, finding in enumerate(self.visit.findings, 1):
            yield Paragraph(f"{number}. {self._finding(finding)}")

    def _no_findings(self) -> Block:
        """Return the sentence on a visit without violations; a dotted line while nothing was answered."""
        answers = [answer.value for _, items in self._printed() for _, answer in items]
        if not answers and not self.visit.overall_result:
            return Pen("", more_lines=1)
        if any(value in _RESULTS for value in answers):
            return Paragraph(
                "Không ghi nhận hành vi vi phạm; nội dung chưa đạt nêu ở kết quả kiểm tra trên đây."
            )
        return Paragraph("Không phát hiện vi phạm tại thời điểm kiểm tra.")

    def _printed(self) -> list[tuple[ChecklistSection, list[tuple[ChecklistItem, CheckedAnswer]]]]:
        return printed_checklist(self.visit, self._inspected.establishment_type_id, self._lists)

    def _finding(self, finding: VisitFinding) -> str:
        violation = self._lists.violations.get(finding.violation_id)
        name = violation.vi if violation else finding.violation_id
        quantity = f" (số lượng: {number_text(finding.quantity)})" if finding.quantity else ""
        source = self._lists.legal_sources.get(text_of(finding.frame, "src"))
        note = f" Ghi chú: {finding.note}" if finding.note else ""
        cited = citation(source, text_of(finding.frame, "art"), finding.occurred_on or self._day)
        return f"{name}{quantity}. Căn cứ: {cited}.{note}"

    def _outreach(self) -> Iterator[Block]:
        done = self.visit.answers.get("ou_done")
        if done is not None and done.value == "yes":
            counts = self._counts("outreach_on_site")
            yield Paragraph(
                "Đội đã phổ biến pháp luật tại chỗ" + (f": {'; '.join(counts)}." if counts else ".")
            )

    def _counts(self, section_id: str) -> list[str]:
        items = [item for item in self._lists.items.values() if item.section == section_id]
        counted = [(item, self.visit.count(item.id)) for item in items if not item.is_suppressed]
        return [f"{item.vi}: {number_text(count)}" for item, count in counted if count is not None]

    def _demands(self) -> Iterator[Block]:
        visit = self.visit
        for answer in visit.follow_up_answers:
            status = self._word("followup_status", answer.status)
            note = f" ({answer.note})" if answer.note else ""
            named = name_of(RecordType.INSPECTION, "follow_up_answers.*")
            yield Paragraph(f"{named}: {answer.text} – {status}{note}.")
        if visit.overall_result:
            yield Paragraph(f"Kết luận: {self._word('overall_result', visit.overall_result)}.")
        for measure in visit.measures:
            number = f", văn bản số {measure.document_number}" if measure.document_number else ""
            of_day = f" ngày {date_text(measure.document_date)}" if measure.document_date else ""
            named = (
                f"{name_of(RecordType.INSPECTION, 'measures.*')}: {self._word('measure', measure.measure_id)}"
            )
            yield Paragraph(f"{named}{number}{of_day}.")
        for follow_up in visit.follow_ups:
            due = f", thời hạn: {date_text(follow_up.due_on)}" if follow_up.due_on else ""
            yield Paragraph(f"{name_of(RecordType.INSPECTION, 'follow_ups.*')}: {follow_up.text}{due}.")
        yield from self._fields("result")

    def _opinion(self) -> Iterator[Block]:
        if self.visit.representative_role == "none":
            return
        if self.visit.representative_opinion:
            yield Paragraph(self.visit.representative_opinion)
        else:
            yield Pen("", more_lines=1)

    def _closing(self) -> str:
        ended = f"Biên bản kết thúc {moment_of(self.visit.ended_at)}"
        if self.visit.representative_role == "none":
            return f"{ended}, lập thành 02 bản; lập khi không có đại diện cơ sở."
        read_aloud = "lập thành 02 bản có giá trị như nhau, đã đọc lại cho những người có mặt cùng nghe"
        if self.visit.paper_signed == "refused":
            return f"{ended}, {read_aloud}; giao cơ sở 01 bản. Đại diện cơ sở không ký biên bản."
        return f"{ended}, {read_aloud}, công nhận là đúng và cùng ký tên dưới đây; giao cơ sở 01 bản."

    def _signatures(self) -> Iterator[tuple[SignaturePlace, ...]]:
        """Yield establishment and witness, writer and leader, then every other member of the team."""
        beside = SignaturePlace("NGƯỜI CHỨNG KIẾN")
        if self.visit.representative_role == "none":
            yield (beside,)
        else:
            yield SignaturePlace("ĐẠI DIỆN CƠ SỞ"), beside
        named = [(member.position, self._name(member.user)) for member in self.visit.members]
        leader = next((name for position, name in named if position == _LEADER), "")
        writer = next((name for position, name in named if position == _SECRETARY), "")
        yield SignaturePlace("NGƯỜI LẬP BIÊN BẢN", writer), SignaturePlace("ĐỘI TRƯỞNG", leader)
        others = [SignaturePlace("THÀNH VIÊN", name) for _, name in named if name not in (leader, writer)]
        for first in range(0, len(others), _MEMBERS_A_ROW):
            yield tuple(others[first : first + _MEMBERS_A_ROW])

    def _recipients(self) -> tuple[str, ...]:
        standing = standing_agency(self._source, self.visit, self._lists)
        return recipients(self._lists, "minutes_recipients", self._day, standing)

    def _fields(self, section: str) -> Iterator[Block]:
        return field_lines(RecordType.INSPECTION, section, self._source.data, self._lists)

    def _name(self, user: str) -> str:
        return text_of(self._source.people.get(user, {}), "display_name")

    def _word(self, name: str, choice_id: str) -> str:
        return word_of(self._lists, name, choice_id)


_KINDS = (
    ("NĐ-CP", "Nghị định"),
    ("QH", "Luật"),
    ("TT", "Thông tư"),
    ("QĐ", "Quyết định"),
    ("PL", "Pháp lệnh"),
)
_DOTTED_ARTICLE = "điểm …… khoản …… Điều ……"
_DOTTED_SOURCE = "…………………………"


def citation(source: LegalSource | None, article: str, on: date | None) -> str:
    """Return the citation of a day; what is not known of it is a dotted line for the pen, never a guess."""
    if source is None:
        return _DOTTED_SOURCE
    number = source.number if on is None else source.number_on(on)
    if number is None:
        return source.vi
    kind = next((word for mark, word in _KINDS if mark in number), "")
    document = f"{kind} {number}".strip()
    match = ARTICLE.fullmatch(article)
    if match is None:
        return f"{_DOTTED_ARTICLE} {document}"
    number, clause, point = match.groups()
    parts = [
        f"điểm {point}" if point else "",
        f"khoản {clause}" if clause else "",
        f"Điều {number}",
        document,
    ]
    return " ".join(part for part in parts if part)
