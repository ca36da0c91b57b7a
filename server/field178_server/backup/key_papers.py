"""Papers of the office key: an A4 page (PDF) for each share, with its words and a QR code of them."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from importlib.resources import as_file, files
from pathlib import Path

import segno
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from field178_server.backup.office_key import NEEDED, SHARES, NewOfficeKey
from field178_server.security.private_files import write_private
from field178_server.settings import Settings
from field178_shared.time.clock import from_wire, local_date

# The paper is for one person each: no two of them sit in the same room.
HOLDERS = (
    ("Người đứng đầu cơ quan", "Head of the office"),
    ("Cán bộ bảo vệ dữ liệu", "Privacy officer"),
    ("Cơ quan cấp tỉnh", "Province"),
)
_FONT = "paper"
_STYLES = {"": "Regular", "B": "Bold", "I": "Italic"}
_MARGIN, _LINE_MM, _QR_MM = 22, 6.0, 58
_COLUMNS = 3
_WORD_PT, _BODY_PT, _TITLE_PT = 14, 12, 20
_RULES_VI = (
    f"Bản sao lưu của máy chủ chỉ mở được bằng {NEEDED} trong {SHARES} tờ giấy này. Một tờ không mở được gì.",
    "Cất trong phong bì dán kín, ở nơi có khóa. Không chụp ảnh; chỉ gõ vào máy khi khôi phục hoặc diễn tập.",
    "Mất tờ này: báo ngay cho quản trị viên để làm khóa mới. Mất hai tờ: không ai mở được bản sao lưu cũ.",
)
_RULES_EN = (
    f"Backups of the server open with any {NEEDED} of these {SHARES} papers. One alone opens nothing.",
    "Keep it sealed and locked away. Take no photo; type it only for a restore or a drill.",
    "If it is lost, tell the administrator at once. With two lost nobody opens the earlier backups.",
)


def write_papers(folder: Path, made: NewOfficeKey, settings: Settings) -> list[Path]:
    """Write the paper of each share into a folder and return the files; raise OSError if one exists."""
    paths = []
    for number, share in enumerate(made.shares, 1):
        path = folder / f"office-key-{made.key.key_id}-{number}.pdf"
        write_private(path, _paper(number, share, made, settings))
        paths.append(path)
    return paths


def _paper(number: int, share: str, made: NewOfficeKey, settings: Settings) -> bytes:
    pdf = FPDF(format="A4")
    pdf.set_margins(_MARGIN, _MARGIN, _MARGIN)
    pdf.set_title(f"{made.key.key_id} {number}/{SHARES}")
    for style, name in _STYLES.items():
        with as_file(files("field178_shared.documents") / "fonts" / f"LiberationSerif-{name}.ttf") as path:
            pdf.add_font(_FONT, style, path)
    pdf.add_page()
    holder_vi, holder_en = HOLDERS[number - 1]
    made_on = from_wire(made.key.made_at)
    assert made_on is not None
    _line(pdf, f"KHÓA SAO LƯU {made.key.key_id} · TỜ {number}/{SHARES}", "B", _TITLE_PT)
    _line(pdf, f"Backup key {made.key.key_id}, paper {number} of {SHARES}", "I", _BODY_PT)
    pdf.ln(2)
    _line(pdf, f"Người giữ: {holder_vi} (holder: {holder_en})", "B", _BODY_PT)
    _line(pdf, f"{settings.url} · {local_date(made_on):%d/%m/%Y}", "", _BODY_PT)
    pdf.ln(4)
    _words(pdf, share.split())
    pdf.ln(5)
    top = pdf.get_y()
    pdf.image(_qr(share), x=pdf.w - _MARGIN - _QR_MM, y=top, w=_QR_MM)
    width = pdf.epw - _QR_MM - 6
    for text in _RULES_VI:
        _paragraph(pdf, width, text, "")
    for text in _RULES_EN:
        _paragraph(pdf, width, text, "I")
    pdf.set_y(max(pdf.get_y(), top + _QR_MM) + 8)
    _line(pdf, "Nhận ngày ……………… Họ tên, chữ ký: ……………………………………………………", "", _BODY_PT)
    return bytes(pdf.output())


def _words(pdf: FPDF, words: Sequence[str]) -> None:
    """Draw the numbered words in columns, read downwards."""
    rows = -(-len(words) // _COLUMNS)
    top, width = pdf.get_y(), pdf.epw / _COLUMNS
    pdf.set_font(_FONT, "", _WORD_PT)
    for column, row, number in _places(len(words), rows):
        pdf.set_xy(_MARGIN + column * width, top + row * (_LINE_MM + 1.5))
        pdf.cell(width, _LINE_MM, f"{number + 1:>2}. {words[number]}")
    pdf.set_y(top + rows * (_LINE_MM + 1.5))


def _places(count: int, rows: int) -> Iterator[tuple[int, int, int]]:
    return ((number // rows, number % rows, number) for number in range(count))


def _line(pdf: FPDF, text: str, style: str, size: float) -> None:
    pdf.set_font(_FONT, style, size)
    pdf.cell(0, _LINE_MM + size / 8, text, new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _paragraph(pdf: FPDF, width: float, text: str, style: str) -> None:
    pdf.set_font(_FONT, style, _BODY_PT - 1)
    pdf.multi_cell(width, _LINE_MM - 1, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    pdf.ln(1.5)


def _qr(share: str) -> io.BytesIO:
    picture = io.BytesIO()
    segno.make(share, error="m", micro=False).save(picture, kind="png", scale=6, border=2)
    picture.seek(0)
    return picture
