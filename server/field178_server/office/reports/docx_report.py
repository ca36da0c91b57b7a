"""The DOCX of a report, filled into the product's template or the office's; the check of such a template."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from docx import Document
from docx.table import Table
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError, nodes
from jinja2.sandbox import SandboxedEnvironment

from field178_server.office.reports.column_widths import column_letters
from field178_server.office.reports.printed import PrintedReport
from field178_server.office.reports.stable_zip import stable

MAX_BYTES = 900 << 10
_MAX_UNPACKED_BYTES, _MAX_PARTS = 20 << 20, 500
_MAIN_PART, _MACROS = "word/document.xml", "vbaProject"
_UNKNOWN_TIME = datetime(2000, 1, 1, tzinfo=UTC)
# A placeholder or a tag; docxtpl writes p, tr, tc or r behind the bracket for what the tag takes away.
_MARK = re.compile(r"\{\{(?:r\s)?(?P<value>.*?)\}\}|\{%(?:(?:p|tr|tc|r)\s)?(?P<tag>.*?)%\}", re.DOTALL)
_FOR = re.compile(r"-?\s*for\s+(?P<name>\w+)\s+in\s+(?P<of>.+?)\s*-?", re.DOTALL)
_CONDITION = re.compile(r"-?\s*(?:if|elif)\s+(?P<of>.+?)\s*-?", re.DOTALL)
_LAST_PART = re.compile(r"-?\s*(?:endfor|endif|else)\s*-?")
_SHOWN_LENGTH = 80


class TemplateFaultKind(StrEnum):
    """What is wrong with a template."""

    NOT_A_DOCUMENT = "not_a_document"
    TOO_LARGE = "too_large"
    MACROS = "macros"
    UNKNOWN_PLACEHOLDER = "unknown_placeholder"
    NOT_READABLE = "not_readable"
    DOES_NOT_RENDER = "does_not_render"


@dataclass(frozen=True, slots=True)
class TemplateFault:
    """A fault: the placeholder, its paragraph's number (0: none of its own), and how that reads."""

    kind: TemplateFaultKind
    what: str = ""
    paragraph: int = 0
    text: str = ""


def report_docx(report: PrintedReport, template: bytes, made_at: datetime | None) -> bytes:
    """Return the DOCX of a report, the same bytes for the same report, template and instant."""
    document = DocxTemplate(io.BytesIO(template))
    document.render(values_of(report), _environment())
    _fit_annexes(document.docx, report)
    made = document.docx.core_properties
    made.created = made.modified = (made_at or _UNKNOWN_TIME).replace(tzinfo=None)
    made.last_modified_by, made.revision = "", 1
    out = io.BytesIO()
    document.save(out)
    return stable(out.getvalue())


def values_of(report: PrintedReport) -> dict[str, Any]:
    """Return what a template may name."""
    values: dict[str, Any] = asdict(report)
    values.pop("h")
    last = len(report.recipients) - 1
    values["recipients"] = [
        f"{one}{'.' if number == last else ';'}" for number, one in enumerate(report.recipients)
    ]
    values["sections"] = [
        {**one, "is_last": number == len(report.sections)} for number, one in enumerate(values["sections"], 1)
    ]
    return values


def _fit_annexes(document: Any, report: PrintedReport) -> None:
    """Give the columns of the annexes their widths: a template cannot know how many there are."""
    left = list(report.annexes)
    for table in document.tables:
        head = tuple(cell.text for cell in table.rows[0].cells)
        annex = next((one for one in left if one.head == head), None)
        if annex is None:
            continue
        left.remove(annex)
        grid = table._tbl.tblGrid.gridCol_lst
        letters = column_letters(annex.head, annex.rows)
        share = sum(one.w for one in grid) / sum(letters)
        widths = [round(one * share) for one in letters]
        for column, width in zip(grid, widths, strict=True):
            column.w = width
        for row in table._tbl.tr_lst:
            for cell, width in zip(row.tc_lst, widths, strict=True):
                cell.width = width


def template_faults(template: bytes, sample: PrintedReport) -> list[TemplateFault]:
    """Return what is wrong with a template, in its order; a sample report is filled in at last."""
    if (fault := _fault_of_container(template)) is not None:
        return [fault]
    values = values_of(sample)
    try:
        document = Document(io.BytesIO(template))
        found = list(_faults_of_marks(document, values))
    except (KeyError, ValueError, OSError):
        return [TemplateFault(TemplateFaultKind.NOT_A_DOCUMENT)]
    if found:
        return found
    try:
        report_docx(sample, template, None)
    except TemplateError as error:
        return [TemplateFault(TemplateFaultKind.DOES_NOT_RENDER, str(error)[:_SHOWN_LENGTH])]
    return []


def _environment() -> SandboxedEnvironment:
    """Return the environment of templates: they come from outside, and reach nothing but their values."""
    return SandboxedEnvironment(autoescape=True, undefined=StrictUndefined)


def _fault_of_container(template: bytes) -> TemplateFault | None:
    if len(template) > MAX_BYTES:
        return TemplateFault(TemplateFaultKind.TOO_LARGE)
    try:
        with zipfile.ZipFile(io.BytesIO(template)) as container:
            parts = container.infolist()
    except zipfile.BadZipFile:
        return TemplateFault(TemplateFaultKind.NOT_A_DOCUMENT)
    if len(parts) > _MAX_PARTS or sum(part.file_size for part in parts) > _MAX_UNPACKED_BYTES:
        return TemplateFault(TemplateFaultKind.TOO_LARGE)
    names = [part.filename for part in parts]
    if any(_MACROS in name for name in names):
        return TemplateFault(TemplateFaultKind.MACROS)
    return None if _MAIN_PART in names else TemplateFault(TemplateFaultKind.NOT_A_DOCUMENT)


def _faults_of_marks(document: Any, values: Mapping[str, Any]) -> Iterator[TemplateFault]:
    scope: dict[str, Any] = {**values, "loop": None}
    for number, text in enumerate(_paragraphs(document), 1):
        for mark in _MARK.finditer(text):
            shown = text.strip()[:_SHOWN_LENGTH]
            try:
                unknown = _unknown_in(mark, scope)
            except TemplateError:
                yield TemplateFault(TemplateFaultKind.NOT_READABLE, mark[0], number, shown)
            else:
                if unknown:
                    yield TemplateFault(TemplateFaultKind.UNKNOWN_PLACEHOLDER, unknown, number, shown)


def _unknown_in(mark: re.Match[str], scope: dict[str, Any]) -> str:
    """Return the name in a mark that no report has, "" where all are known; a loop names its variable."""
    tag = mark["tag"]
    if tag is None:
        return _unknown(mark["value"].strip(), scope)
    if loop := _FOR.fullmatch(tag):
        unknown = _unknown(loop["of"], scope)
        items = None if unknown else _shape(_parsed(loop["of"]), scope)
        scope[loop["name"]] = items[0] if isinstance(items, list | tuple) and items else None
        return unknown
    if condition := _CONDITION.fullmatch(tag):
        return _unknown(condition["of"], scope)
    if _LAST_PART.fullmatch(tag):
        return ""
    raise TemplateError(tag)


def _unknown(expression: str, scope: Mapping[str, Any]) -> str:
    whole = _parsed(expression)
    for node in (whole, *whole.find_all((nodes.Name, nodes.Getattr))):
        try:
            _shape(node, scope)
        except LookupError:
            return expression
    return ""


def _parsed(expression: str) -> nodes.Node:
    output = _environment().parse(f"{{{{ {expression} }}}}").find(nodes.Output)
    if output is None:
        raise TemplateError(expression)
    return output.nodes[0]


def _shape(node: nodes.Node, scope: Mapping[str, Any]) -> Any:
    """Return a value like the one that a name leads to; None where it is not told. Raises KeyError."""
    if isinstance(node, nodes.Name):
        return scope[node.name]
    if isinstance(node, nodes.Getattr):
        holder = _shape(node.node, scope)
        if isinstance(holder, Mapping):
            return holder[node.attr]
        if holder is None:
            return None
        raise KeyError(node.attr)
    return None


def _paragraphs(document: Any) -> Iterator[str]:
    """Yield the texts of all paragraphs: those of the body in their order, then headers and footers."""
    yield from _texts_in(document)
    for section in document.sections:
        for part in (
            section.first_page_header,
            section.header,
            section.first_page_footer,
            section.footer,
        ):
            if not part.is_linked_to_previous:
                yield from _texts_in(part)


def _texts_in(place: Any) -> Iterator[str]:
    for item in place.iter_inner_content():
        if isinstance(item, Table):
            seen: set[Any] = set()
            for row in item.rows:
                for cell in row.cells:
                    if cell._tc not in seen:
                        seen.add(cell._tc)
                        yield from _texts_in(cell)
        else:
            yield item.text
