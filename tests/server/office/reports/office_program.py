"""Printing a document of the report by an office program, where the machine has one."""

from __future__ import annotations

import os
import shutil
import subprocess
from importlib.resources import files
from pathlib import Path

import pytest

from field178_server.office.reports.docx_report import report_docx
from field178_server.office.reports.docx_template import own_template
from field178_server.office.reports.printed import PrintedReport
from field178_shared.codelists import load

# Letters as wide as those of Times New Roman; nothing of the machine, so that each one breaks the same lines.
_FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{fonts}</dir><cachedir>{cache}</cachedir></fontconfig>"""


def printed_document(report: PrintedReport, folder: Path, template: bytes | None = None) -> bytes:
    """Return the PDF that LibreOffice prints of the DOCX of a report; skips where there is no LibreOffice."""
    document = report_docx(report, template or own_template(load().report_layout), None)
    return converted(document, "docx", folder)


def converted(document: bytes, kind: str, folder: Path, into: str = "pdf") -> bytes:
    """Return what LibreOffice makes of a document."""
    program = shutil.which("soffice")
    if program is None:
        pytest.skip(
            "no LibreOffice on this machine: documents are not rendered, only what they ask for is read"
        )
    fonts = folder / "fonts.conf"
    shared = files("field178_shared.documents") / "fonts"
    fonts.write_text(_FONTS.format(fonts=shared, cache=folder / "font-cache"))
    source = folder / f"converted-from.{kind}"
    source.write_bytes(document)
    command = (
        program,
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        "--headless",
        "--convert-to",
    )
    subprocess.run(
        (*command, into, "--outdir", str(folder / "converted"), str(source)),
        check=True,
        capture_output=True,
        timeout=120,
        env={**os.environ, "FONTCONFIG_FILE": str(fonts)},
    )
    return (folder / "converted" / f"{source.stem}.{into}").read_bytes()
