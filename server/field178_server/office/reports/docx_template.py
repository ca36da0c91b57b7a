"""The product's report template (DOCX) in the layout of ND 30/2020; an office may edit a copy of it."""

from __future__ import annotations

import io
from copy import deepcopy
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.table import WD_ALIGN_VERTICAL
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from field178_server.office.reports.printed import FIGURE_HEAD, FIGURE_WIDTHS
from field178_server.office.reports.stable_zip import stable
from field178_shared.codelists.reports import ReportLayout

_FONT = "Times New Roman"
_HEAD_PT, _BODY_PT, _TABLE_PT, _LIST_PT, _FOOT_PT = 12, 13, 11, 11, 8.5
_ANNEX_PT, _INDENT_MM, _BETWEEN_PT = 9, 11.5, 6
# Bottom margin of the PDF: it has room for three lines of the foot.
_BOTTOM_MM = 22
# Padding of a cell in twentieths of a point: above and below, left and right.
_CELL_ROOM = (34, 68)
_LANGUAGE, _NO_BREAK_SPACE = "vi-VN", "\u00a0"
_LEFT_SHARE = 0.43
_CENTRED = WD_ALIGN_PARAGRAPH.CENTER
_UNUSED_PARTS = ("/stylesWithEffects", "/metadata/thumbnail")
_USED_STYLES = (
    "Normal",
    "Default Paragraph Font",
    "Normal Table",
    "No List",
    "Table Grid",
    "header",
    "footer",
)
_FIGURE_CELLS = ("label", "value", "basis", "before", "change")


def own_template(layout: ReportLayout) -> bytes:
    """Return the product's template; equal layouts give equal bytes."""
    document = Document()
    _drop_unused(document)
    margins = {side: least for side, (least, *_) in layout.page.margin_mm.items()} | {"bottom": _BOTTOM_MM}
    _set_page(document, margins)
    _set_style(document)
    width = 210 - margins["left"] - margins["right"]
    _head(document, width)
    _body(document, width)
    _end(document, width)
    _annexes(document, 297 - margins["left"] - margins["right"])
    out = io.BytesIO()
    document.save(out)
    return stable(out.getvalue())


def _drop_unused(document: Any) -> None:
    """Drop parts and styles of the library's default document that no report uses: 90 % of the file."""
    for part in (document.part, document.part.package):
        for key, link in list(part.rels.items()):
            if link.reltype.endswith(_UNUSED_PARTS):
                del part.rels[key]
    styles = document.styles.element
    for style in list(styles.style_lst):
        if style.name_val not in _USED_STYLES:
            styles.remove(style)


def _set_page(document: Any, margins: dict[str, float]) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(margins["top"]), Mm(margins["bottom"])
    section.left_margin, section.right_margin = Mm(margins["left"]), Mm(margins["right"])
    section.header_distance, section.footer_distance = Mm(10), Mm(8)
    section.different_first_page_header_footer = True
    number = section.header.paragraphs[0]
    number.alignment = _CENTRED
    run = number.add_run()
    run.font.size, run.font.name = Pt(_BODY_PT), _FONT
    _field(run, "PAGE")
    for footer in (section.footer, section.first_page_footer):
        _loop(footer, "line", "foot", "{{ line }}", size=_FOOT_PT)
        footer._element.remove(footer.paragraphs[0]._element)


def _set_style(document: Any) -> None:
    style = document.styles["Normal"]
    style.font.name, style.font.size = _FONT, Pt(_BODY_PT)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), _FONT)
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), _LANGUAGE)
    style.paragraph_format.space_after = Pt(0)
    style.paragraph_format.space_before = Pt(0)
    style.paragraph_format.line_spacing = 1.0
    document.core_properties.author = ""
    document.core_properties.comments = ""
    document.core_properties.title = "{{ subject }}"


def _head(document: Any, width: float) -> None:
    table = _table(document, 1, (width * _LEFT_SHARE, width * (1 - _LEFT_SHARE)))
    left, right = table.rows[0].cells
    _text(left, "{{ superior_body }}", size=_HEAD_PT, first=True)
    _text(left, "{{ issuing_body }}", size=_HEAD_PT, bold=True)
    _rule(left, width * _LEFT_SHARE, width * _LEFT_SHARE * 0.4)
    _text(left, "{{ number }}")
    _text(right, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", size=_HEAD_PT, bold=True, first=True)
    _text(right, "Độc lập - Tự do - Hạnh phúc", bold=True)
    _rule(right, width * (1 - _LEFT_SHARE), 62)
    _text(right, "{{ dateline }}", italic=True)
    _text(document, "")
    _text(document, "{{ title }}", size=14, bold=True)
    _text(document, "{{ subject }}", bold=True)
    _text(document, "{{ period }}", bold=True)
    _rule(document, width, width * 0.2)


def _body(document: Any, width: float) -> None:
    _loop(document, "line", "opening", "{{ line }}", flows=True)
    _tag(document, "{%p for section in sections %}")
    _tag(document, "{%p if section.group %}")
    _flow(document, "{{ section.group }}", bold=True)
    _tag(document, "{%p endif %}")
    _flow(document, "{{ section.heading }}", bold=True)
    _tag(document, "{%p for line in section.lines %}")
    # Keep the last line on the page of the signature.
    _tag(document, "{%p if section.is_last and loop.last %}")
    _flow(document, "{{ line }}", keeps_next=True)
    _tag(document, "{%p else %}")
    _flow(document, "{{ line }}")
    _tag(document, "{%p endif %}")
    _tag(document, "{%p endfor %}")
    _tag(document, "{%p if section.figures %}")
    table = _table(document, 4, [width * share / 100 for share in FIGURE_WIDTHS], borders=True)
    for place, text in enumerate(FIGURE_HEAD):
        _text(table.rows[0].cells[place], text, size=_TABLE_PT, bold=True, first=True, centred=place > 0)
        cell = table.rows[2].cells[place]
        _text(cell, f"{{{{ one.{_FIGURE_CELLS[place]} }}}}", size=_TABLE_PT, first=True, centred=place > 0)
    _text(table.rows[1].cells[0], "{%tr for one in section.figures %}", first=True)
    _text(table.rows[3].cells[0], "{%tr endfor %}", first=True)
    _tag(document, "{%p endif %}")
    _tag(document, "{%p endfor %}")
    _tag(document, "{%p if ending %}")
    _flow(document, "{{ ending }}", keeps_next=True)
    _tag(document, "{%p endif %}")


def _end(document: Any, width: float) -> None:
    table = _table(document, 1, (width * 0.48, width * 0.52))
    left, right = table.rows[0].cells
    label = _text(left, "Nơi nhận:", size=_HEAD_PT, bold=True, italic=True, first=True, centred=False)
    label.paragraph_format.space_before = Pt(_BETWEEN_PT)
    _loop(left, "one", "recipients", "- {{ one }}", size=_LIST_PT)
    _loop(right, "one", "signer", "{{ one }}", bold=True, centred=True)
    right._element.remove(right.paragraphs[0]._element)


def _annexes(document: Any, width: float) -> None:
    """Write each annex as a section of its own, with page numbers from 1."""
    section = document.add_section(WD_SECTION.NEW_PAGE)
    _make_small(document.paragraphs[-1])
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    numbers = OxmlElement("w:pgNumType")
    numbers.set(qn("w:start"), "1")
    section._sectPr.insert_element_before(numbers, "w:cols", "w:titlePg", "w:docGrid")
    _tag(document, "{%p for annex in annexes %}")
    _text(document, "{{ annex.label }}", size=14, bold=True)
    _text(document, "{{ annex.name }}", bold=True)
    note = _text(document, "{{ annex.note }}", italic=True)
    note.paragraph_format.space_after = Pt(_BETWEEN_PT)
    table = _table(document, 8, (width / 4,) * 4, borders=True)
    _annex_row(table.rows[0], "annex.head", bold=True)
    _annex_tag(table.rows[1], "{%tr for row in annex.rows %}")
    _annex_tag(table.rows[2], "{%tr if annex.is_summed and loop.last %}")
    _annex_row(table.rows[3], "row", bold=True)
    _annex_tag(table.rows[4], "{%tr else %}")
    _annex_row(table.rows[5], "row", bold=False)
    _annex_tag(table.rows[6], "{%tr endif %}")
    _annex_tag(table.rows[7], "{%tr endfor %}")
    _tag(document, "{%p if not loop.last %}")
    end = document.add_paragraph()
    _make_small(end)
    end._p.get_or_add_pPr().append(deepcopy(section._sectPr))
    _tag(document, "{%p endif %}")
    _tag(document, "{%p endfor %}")


def _annex_row(row: Any, of: str, *, bold: bool) -> None:
    first = f"{{{{ {of}[0] }}}}"
    others = (f"{{%tc for cell in {of}[1:] %}}", "{{ cell }}", "{%tc endfor %}")
    for place, (cell, text) in enumerate(zip(row.cells, (first, *others), strict=True)):
        _text(cell, text, size=_ANNEX_PT, bold=bold, first=True, centred=place > 0)


def _annex_tag(row: Any, text: str) -> None:
    _text(row.cells[0], text, size=_ANNEX_PT, first=True)


def _make_small(paragraph: Any) -> None:
    """Set the smallest line height for a paragraph that only contains a section break.

    It is not empty: LibreOffice would move the break to the tag above, which rendering removes.
    """
    paragraph.paragraph_format.line_spacing = Pt(1)
    paragraph.add_run(_NO_BREAK_SPACE).font.size = Pt(1)


def _table(document: Any, rows: int, widths: Any, *, borders: bool = False) -> Any:
    """Add a table with fixed column widths; with borders its head row is repeated on each page."""
    table = document.add_table(rows, len(widths))
    table.autofit = False
    above, beside = _CELL_ROOM if borders else (0, 0)
    properties = table._tbl.tblPr
    indent = OxmlElement("w:tblInd")
    _measure(indent, beside)
    properties.insert_element_before(
        indent, "w:tblBorders", "w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook"
    )
    room = OxmlElement("w:tblCellMar")
    for side, twips in (("top", above), ("left", beside), ("bottom", above), ("right", beside)):
        room.append(_measure(OxmlElement(f"w:{side}"), twips))
    properties.insert_element_before(room, "w:tblLook")
    if borders:
        table.style = document.styles["Table Grid"]
        table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    for row in table.rows:
        row._tr.get_or_add_trPr().insert(0, OxmlElement("w:cantSplit"))
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Mm(width)
            if borders:
                cell.vertical_alignment = WD_ALIGN_VERTICAL.CENTER
    return table


def _measure(element: Any, twips: int) -> Any:
    element.set(qn("w:w"), str(twips))
    element.set(qn("w:type"), "dxa")
    return element


def _text(  # noqa: PLR0913  # how one line looks
    place: Any,
    text: str,
    *,
    size: float = _BODY_PT,
    bold: bool = False,
    italic: bool = False,
    first: bool = False,
    centred: bool = True,
) -> Any:
    """Write a line; the `first` line of a cell uses the paragraph that every cell already has."""
    paragraph = place.paragraphs[0] if first else place.add_paragraph()
    if centred:
        paragraph.alignment = _CENTRED
    run = paragraph.add_run(text)
    run.bold, run.italic, run.font.size, run.font.name = bold, italic, Pt(size), _FONT
    return paragraph


def _flow(document: Any, text: str, *, bold: bool = False, keeps_next: bool = False) -> None:
    """Write a paragraph of running text; bold text is a heading."""
    paragraph = _text(document, text, bold=bold)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT if bold else WD_ALIGN_PARAGRAPH.JUSTIFY
    paragraph.paragraph_format.first_line_indent = Mm(_INDENT_MM)
    paragraph.paragraph_format.space_after = Pt(_BETWEEN_PT)
    # A table above has no space below it.
    paragraph.paragraph_format.space_before = Pt(_BETWEEN_PT if bold else 0)
    paragraph.paragraph_format.keep_with_next = bold or keeps_next


def _loop(  # noqa: PLR0913  # how its lines look
    place: Any,
    name: str,
    of: str,
    text: str,
    *,
    size: float = _BODY_PT,
    bold: bool = False,
    centred: bool = False,
    flows: bool = False,
) -> None:
    _tag(place, f"{{%p for {name} in {of} %}}")
    if flows:
        _flow(place, text)
    else:
        _text(place, text, size=size, bold=bold, centred=centred)
    _tag(place, "{%p endfor %}")


def _tag(place: Any, text: str) -> None:
    place.add_paragraph().add_run(text)


def _rule(place: Any, width: float, length: float) -> None:
    """Draw a centred line: the lower border of an indented paragraph."""
    paragraph = place.add_paragraph()
    side = Mm(max(0.0, (width - length) / 2))
    paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = side
    paragraph.paragraph_format.line_spacing = Pt(3)
    paragraph.paragraph_format.space_after = Pt(_BETWEEN_PT)
    borders, line = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        line.set(qn(f"w:{name}"), value)
    borders.append(line)
    paragraph._p.get_or_add_pPr().append(borders)


def _field(run: Any, name: str) -> None:
    for kind, text in (("begin", None), (None, name), ("end", None)):
        if kind:
            part = OxmlElement("w:fldChar")
            part.set(qn("w:fldCharType"), kind)
        else:
            part = OxmlElement("w:instrText")
            part.text = text
        run._r.append(part)
