"""PDF files passed to the system: viewer, share sheet, printer."""

from __future__ import annotations

from pathlib import Path

from field178_mobile.platform.android.java import (
    Java,
    activity,
    attempt,
    java_class,
    on_java_thread,
    seen_as,
    service,
    words,
)
from field178_mobile.platform.android.lending import READ, Lending
from field178_shared.errors import AppError, ErrorCode

PDF = "application/pdf"
PRINTER = "vn.field178.PaperPrinter"


class AndroidDocuments:
    """Shares one paper at a time, under its own file name."""

    def __init__(self, lending: Lending) -> None:
        self._lending = lending
        # Looked up at start: application classes cannot be looked up on other threads.
        self._printer = java_class(PRINTER)

    def take_back(self) -> None:
        """Delete the paper that was shared."""
        self._lending.take_back()

    def open(self, path: Path) -> None:
        """Open the paper in a PDF viewer; AppError(paper_unopened)."""
        uri = self._lending.uri(self._lending.copy_out(path))
        intent = java_class("android.content.Intent")("android.intent.action.VIEW")
        intent.setDataAndType(uri, PDF)
        intent.addFlags(READ)
        if not attempt("open", lambda: activity().startActivity(intent)):
            raise AppError(ErrorCode.PAPER_UNOPENED)

    def share(self, path: Path) -> None:
        """Open the system's share sheet for the paper; AppError(paper_unsaved)."""
        uri = self._lending.uri(self._lending.copy_out(path))
        intent = java_class("android.content.Intent")("android.intent.action.SEND")
        intent.setType(PDF)
        intent.putExtra("android.intent.extra.STREAM", seen_as("android.os.Parcelable", uri))
        intent.setClipData(java_class("android.content.ClipData").newRawUri("", uri))
        intent.addFlags(READ)
        if not attempt("share", lambda: activity().startActivity(_chooser(intent, path.stem))):
            raise AppError(ErrorCode.PAPER_UNSAVED, path=path.name)

    def print(self, path: Path) -> None:
        """Open the system's printing; AppError(paper_unprinted) on a device without."""
        manager = service("print", "android.print.PrintManager")
        if manager is None:
            raise AppError(ErrorCode.PAPER_UNPRINTED)
        adapter = self._printer(java_class("java.io.File")(str(self._lending.copy_out(path))), path.stem)
        # From here on the system's print dialog shows the progress.
        on_java_thread(lambda: attempt("print", lambda: manager.print(path.stem, adapter, None)))


def _chooser(intent: Java, title: str) -> Java:
    return java_class("android.content.Intent").createChooser(intent, words(title))
