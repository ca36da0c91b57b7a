"""Download of documents attached to records."""

from __future__ import annotations

from flask import Response, send_file

from field178_server.attachments.queries import RecordFile
from field178_server.attachments.storage.file_store import file_store_of
from field178_server.console.records.files_view import DOCUMENT
from field178_server.runtime import Runtime

# Characters of the hash in the file name.
_NAME_LENGTH = 12


def send_document(runtime: Runtime, file: RecordFile) -> Response | None:
    """Return a document as a download, None if its file is missing."""
    try:
        source = file_store_of(runtime.settings).open(file.sha256)
    except FileNotFoundError:
        return None
    name = f"{file.sha256[:_NAME_LENGTH]}.pdf"
    return send_file(source, mimetype=DOCUMENT, as_attachment=True, download_name=name, max_age=0, etag=False)
