"""A finished PDF handed to the system: to look at, to send on, to print."""

from __future__ import annotations

from pathlib import Path

from field178_mobile.platform.android.java import (
    activity,
    attempt,
    java_class,
    on_java_thread,
    seen_as,
    service,
)
from field178_mobile.platform.android.lending import READ, Lending

PDF = "application/pdf"
PRINTER = "vn.field178.PaperPrinter"


class Papers:
    """Lends one paper at a time. False where no application of the device takes it."""

    def __init__(self, lending: Lending) -> None:
        self._lending = lending
        # Found while the application starts: its own classes are not found by name on every thread.
        self._printer = java_class(PRINTER)

    def open(self, path: Path) -> bool:
        """Show the paper in whatever shows PDFs."""
        uri = self._lending.uri(self._lending.copy_out(path))
        intent = java_class("android.content.Intent")("android.intent.action.VIEW")
        intent.setDataAndType(uri, PDF)
        intent.addFlags(READ)
        return attempt("open", lambda: activity().startActivity(intent))

    def share(self, path: Path, title: str) -> bool:
        """Let the user choose whom the paper goes to."""
        uri = self._lending.uri(self._lending.copy_out(path))
        intents = java_class("android.content.Intent")
        intent = intents("android.intent.action.SEND")
        intent.setType(PDF)
        intent.putExtra("android.intent.extra.STREAM", seen_as("android.os.Parcelable", uri))
        intent.setClipData(java_class("android.content.ClipData").newRawUri("", uri))
        intent.addFlags(READ)
        return attempt("share", lambda: activity().startActivity(intents.createChooser(intent, title)))

    def print(self, path: Path, title: str) -> bool:
        """Open the system's printing."""
        copy = self._lending.copy_out(path)
        on_java_thread(lambda: self._print(copy, title))
        return True

    def _print(self, copy: Path, title: str) -> None:
        adapter = self._printer(java_class("java.io.File")(str(copy)), title)
        manager = service("print", "android.print.PrintManager")
        attempt("print", lambda: manager.print(title, adapter, None))
