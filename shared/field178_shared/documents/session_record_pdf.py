"""PDF of the record of an outreach session (phiếu ghi nhận buổi tuyên truyền): topics, listeners, place.

People are counted; there is no attendance sheet.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from field178_shared.codelists import CodeLists
from field178_shared.documents.blocks import (
    Block,
    Closing,
    Heading,
    Letterhead,
    Paragraph,
    Seal,
    SignaturePlace,
    Table,
)
from field178_shared.documents.pdf_drawing import Progress, draw
from field178_shared.documents.sources import SessionSource
from field178_shared.documents.wording import (
    UNKNOWN,
    agency_name,
    ancestors,
    bases,
    dateline,
    field_lines,
    issuing_bodies,
    legal_bases,
    recipients,
    text_of_form,
    within,
)
from field178_shared.record_type import RecordType
from field178_shared.records.outreach_session import OutreachSession
from field178_shared.records.reading import Data
from field178_shared.text.formats import date_text, number_text
from field178_shared.time.clock import VIETNAM

_FORM = "outreach_log"


def session_record_pdf(
    source: SessionSource, lists: CodeLists, tell: Progress = lambda _share: None
) -> bytes:
    """Return the record of a session as PDF; the same source and lists give the same bytes.

    `tell` gets the progress (0 to 1).
    """
    session = OutreachSession.from_data(source.data)
    bodies = issuing_bodies(lists, session.host_agency_id, session.unit_id, session.session_date)
    head = Letterhead(
        authority=tuple(name.upper() for name in bodies),
        number="",
        dateline=dateline(lists, session.unit_id, session.session_date),
        title="PHIẾU GHI NHẬN",
        subtitle=text_of_form(lists, "session_subtitle", session.session_date),
    )
    seal = Seal(source.record_id, source.rev, source.h, session.record_code)
    day = session.session_date
    made_at = None if day is None else datetime(day.year, day.month, day.day, tzinfo=VIETNAM)
    return draw(head, tuple(_blocks(source.data, lists)), seal, made_at, tell)


def _blocks(data: Data, lists: CodeLists) -> Iterator[Block]:
    session = OutreachSession.from_data(data)
    yield from bases(legal_bases(lists, _FORM, session.session_date))
    yield Heading("I. THỜI GIAN, ĐỊA ĐIỂM, ĐƠN VỊ")
    yield Paragraph(f"1. Thời gian: {_time(session)}.")
    yield Paragraph(f"2. Địa điểm: {_place(session, lists)}.")
    host = agency_name(lists, session.host_agency_id, session.unit_id) or UNKNOWN
    yield Paragraph(f"3. Cơ quan chủ trì: {host}.")
    if session.co_hosts:
        named = (agency_name(lists, agency, session.unit_id) for agency in session.co_hosts)
        yield Paragraph(f"4. Cơ quan phối hợp: {', '.join(filter(None, named))}.")
    yield from field_lines(RecordType.OUTREACH_SESSION, "session", data, lists)
    yield Heading("II. NỘI DUNG, HÌNH THỨC")
    form = lists.forms.get(session.outreach_form_id)
    yield Paragraph(f"1. Hình thức: {form.vi if form else UNKNOWN}.")
    topics = [lists.topics[topic].vi for topic in session.topic_ids if topic in lists.topics]
    yield Paragraph(f"2. Nội dung: {'; '.join(topics) or UNKNOWN}.")
    if session.summary:
        yield Paragraph(f"3. Tóm tắt: {session.summary}")
    yield from field_lines(RecordType.OUTREACH_SESSION, "content", data, lists)
    yield Heading("III. SỐ NGƯỜI DỰ, TÀI LIỆU")
    yield from _attendance(session, lists)
    materials = [
        f"{lists.materials[key].vi}: {number_text(count)}"
        for key, count in session.materials.items()
        if key in lists.materials
    ]
    if materials:
        yield Paragraph(f"Tài liệu đã cấp: {'; '.join(materials)}.")
    yield Closing(
        "Phiếu lập thành 02 bản, cơ quan chủ trì và đơn vị nơi tuyên truyền mỗi bên giữ 01 bản.",
        ((SignaturePlace("ĐẠI DIỆN ĐƠN VỊ"), SignaturePlace("ĐẠI DIỆN CƠ QUAN CHỦ TRÌ")),),
        recipients(lists, "session_recipients", session.session_date),
    )


def _attendance(session: OutreachSession, lists: CodeLists) -> Iterator[Block]:
    rows = []
    for key, attendance in session.audiences.items():
        audience = lists.audiences.get(key)
        counts = (attendance.attendance_count, attendance.first_time_count, attendance.female_count)
        shown = ("" if count is None else number_text(count) for count in counts)
        rows.append((audience.vi if audience else key, *shown))
    if not rows:
        yield Paragraph("Hình thức này không đếm số người dự.")
        return
    if len(rows) > 1:
        rows.append(("Cộng", number_text(session.attendance_count), "", ""))
    yield Table(
        ("Đối tượng", "Lượt người", "Lần đầu trong năm", "Trong đó nữ"), (46, 18, 18, 18), tuple(rows)
    )


def _time(session: OutreachSession) -> str:
    day = UNKNOWN if session.session_date is None else f"ngày {date_text(session.session_date)}"
    start = f"{session.start_time.replace(':', ' giờ ')}, " if session.start_time else ""
    length = f", {number_text(session.duration_minutes)} phút" if session.duration_minutes else ""
    return f"{start}{day}{length}"


def _place(session: OutreachSession, lists: CodeLists) -> str:
    units = [within(unit) for unit in ancestors(lists, session.unit_id)]
    return ", ".join(filter(None, (session.venue, *units))) or UNKNOWN
