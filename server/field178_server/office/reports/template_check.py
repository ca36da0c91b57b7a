"""The check of an office's template: its container, content that it would load, and its placeholders."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from jinja2 import TemplateError, nodes

from field178_server.office.reports.docx_report import report_docx, values_of
from field178_server.office.reports.printed import PrintedReport
from field178_server.office.reports.template_fault import MAX_BYTES, TemplateFault, TemplateFaultKind
from field178_server.office.reports.template_language import TemplateLanguage

_MAX_UNPACKED_BYTES, _MAX_PARTS = 20 << 20, 500
# Limits of one text part: the search for placeholders starts at each brace.
_MAX_TEXT_BYTES, _MAX_BRACES = 4 << 20, 2_000
_MAIN_PART, _RELATIONS, _XML = "word/document.xml", ".rels", (".xml", ".rels")
_ENCRYPTED = 1
# Names and content types of parts that are or contain programs.
_PROGRAMS = re.compile(r"vbaproject|vbadata|activex|/embeddings/|macroenabled", re.IGNORECASE)
# Relations that load content when the document is opened; a hyperlink needs a click.
_EXTERNAL, _LINK, _CHUNK = "External", "/hyperlink", "/aFChunk"
# Fields that load a file or start a program.
_LOADING = re.compile(
    r"\b(INCLUDETEXT|INCLUDEPICTURE|IMPORT|LINK|DDE|DDEAUTO|DATABASE|MACROBUTTON)\b", re.IGNORECASE
)
# A placeholder or a tag; p, tr, tc or r after the bracket is the element that docxtpl removes with the tag.
_MARK = re.compile(
    r"\{\{(?:r\s)?(?P<value>.{0,500}?)\}\}|\{%(?:(?:p|tr|tc|r)\s)?(?P<tag>.{0,500}?)%\}", re.DOTALL
)
_HALF = re.compile(r"\{\{|\}\}|\{%|%\}")
_FOR = re.compile(r"-?\s*for\s+(?P<name>\w+)\s+in\s+(?P<of>.+?)\s*-?", re.DOTALL)
_CONDITION = re.compile(r"-?\s*(?:if|elif)\s+(?P<of>.+?)\s*-?", re.DOTALL)
_LAST_PART = re.compile(r"-?\s*(?:endfor|endif|else)\s*-?")
_STRAIGHT = str.maketrans("“”‘’", "\"\"''")
_SHOWN_LENGTH = 80
# Errors of the libraries for a file that is no valid document.
_BROKEN = (
    KeyError,
    ValueError,
    OSError,
    AttributeError,
    SyntaxError,
    TypeError,
    RecursionError,
    zipfile.BadZipFile,
)


def template_faults(template: bytes, sample: PrintedReport) -> list[TemplateFault]:
    """Return the problems of a template in the order of its text; render it with a sample report last."""
    try:
        if (fault := _fault_of_container(template)) is not None:
            return [fault]
        paragraphs = list(_paragraphs(Document(io.BytesIO(template))))
    except _BROKEN:
        return [TemplateFault(TemplateFaultKind.NOT_A_DOCUMENT)]
    if not any(_MARK.search(text) or _HALF.search(text) for text in paragraphs):
        return [TemplateFault(TemplateFaultKind.NO_PLACEHOLDER)]
    if faults := list(_faults_of_marks(paragraphs, values_of(sample))):
        return faults
    try:
        report_docx(sample, template, None)
    except (TemplateError, *_BROKEN) as error:
        return [TemplateFault(TemplateFaultKind.DOES_NOT_RENDER, str(error)[:_SHOWN_LENGTH])]
    return []


def _fault_of_container(template: bytes) -> TemplateFault | None:
    if len(template) > MAX_BYTES:
        return TemplateFault(TemplateFaultKind.TOO_LARGE)
    with zipfile.ZipFile(io.BytesIO(template)) as container:
        parts = container.infolist()
        if len(parts) > _MAX_PARTS or sum(part.file_size for part in parts) > _MAX_UNPACKED_BYTES:
            return TemplateFault(TemplateFaultKind.TOO_LARGE)
        names = [part.filename for part in parts]
        is_sound = len(set(names)) == len(names) and not any(part.flag_bits & _ENCRYPTED for part in parts)
        if _MAIN_PART not in names or not is_sound:
            return TemplateFault(TemplateFaultKind.NOT_A_DOCUMENT)
        for name in names:
            body = container.read(name) if name.endswith(_XML) else b""
            if len(body) > _MAX_TEXT_BYTES or body.count(b"{") > _MAX_BRACES:
                return TemplateFault(TemplateFaultKind.TOO_LARGE)
            if fault := _fault_of_part(name, body):
                return fault
    return None


def _fault_of_part(name: str, body: bytes) -> TemplateFault | None:
    """Return the fault of a container part: it runs or loads something, or declares XML entities."""
    if _PROGRAMS.search(f"/{name}"):
        return TemplateFault(TemplateFaultKind.PROGRAMS, name[:_SHOWN_LENGTH])
    if not body:
        return None
    whole = parse_xml(body)
    if whole.getroottree().docinfo.doctype:
        return TemplateFault(TemplateFaultKind.NOT_A_DOCUMENT)
    instructions = []
    for element in whole.iter("{*}*"):
        kind, mode = element.get("Type", ""), element.get("TargetMode", "")
        if kind.endswith(_CHUNK) or (mode == _EXTERNAL and not kind.endswith(_LINK)):
            return TemplateFault(TemplateFaultKind.LOADS, element.get("Target", "")[:_SHOWN_LENGTH])
        if program := _PROGRAMS.search(element.get("ContentType", "")):
            return TemplateFault(TemplateFaultKind.PROGRAMS, program[0])
        is_text = element.tag == qn("w:instrText")
        instructions.append(element.text or "" if is_text else element.get(qn("w:instr"), ""))
    if loading := _LOADING.search("".join(instructions)):
        return TemplateFault(TemplateFaultKind.LOADS, loading[1])
    return None


def _faults_of_marks(paragraphs: list[str], values: Mapping[str, Any]) -> Iterator[TemplateFault]:
    scope: dict[str, Any] = {**values, "loop": None}
    for number, text in enumerate(paragraphs, 1):
        shown = text.strip()[:_SHOWN_LENGTH]
        for mark in _MARK.finditer(text):
            try:
                unknown = _unknown_in(mark, scope)
            except TemplateError:
                yield TemplateFault(TemplateFaultKind.NOT_READABLE, mark[0], number, shown)
            else:
                if unknown:
                    yield TemplateFault(TemplateFaultKind.UNKNOWN_PLACEHOLDER, unknown, number, shown)
        if half := _HALF.search(_MARK.sub("", text)):
            yield TemplateFault(TemplateFaultKind.NOT_READABLE, half[0], number, shown)


def _unknown_in(mark: re.Match[str], scope: dict[str, Any]) -> str:
    """Return the unknown expression of a placeholder or tag, else ""; add a loop's variable to the scope."""
    tag = mark["tag"]
    if tag is None:
        return _unknown(mark["value"].strip().strip("-"), scope)
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
    source = f"{{{{ {expression.translate(_STRAIGHT)} }}}}"
    output = TemplateLanguage().parse(source).find(nodes.Output)
    if output is None:
        raise TemplateError(expression)
    return output.nodes[0]


def _shape(node: nodes.Node, scope: Mapping[str, Any]) -> Any:
    """Return the sample value of an expression, else None. Raises KeyError for an unknown name."""
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
    """Yield the text of each paragraph, also in tables and boxes: body first, then headers and footers."""
    yield from _texts_in(document.element.body)
    for section in document.sections:
        for part in (
            section.first_page_header,
            section.header,
            section.even_page_header,
            section.first_page_footer,
            section.footer,
            section.even_page_footer,
        ):
            if not part.is_linked_to_previous:
                yield from _texts_in(part._element)


def _texts_in(place: Any) -> Iterator[str]:
    for paragraph in place.iter(qn("w:p")):
        letters = (
            run for run in paragraph.iter(qn("w:t")) if next(run.iterancestors(qn("w:p"))) is paragraph
        )
        yield "".join(run.text or "" for run in letters)
