"""Drawing of a PDF: A4 as ND 30/2020 annex I has it: margins, letters, page numbers; dotted lines, a QR code.

Everything that could differ from one run to the next is fixed: the time inside the file is that of the visit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import singledispatchmethod
from importlib.resources import as_file, files
from itertools import groupby

import segno
from fpdf import FPDF
from fpdf.enums import MethodReturnValue, TableBordersLayout, XPos, YPos
from fpdf.fonts import FontFace, TTFFont

from field178_shared.documents.blocks import (
    Annex,
    Basis,
    Block,
    Closing,
    Heading,
    Letterhead,
    Paragraph,
    Pen,
    Sealed,
    SignatureBlock,
    SignaturePlace,
    Table,
)
from field178_shared.documents.printable import NOTE, Printable

_FONT = "minutes"
_STYLES = {"": "Regular", "B": "Bold", "I": "Italic"}
# ND 30/2020 annex I: left 30-35 mm, right 15-20, top and bottom 20-25.
_LEFT, _RIGHT, _TOP, _BOTTOM = 30, 15, 20, 22
# Body 13-14 pt, between paragraphs at least 6 pt, first line in by 1 to 1.27 cm.
_BODY_PT, _LINE_MM, _BETWEEN_MM = 13, 5.2, 2.2
_INDENT = "\u2003\u2003\u2002"  # two and a half em of 13 pt: 11.5 mm
_TABLE_PT, _TABLE_LINE_MM = 11, 4.8
_ANNEX_PT, _ANNEX_LINE_MM = 9, 3.7
_LIST_PT, _RECIPIENTS_SHARE = 11, 0.48
_PAGE_NUMBER_MM = 10
_SLANT_DEGREES = 12
_PEN_ROOM_MM = 18
_QR_MM = 16
_QR_TOP_MM = _BOTTOM - 2
_UNKNOWN_TIME = datetime(2000, 1, 1, tzinfo=UTC)


Progress = Callable[[float], None]


def draw(
    head: Letterhead,
    blocks: Sequence[Block],
    seal: Sealed,
    made_at: datetime | None,
    tell: Progress = lambda _share: None,
) -> bytes:
    """Return the PDF of a paper, telling how much of it is drawn (0 to 1)."""
    paper = _Paper(seal, made_at or _UNKNOWN_TIME, head.title.capitalize())
    head, blocks = paper.printable.of((head, tuple(blocks)))
    paper.add_page()
    paper.draw_head(head)
    for number, block in enumerate(blocks):
        paper.draw(block)
        tell((number + 1) / (len(blocks) + 1))
    return bytes(paper.output())


class _Paper(FPDF):
    """One paper under the pen."""

    def __init__(self, seal: Sealed, made_at: datetime, title: str) -> None:
        super().__init__(format="A4")
        self._seal = seal
        self._qr = tuple(_dark_runs(seal.qr_text))
        self._pages_before = 0
        self.set_margins(_LEFT, _TOP, _RIGHT)
        # Letters begin at the margin itself, where tables do.
        self.c_margin = 0
        self.set_auto_page_break(True, _BOTTOM)
        self.set_creation_date(made_at)
        self.set_lang("vi")
        self.set_title(title)
        fonts = files("field178_shared.documents") / "fonts"
        for style, name in _STYLES.items():
            with as_file(fonts / f"LiberationSerif-{name}.ttf") as path:
                self.add_font(_FONT, style, path)
        self.printable = Printable(_letters_of(self.fonts.values()))

    def file_id(self) -> str:
        """Name the file by its record: the library would take the time of day."""
        return f"<{self._seal.h}><{self._seal.h}>"

    def header(self) -> None:
        """Draw the page number: in the middle of the top margin, from the second page of each part on."""
        number = self.page_no() - self._pages_before
        if number > 1:
            self.set_y(_PAGE_NUMBER_MM)
            self.set_font(_FONT, "", _BODY_PT)
            self.cell(0, _LINE_MM, str(number), align="C")
            self.set_y(_TOP)

    def footer(self) -> None:
        """Draw what ties every page to the record, in the bottom margin: no page is there for it alone."""
        top = self.h - _QR_TOP_MM
        self._draw_qr(_LEFT, top)
        self.set_font(_FONT, "", 8.5)
        notes = (NOTE,) if self.printable.has_marks else ()
        for number, text in enumerate((*self._seal.lines, *notes)):
            self.set_xy(_LEFT + _QR_MM + 3, top + 1 + number * 4)
            self.cell(0, 4, text)

    def draw_head(self, head: Letterhead) -> None:
        """Draw authority and number left, the nation's heading right, the title below."""
        top, width = self.get_y(), self.epw
        left, right = width * 0.43, width * 0.57
        *above, issuer = head.authority
        for name in above:
            self._centred(name, left, "", 12)
        self._centred(issuer, left, "B", 12)
        self._rule_below(_LEFT + left / 2, left * 0.4)
        self._centred(head.number, left, "", 13)
        below_left = self.get_y()
        self.set_xy(_LEFT + left, top)
        self._centred("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", right, "B", 12, _LEFT + left)
        motto = "Độc lập - Tự do - Hạnh phúc"
        self._centred(motto, right, "B", 13, _LEFT + left)
        self._rule_below(_LEFT + left + right / 2, self.get_string_width(motto))
        self._centred(head.dateline, right, "I", 13, _LEFT + left)
        self.set_xy(_LEFT, max(below_left, self.get_y()) + 5)
        self._centred(head.title, width, "B", 14)
        # Narrower than the page: a long one breaks near its middle.
        self._centred(head.subtitle, width * 0.8, "B", 13, _LEFT + width * 0.1)
        self._rule_below(_LEFT + width / 2, width * 0.2)
        self.ln(_BETWEEN_MM)

    @singledispatchmethod
    def draw(self, block: Block) -> None:
        """Draw one part below what is there."""
        raise TypeError(type(block).__name__)

    @draw.register
    def _(self, block: Basis) -> None:
        self._flow(block.text, "I")

    @draw.register
    def _(self, block: Heading) -> None:
        # Also with the head and first row of a table behind it.
        self._keep_together(6 * _LINE_MM)
        self._flow(block.text, "B", align="L")

    @draw.register
    def _(self, block: Paragraph) -> None:
        if block.keeps_next:
            self._keep_together(4 * _LINE_MM)
        self._flow(block.text)

    @draw.register
    def _(self, block: Pen) -> None:
        self.set_font(_FONT, "", _BODY_PT)
        self._dotted(f"{_INDENT}{block.label} " if block.label else "")
        for _ in range(block.more_lines):
            self._dotted("")
        self.ln(_BETWEEN_MM)

    @draw.register
    def _(self, block: Table) -> None:
        self.set_font(_FONT, "", _TABLE_PT)
        bold = FontFace(emphasis="BOLD")
        with self.table(
            (block.head, *block.rows),
            col_widths=block.widths,
            line_height=_TABLE_LINE_MM,
            headings_style=bold,
            text_align=_aligned(block.head) if block.centred else "LEFT",
            borders_layout=TableBordersLayout.ALL,
            align="LEFT",
            width=self.epw,
            padding=(0.6, 1.2),
        ):
            pass
        self.ln(_BETWEEN_MM)

    @draw.register
    def _(self, block: Closing) -> None:
        self._keep_together(self._height_of(block))
        self._flow(block.text)
        for row in block.signatures:
            self._keep_together(_signature_height())
            self._sign(row)
        if block.recipients:
            self._recipients(block.recipients)

    @draw.register
    def _(self, block: SignatureBlock) -> None:
        lines = max(len(block.signer), 1)
        height = max(2 * _LINE_MM + _PEN_ROOM_MM + lines * _LINE_MM, self._height_of_recipients(block))
        self._keep_together(height + sum(self._height_of_flow(part) for part in block.ending))
        for part in block.ending:
            self._flow(part.text, *(("B", "L") if isinstance(part, Heading) else ()))
        top, width = self.get_y() + _BETWEEN_MM, self.epw
        self.set_y(top)
        self._recipients(block.recipients)
        below = self.get_y()
        left, share = _LEFT + width * _RECIPIENTS_SHARE, 1 - _RECIPIENTS_SHARE
        self.set_xy(left, top)
        for text in block.signer:
            self._centred(text, width * share, "B", 13, left)
        self.set_y(max(below, self.get_y() + _PEN_ROOM_MM + _LINE_MM))

    def _height_of_recipients(self, block: SignatureBlock) -> float:
        self.set_font(_FONT, "", _LIST_PT)
        width = self.epw * _RECIPIENTS_SHARE
        lines = sum(self._lines_of(f"- {recipient};", width) for recipient in block.recipients)
        return _BETWEEN_MM + _LINE_MM + lines * _TABLE_LINE_MM

    @draw.register
    def _(self, block: Annex) -> None:
        self._pages_before = self.page_no()
        self.add_page(orientation="landscape")
        self._centred(block.label, self.epw, "B", 14)
        self._centred(block.name, self.epw, "B", 13)
        self._centred(block.note, self.epw, "I", 13)
        self.ln(_BETWEEN_MM)
        self.set_font(_FONT, "", _ANNEX_PT)
        bold = FontFace(emphasis="BOLD")
        with self.table(
            col_widths=block.widths,
            line_height=_ANNEX_LINE_MM,
            headings_style=bold,
            text_align=_aligned(block.head),
            borders_layout=TableBordersLayout.ALL,
            align="LEFT",
            width=self.epw,
            padding=(0.6, 0.8),
        ) as table:
            table.row(block.head)
            for number, row in enumerate(block.rows, 1):
                table.row(row, style=bold if block.is_summed and number == len(block.rows) else None)

    def _sign(self, row: Sequence[SignaturePlace]) -> None:
        width, top = self.epw / len(row), self.get_y() + _BETWEEN_MM
        for number, place in enumerate(row):
            left = _LEFT + number * width
            self.set_xy(left, top)
            self._centred(place.title, width, "B", 13, left)
            self._centred("(Ký, ghi rõ họ tên)", width, "I", 12, left)
            if place.name:
                self.set_xy(left, top + 2 * _LINE_MM + _PEN_ROOM_MM)
                self._centred(place.name, width, "B", 13, left)
        self.set_y(top + 3 * _LINE_MM + _PEN_ROOM_MM)

    def _recipients(self, recipients: Sequence[str]) -> None:
        self.set_font(_FONT, "B", 12)
        # ND 30/2020 wants it bold and italic: the bold letters are slanted.
        with self.skew(ax=_SLANT_DEGREES, x=self.get_x(), y=self.get_y() + _LINE_MM):
            self.cell(0, _LINE_MM, "Nơi nhận:")
        self.ln(_LINE_MM)
        self.set_font(_FONT, "", _LIST_PT)
        width = self.epw * _RECIPIENTS_SHARE
        for number, recipient in enumerate(recipients):
            text = f"- {recipient}{'.' if number == len(recipients) - 1 else ';'}"
            self.multi_cell(width, _TABLE_LINE_MM, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _height_of(self, block: Closing) -> float:
        recipients = _LINE_MM + len(block.recipients) * _TABLE_LINE_MM if block.recipients else 0
        signatures = len(block.signatures) * _signature_height()
        return self._height_of_flow(Paragraph(block.text)) + signatures + recipients

    def _height_of_flow(self, block: Heading | Paragraph) -> float:
        self.set_font(_FONT, "B" if isinstance(block, Heading) else "", _BODY_PT)
        return self._lines_of(_INDENT + block.text, 0) * _LINE_MM + _BETWEEN_MM

    def _lines_of(self, text: str, width: float) -> int:
        lines = self.multi_cell(width, _LINE_MM, text, dry_run=True, output=MethodReturnValue.LINES)
        assert isinstance(lines, list)
        return len(lines)

    def _draw_qr(self, left: float, top: float) -> None:
        size = _QR_MM / (max(y for y, _x, _length in self._qr) + 1)
        self.set_fill_color(0)
        for y, x, length in self._qr:
            self.rect(left + x * size, top + y * size, length * size, size, style="F")

    def _centred(self, text: str, width: float, style: str, size: float, left: float = _LEFT) -> None:
        self.set_x(left)
        self.set_font(_FONT, style, size)
        self.multi_cell(width, _LINE_MM, text, align="C", new_x=XPos.LEFT, new_y=YPos.NEXT)

    def _rule_below(self, middle: float, width: float) -> None:
        y = self.get_y() + 0.85
        self.line(middle - width / 2, y, middle + width / 2, y)
        self.set_y(y + 0.35)

    def _flow(self, text: str, style: str = "", align: str = "J") -> None:
        self.set_font(_FONT, style, _BODY_PT)
        self.multi_cell(0, _LINE_MM, _INDENT + text, align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(_BETWEEN_MM)

    def _dotted(self, label: str) -> None:
        dots = int((self.epw - self.get_string_width(label) - 2) / self.get_string_width("."))
        self.cell(0, _LINE_MM + 1, label + "." * dots, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _keep_together(self, height: float) -> None:
        if self.will_page_break(height):
            self.add_page()


def _letters_of(fonts: Iterable[object]) -> frozenset[int]:
    """Return the code points that every one of the fonts has a letter for."""
    characters = [frozenset(font.cmap) for font in fonts if isinstance(font, TTFFont)]
    return frozenset.intersection(*characters)


def _aligned(head: Sequence[str]) -> tuple[str, ...]:
    return ("LEFT", *("CENTER" for _ in head[1:]))


def _signature_height() -> float:
    return _BETWEEN_MM + 3 * _LINE_MM + _PEN_ROOM_MM


def _dark_runs(text: str) -> Iterator[tuple[int, int, int]]:
    """Yield row, first module and length of each run of dark modules: a third of the rectangles."""
    for y, row in enumerate(segno.make(text, error="l", micro=False).matrix_iter(border=0)):
        x = 0
        for is_dark, run in groupby(row):
            length = len(list(run))
            if is_dark:
                yield y, x, length
            x += length
