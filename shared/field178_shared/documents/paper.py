"""Drawing a paper: A4 with the margins and letters of ND 30/2020, page numbers, dotted lines, a QR code.

Everything that could differ from one run to the next is fixed: the time inside the file is that of the visit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import singledispatchmethod
from importlib.resources import as_file, files

import segno
from fpdf import FPDF
from fpdf.enums import TableBordersLayout, XPos, YPos
from fpdf.fonts import FontFace

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

_FONT = "minutes"
_STYLES = {"": "Regular", "B": "Bold", "I": "Italic"}
# ND 30/2020 annex I: left 30-35 mm, right 15-20, top and bottom 20-25.
_LEFT, _RIGHT, _TOP, _BOTTOM = 30, 15, 20, 20
_BODY_PT, _SMALL_PT, _LINE_MM, _SMALL_LINE_MM = 12, 10, 6, 5
_SIGNATURE_MM, _QR_MM = 30, 24
# As short as the number that takes its place: the line is set before the number is known.
_PAGES = "{}"
_UNKNOWN_TIME = datetime(2000, 1, 1, tzinfo=UTC)


Progress = Callable[[float], None]


def draw(
    head: Letterhead,
    blocks: Sequence[Block],
    seal: Seal,
    made_at: datetime | None,
    tell: Progress = lambda _share: None,
) -> bytes:
    """Return the PDF of a paper, telling how much of it is drawn (0 to 1)."""
    paper = _Paper(seal, made_at or _UNKNOWN_TIME, head.title.capitalize())
    paper.draw_head(head)
    for number, block in enumerate(blocks):
        paper.draw(block)
        tell((number + 1) / (len(blocks) + 1))
    paper.draw_seal()
    return bytes(paper.output())


class _Paper(FPDF):
    """One paper under the pen."""

    def __init__(self, seal: Seal, made_at: datetime, title: str) -> None:
        super().__init__(format="A4")
        self._seal = seal
        self.set_margins(_LEFT, _TOP, _RIGHT)
        self.set_auto_page_break(True, _BOTTOM)
        self.set_creation_date(made_at)
        self.set_lang("vi")
        self.set_title(title)
        fonts = files("field178_shared.documents") / "fonts"
        for style, name in _STYLES.items():
            with as_file(fonts / f"LiberationSerif-{name}.ttf") as path:
                self.add_font(_FONT, style, path)
        self.alias_nb_pages(_PAGES)
        self.add_page()

    def file_id(self) -> str:
        """Name the file by its record: the library would take the time of day."""
        return f"<{self._seal.h}><{self._seal.h}>"

    def footer(self) -> None:
        """Draw page number and the code that ties every page to the record."""
        self.set_y(-14)
        self.set_font(_FONT, "", 8.5)
        parts = (self._seal.code, f"bản {self._seal.rev}", _spaced(self._seal.h))
        self.cell(0, 5, " · ".join(filter(None, parts)), align="L")
        self.set_x(_LEFT)
        self.cell(0, 5, f"Trang {self.page_no()}/{_PAGES}", align="R")

    def draw_head(self, head: Letterhead) -> None:
        """Draw authority and number left, the nation's heading right, the title below."""
        top, width = self.get_y(), self.epw
        left, right = width * 0.44, width * 0.56
        for text, style in ((head.authority[0], ""), (head.authority[-1], "B")):
            self._centred(text, left, style, 11)
        self._rule_below(_LEFT + left / 2, left * 0.35)
        self._centred(head.number, left, "", 12)
        below_left = self.get_y()
        self.set_xy(_LEFT + left, top)
        self._centred("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", right, "B", 11, _LEFT + left)
        self._centred("Độc lập - Tự do - Hạnh phúc", right, "B", 12, _LEFT + left)
        self._rule_below(_LEFT + left + right / 2, 50)
        self._centred(head.dateline, right, "I", 12, _LEFT + left)
        self.set_xy(_LEFT, max(below_left, self.get_y()) + 5)
        self._centred(head.title, width, "B", 14)
        self._centred(head.subtitle, width, "B", 12)
        self.ln(2)

    @singledispatchmethod
    def draw(self, block: Block) -> None:
        """Draw one part below what is there."""
        raise TypeError(type(block).__name__)

    @draw.register
    def _(self, block: Heading) -> None:
        self._keep_together(2 * _LINE_MM)
        self.ln(1)
        self.set_font(_FONT, "B", _BODY_PT)
        self._flow(block.text, _LINE_MM)

    @draw.register
    def _(self, block: Paragraph) -> None:
        if block.keeps_next:
            self._keep_together(4 * _LINE_MM)
        size, line = (_SMALL_PT, _SMALL_LINE_MM) if block.is_small else (_BODY_PT, _LINE_MM)
        self.set_font(_FONT, "", size)
        self._flow(block.text, line)

    @draw.register
    def _(self, block: Pen) -> None:
        self.set_font(_FONT, "", _BODY_PT)
        label = f"{block.label} " if block.label else ""
        self._dotted(label)
        for _ in range(block.more_lines):
            self._dotted("")

    @draw.register
    def _(self, block: Table) -> None:
        self.set_font(_FONT, "", 11)
        bold = FontFace(emphasis="BOLD")
        self.ln(1)
        with self.table(
            (block.head, *block.rows),
            col_widths=block.widths,
            line_height=5,
            headings_style=bold,
            text_align="LEFT",
            borders_layout=TableBordersLayout.ALL,
            align="LEFT",
            width=self.epw,
            padding=(0.6, 1.2),
        ):
            pass
        self.ln(1)

    @draw.register
    def _(self, block: Signatures) -> None:
        self._keep_together(_SIGNATURE_MM + 2 * _LINE_MM)
        self.ln(3)
        width, top = self.epw / len(block.titles), self.get_y()
        for number, title in enumerate(block.titles):
            left = _LEFT + number * width
            self.set_xy(left, top)
            self._centred(title, width, "B", 10, left)
            self._centred("(Ký, ghi rõ họ tên)", width, "I", 10, left)
        self.set_y(top + _SIGNATURE_MM + _LINE_MM)

    def draw_seal(self) -> None:
        """Draw the QR code and say what it is for."""
        self._keep_together(_QR_MM + 4)
        self.ln(2)
        top = self.get_y()
        self._draw_qr(self._seal.qr_text, _LEFT, top)
        self.set_xy(_LEFT + _QR_MM + 4, top + 2)
        self.set_font(_FONT, "", _SMALL_PT)
        lines = (
            f"Mã phiếu: {self._seal.code}" if self._seal.code else "",
            f"Bản ghi: {self._seal.record_id}, bản {self._seal.rev}",
            f"Mã đối chiếu: {_spaced(self._seal.h)}",
            "Mã QR gắn bản giấy này với phiếu điện tử của Đội.",
        )
        text = "\n".join(filter(None, lines))
        self.multi_cell(0, _SMALL_LINE_MM, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _draw_qr(self, text: str, left: float, top: float) -> None:
        rows = list(segno.make(text, error="m", micro=False).matrix_iter(border=0))
        size = _QR_MM / len(rows)
        self.set_fill_color(0)
        for y, row in enumerate(rows):
            for x, is_dark in enumerate(row):
                if is_dark:
                    self.rect(left + x * size, top + y * size, size, size, style="F")

    def _centred(self, text: str, width: float, style: str, size: float, left: float = _LEFT) -> None:
        self.set_x(left)
        self.set_font(_FONT, style, size)
        self.multi_cell(width, 5.5, text, align="C", new_x=XPos.LEFT, new_y=YPos.NEXT)

    def _rule_below(self, middle: float, width: float) -> None:
        y = self.get_y() + 0.6
        self.line(middle - width / 2, y, middle + width / 2, y)
        self.set_y(y + 0.6)

    def _flow(self, text: str, line: float) -> None:
        self.multi_cell(0, line, text, align="J", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _dotted(self, label: str) -> None:
        dots = int((self.epw - self.get_string_width(label) - 2) / self.get_string_width("."))
        self.cell(0, _LINE_MM + 1, label + "." * dots, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _keep_together(self, height: float) -> None:
        if self.will_page_break(height):
            self.add_page()


def _spaced(h: str) -> str:
    return " ".join(h[start : start + 4] for start in range(0, len(h), 4))
