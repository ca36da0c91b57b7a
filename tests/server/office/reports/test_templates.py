"""Document templates: those of real word processors are accepted; faults, macros and links are reported."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from docx import Document
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls
from tests.server.office.reports.office_program import converted

from field178_server.office.reports.docx_report import report_docx
from field178_server.office.reports.docx_template import own_template
from field178_server.office.reports.sample import sample_report
from field178_server.office.reports.template_check import template_faults
from field178_server.office.reports.template_fault import TemplateFaultKind
from field178_shared.codelists import load

LISTS = load()
TEMPLATE = own_template(LISTS.report_layout)
SAMPLE = sample_report(LISTS)
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
BODY, RELATIONS, SETTINGS = (
    "word/document.xml",
    "word/_rels/document.xml.rels",
    "word/_rels/settings.xml.rels",
)
Change = Callable[[dict[str, bytes]], None]


def changed(*changes: Change) -> bytes:
    """Return the document template after changes of its parts."""
    with zipfile.ZipFile(io.BytesIO(TEMPLATE)) as container:
        parts = {name: container.read(name) for name in container.namelist()}
    for change in changes:
        change(parts)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as container:
        for name, body in parts.items():
            container.writestr(name, body)
    return out.getvalue()


def with_text(text: str) -> Change:
    """Add a paragraph to the body."""
    return in_body(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>")


def in_body(xml: str) -> Change:
    def change(parts: dict[str, bytes]) -> None:
        parts[BODY] = parts[BODY].replace(b"<w:body>", f"<w:body>{xml}".encode(), 1)

    return change


def with_relation(kind: str, target: str, part: str = RELATIONS) -> Change:
    """Add a relation to a target outside of the file."""
    relation = f'<Relationship Id="rIdX" Type="{OFFICE}/{kind}" Target="{target}" TargetMode="External"/>'

    def change(parts: dict[str, bytes]) -> None:
        relations = parts.get(part, f'<Relationships xmlns="{PACKAGE}"></Relationships>'.encode())
        parts[part] = relations.replace(b"</Relationships>", f"{relation}</Relationships>".encode())

    return change


def with_part(name: str, body: bytes) -> Change:
    return lambda parts: parts.update({name: body})


def replaced(part: str, old: bytes, new: bytes) -> Change:
    def change(parts: dict[str, bytes]) -> None:
        assert old in parts[part]
        parts[part] = parts[part].replace(old, new)

    return change


def texts(document: bytes) -> list[str]:
    return [paragraph.text for paragraph in Document(io.BytesIO(document)).paragraphs]


def kinds(template: bytes) -> list[TemplateFaultKind]:
    return [fault.kind for fault in template_faults(template, SAMPLE)]


def split_runs(template: bytes) -> bytes:
    """Cut each run with a mark in it into runs of three letters, with a note of the spell checker between."""
    document = Document(io.BytesIO(template))
    for paragraph in document.paragraphs:
        for run in [candidate for candidate in paragraph.runs if "{" in candidate.text]:
            text, last = run.text, run._r
            run.text = text[:3]
            for start in range(3, len(text), 3):
                piece = parse_xml(f'<w:r {nsdecls("w")}><w:t xml:space="preserve"/></w:r>')
                piece[0].text = text[start : start + 3]
                last.addnext(OxmlElement("w:proofErr"))
                last.getnext().addnext(piece)
                last = piece
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_template_with_torn_placeholders_is_filled_as_the_whole_one() -> None:
    torn = split_runs(TEMPLATE)
    assert b"{{ subject }}" not in zipfile.ZipFile(io.BytesIO(torn)).read(BODY)
    assert kinds(torn) == []
    assert texts(report_docx(SAMPLE, torn, None)) == texts(report_docx(SAMPLE, TEMPLATE, None))


def test_template_saved_by_an_office_program_keeps_its_annexes_and_its_words(tmp_path: Path) -> None:
    saved = converted(TEMPLATE, "docx", tmp_path, "docx")
    assert kinds(saved) == []
    ours, theirs = (
        Document(io.BytesIO(report_docx(SAMPLE, template, None))) for template in (TEMPLATE, saved)
    )
    assert [paragraph.text.strip() for paragraph in theirs.paragraphs if paragraph.text.strip()] == [
        paragraph.text.strip() for paragraph in ours.paragraphs if paragraph.text.strip()
    ]
    assert [section.orientation for section in theirs.sections] == [
        section.orientation for section in ours.sections
    ]


def test_properties_linked_as_an_office_program_does_are_in_the_document_once() -> None:
    theirs = b"http://schemas.openxmlformats.org/officedocument/2006/relationships/metadata/core-properties"
    ours = b"http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
    template = changed(replaced("_rels/.rels", ours, theirs))
    names = zipfile.ZipFile(io.BytesIO(report_docx(SAMPLE, template, None))).namelist()
    assert len(names) == len(set(names))


BOX = """<w:p><w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml"><v:textbox><w:txbxContent>
<w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:txbxContent></v:textbox></v:shape></w:pict></w:r></w:p>"""
CONTROL = "<w:sdt><w:sdtContent><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:sdtContent></w:sdt>"
CELL = (
    "<w:tbl><w:tblPr/><w:tblGrid><w:gridCol/></w:tblGrid><w:tr><w:tc>"
    "<w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
)


@pytest.mark.parametrize("place", [BOX, CONTROL, CELL], ids=["box", "control", "cell"])
def test_wrong_placeholder_is_reported_with_its_paragraph_everywhere(place: str) -> None:
    (fault,) = template_faults(changed(in_body(place.format(text="Kính gửi {{ sujbect }}"))), SAMPLE)
    assert (fault.kind, fault.what) == (TemplateFaultKind.UNKNOWN_PLACEHOLDER, "sujbect")
    assert fault.paragraph in (1, 2)
    assert fault.text == "Kính gửi {{ sujbect }}"


@pytest.mark.parametrize("text", ["{{ subject }", "{% for one in sections", "title }}", "{{ subject + }}"])
def test_half_a_placeholder_is_reported_with_its_paragraph(text: str) -> None:
    (fault,) = template_faults(changed(with_text(text)), SAMPLE)
    assert (fault.kind, fault.paragraph) == (TemplateFaultKind.NOT_READABLE, 1)
    assert fault.text == text


def test_curly_quotes_of_a_word_processor_are_quotes() -> None:
    template = changed(with_text("{{ recipients|join(“, ”) }}"))
    assert kinds(template) == []
    assert (
        ", ".join(f"{recipient};" for recipient in SAMPLE.recipients[:-1])
        in texts(report_docx(SAMPLE, template, None))[0]
    )


COMPUTED = {
    "memory": "{{ 'x' * 1000000000 }}",
    "width": "{{ subject|center(100000000) }}",
    "call": "{{ subject.format(1) }}",
    "list": "{{ [1] }}",
    "inside": "{{ subject.__class__ }}",
    "set": "{% set a = 1 %}",
    "include": "{% include 'x' %}",
}


@pytest.mark.parametrize("text", COMPUTED.values(), ids=COMPUTED)
@pytest.mark.parametrize("place", ["<w:p><w:r><w:t>{text}</w:t></w:r></w:p>", BOX], ids=["body", "box"])
def test_template_that_computes_is_refused(text: str, place: str) -> None:
    assert set(kinds(changed(in_body(place.replace("{text}", text))))) & {
        TemplateFaultKind.NOT_READABLE,
        TemplateFaultKind.UNKNOWN_PLACEHOLDER,
    }


def test_loops_in_loops_that_would_fill_the_memory_are_refused() -> None:
    begin, end = "{% for one in sections %}", "{% endfor %}"
    assert kinds(changed(with_text(begin * 7 + "x" * 900 + end * 7))) == [TemplateFaultKind.DOES_NOT_RENDER]


def test_loops_in_loops_that_make_no_letter_are_refused() -> None:
    begin, end = "{% for one in sections %}", "{% endfor %}"
    assert kinds(changed(with_text(begin * 14 + end * 14))) == [TemplateFaultKind.DOES_NOT_RENDER]


def test_value_nested_too_deeply_is_refused() -> None:
    assert kinds(changed(with_text("{{ " + "not " * 120 + "subject }}"))) == []
    template = changed(with_text("{% if " + "(" * 200 + "subject" + ")" * 200 + " %}{% endif %}"))
    assert set(kinds(template)) <= {TemplateFaultKind.NOT_READABLE, TemplateFaultKind.DOES_NOT_RENDER}
    ever = "{% if subject %}" * 400 + "{% endif %}" * 400
    assert kinds(changed(with_text(ever))) == [TemplateFaultKind.DOES_NOT_RENDER]


@pytest.mark.parametrize(
    "text",
    ["{{" * 1_000_000, "{% for x in " + " " * 1_000_000 + "%}", "{{ subject" + " " * 1_000_000 + "}}"],
    ids=["braces", "loop", "value"],
)
def test_text_made_to_be_read_for_good_is_refused(text: str) -> None:
    assert set(kinds(changed(with_text(text)))) <= {
        TemplateFaultKind.TOO_LARGE,
        TemplateFaultKind.NOT_READABLE,
    }


REFUSED = {
    "text": (b"no document", TemplateFaultKind.NOT_A_DOCUMENT),
    "empty": (b"", TemplateFaultKind.NOT_A_DOCUMENT),
    "other": (b"PK\x05\x06" + b"\0" * 18, TemplateFaultKind.NOT_A_DOCUMENT),
    "cut": (TEMPLATE[:4000], TemplateFaultKind.NOT_A_DOCUMENT),
    "no types": (
        changed(lambda parts: parts.pop("[Content_Types].xml") and None),
        TemplateFaultKind.NOT_A_DOCUMENT,
    ),
    "broken": (changed(with_part(BODY, b"<w:document")), TemplateFaultKind.NOT_A_DOCUMENT),
    "entity": (
        changed(replaced(BODY, b"<w:document ", b'<!DOCTYPE x [<!ENTITY a "aaaa">]><w:document ')),
        TemplateFaultKind.NOT_A_DOCUMENT,
    ),
    "bomb": (changed(with_part("word/media/image1.png", b"\0" * (30 << 20))), TemplateFaultKind.TOO_LARGE),
    "many parts": (
        changed(*(with_part(f"word/media/{number}.png", b"") for number in range(600))),
        TemplateFaultKind.TOO_LARGE,
    ),
    "macros": (changed(with_part("word/vbaProject.bin", b"x")), TemplateFaultKind.PROGRAMS),
    "macros, renamed": (
        changed(
            replaced(
                "[Content_Types].xml",
                b"vnd.openxmlformats-officedocument.wordprocessingml.document.main",
                b"vnd.ms-word.document.macroEnabled.main",
            )
        ),
        TemplateFaultKind.PROGRAMS,
    ),
    "control": (changed(with_part("word/activeX/activeX1.xml", b"<x/>")), TemplateFaultKind.PROGRAMS),
    "object": (changed(with_part("word/embeddings/oleObject1.bin", b"x")), TemplateFaultKind.PROGRAMS),
    "template from elsewhere": (
        changed(with_relation("attachedTemplate", "https://example.org/x.dotm", SETTINGS)),
        TemplateFaultKind.LOADS,
    ),
    "linked picture": (changed(with_relation("image", "https://example.org/x.png")), TemplateFaultKind.LOADS),
    "chunk": (changed(with_relation("aFChunk", "x.html")), TemplateFaultKind.LOADS),
    "torn field": (
        changed(
            in_body(
                '<w:p><w:r><w:instrText>INCLUDE</w:instrText></w:r><w:r><w:instrText>TEXT "\\\\host\\x"'
                "</w:instrText></w:r></w:p>"
            )
        ),
        TemplateFaultKind.LOADS,
    ),
    "field": (changed(in_body('<w:p><w:fldSimple w:instr="DDEAUTO c:\\x"/></w:p>')), TemplateFaultKind.LOADS),
    "no placeholder": (
        changed(with_part(BODY, f"<w:document {nsdecls('w')}><w:body><w:p/></w:body></w:document>".encode())),
        TemplateFaultKind.NO_PLACEHOLDER,
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_file_that_is_no_template_is_refused_by_its_kind(name: str) -> None:
    template, kind = REFUSED[name]
    assert kinds(template) == [kind]


def test_size_that_the_container_hides_is_detected() -> None:
    """The container declares a hundred bytes: the part is cut there and differs from its checksum."""
    template = changed(with_part("word/comments.xml", b"<x>" + b" " * 5_000_000 + b"</x>"))
    size = (5_000_007).to_bytes(4, "little")
    assert template.count(size) == 2
    assert kinds(template.replace(size, (100).to_bytes(4, "little"))) == [TemplateFaultKind.NOT_A_DOCUMENT]


def test_link_that_only_a_click_follows_is_taken() -> None:
    assert kinds(changed(with_relation("hyperlink", "https://example.org"))) == []
