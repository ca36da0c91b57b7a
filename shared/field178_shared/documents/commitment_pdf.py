"""PDF of the commitment (bản cam kết) that an establishment signs at a visit; its promises are a list.

Who signs for the establishment is a dotted line, filled with a pen and never stored.
"""

from __future__ import annotations

from collections.abc import Iterator

from field178_shared.codelists import CodeLists
from field178_shared.documents.blocks import Block, Closing, Letterhead, Paragraph, Pen, Seal, SignaturePlace
from field178_shared.documents.pdf_drawing import Progress, draw
from field178_shared.documents.sources import VisitSource, establishment_on_day
from field178_shared.documents.wording import (
    UNKNOWN,
    address_line,
    bases,
    dateline,
    identity_of,
    legal_bases,
    recipients,
    team_name,
    team_table,
    text_of_form,
    word_of,
)
from field178_shared.records.establishment import Establishment
from field178_shared.records.inspection import Inspection

_FORM = "commitment"
_SIGNED_BY = ((SignaturePlace("ĐẠI DIỆN CƠ SỞ"), SignaturePlace("ĐẠI DIỆN ĐỘI KIỂM TRA")),)


def commitment_pdf(source: VisitSource, lists: CodeLists, tell: Progress = lambda _share: None) -> bytes:
    """Return the commitment as PDF; the same source and lists give the same bytes, wherever it is made.

    `tell` gets the progress (0 to 1).
    """
    visit = Inspection.from_data(source.data)
    establishment = establishment_on_day(source, visit)
    head = Letterhead(
        authority=("CƠ SỞ KINH DOANH DỊCH VỤ", (establishment.name or UNKNOWN).upper()),
        number="",
        dateline=dateline(lists, visit.unit_id, visit.occurred_on),
        title="BẢN CAM KẾT",
        subtitle=text_of_form(lists, "commitment_subtitle", visit.occurred_on),
    )
    seal = Seal(source.record_id, source.rev, source.h, visit.record_code)
    blocks = tuple(_blocks(source, visit, establishment, lists))
    return draw(head, blocks, seal, visit.ended_at or visit.started_at, tell)


def _blocks(
    source: VisitSource, visit: Inspection, establishment: Establishment, lists: CodeLists
) -> Iterator[Block]:
    yield from bases(legal_bases(lists, _FORM, visit.occurred_on))
    yield Paragraph(f"Kính gửi: {team_name(source)}.")
    yield Pen("Tôi là (ông/bà):")
    role = word_of(lists, "representative_role", visit.representative_role)
    # A role with nobody in it: the paper is signed later, by whoever comes.
    yield Paragraph(f"Chức vụ: {role if visit.representative_role != 'none' and role else UNKNOWN}.")
    yield Paragraph(f"Đại diện cho cơ sở. {identity_of(lists, establishment)}")
    yield Paragraph(address_line(lists, establishment))
    yield Paragraph("Cơ sở cam kết thực hiện:", keeps_next=True)
    for number, commitment in enumerate(lists.choices_on("commitment", visit.occurred_on), 1):
        yield Paragraph(f"{number}. {commitment.vi}.")
    yield Paragraph("Cơ sở chịu trách nhiệm trước pháp luật về việc thực hiện bản cam kết này.")
    yield Paragraph("Cam kết được lập trước sự chứng kiến của Đội kiểm tra:", keeps_next=True)
    yield team_table(source, visit, lists)
    yield Closing(
        "Bản cam kết lập thành 02 bản có giá trị như nhau, mỗi bên giữ 01 bản.",
        _SIGNED_BY,
        recipients(lists, "commitment_recipients", visit.occurred_on),
    )
