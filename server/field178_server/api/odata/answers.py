"""Answers of the service: JSON written row by row into a file, and errors in the form of OData.

The file is sent after the end of the transaction, so that a slow client does not keep a snapshot open.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import IO

import msgspec
from flask import Response, request
from werkzeug.wsgi import wrap_file

from field178_server.api.odata.query_options import FORMAT
from field178_server.http.application_runtime import current_runtime
from field178_server.office.odata.edm import EdmType, EntityProperty
from field178_server.office.odata.supported import refused
from field178_shared.errors import AppError, ErrorCode, message

PREFIX = "/odata/v4"
VERSION = "4.0"
XML = "application/xml;charset=utf-8"
TEXT = "text/plain;charset=utf-8"
_IN_MEMORY, _LEVEL = 1 << 20, 5
_METADATA = re.compile(r"odata\.metadata\s*=\s*(none|minimal|full)", re.IGNORECASE)
_AS_TEXT = re.compile(r"IEEE754Compatible\s*=\s*true", re.IGNORECASE)
_REALM = 'Basic realm="field178", charset="UTF-8"'

Row = Sequence[object]


@dataclass(frozen=True, slots=True)
class JsonFormat:
    """Requested format of JSON: with or without context, 64-bit numbers as texts or numbers."""

    has_context: bool = True
    numbers_as_text: bool = False

    @classmethod
    def read(cls) -> JsonFormat:
        """Return the format that the request asks for; raises AppError(query_refused) for other than JSON."""
        requested = request.args.get(FORMAT, "")
        if requested and requested.lower() != "json" and not requested.lower().startswith("application/json"):
            raise refused(FORMAT, "json alone")
        requested = requested or request.headers.get("Accept", "")
        level = _METADATA.search(requested)
        return cls(level is None or level[1].lower() != "none", _AS_TEXT.search(requested) is not None)

    @property
    def content_type(self) -> str:
        """Content type of an answer in this format."""
        level = "minimal" if self.has_context else "none"
        numbers = ";IEEE754Compatible=true" if self.numbers_as_text else ""
        return f"application/json;odata.metadata={level}{numbers};charset=utf-8"


def root_address() -> str:
    """Return the URL of the service root as the client addressed it."""
    scheme = "https" if current_runtime().settings.is_https else request.scheme
    return f"{scheme}://{request.host}{PREFIX}/"


def row_writer(columns: Sequence[EntityProperty], form: JsonFormat) -> Callable[[Row], bytes]:
    """Return the function that encodes a row as JSON."""
    names = [column.name for column in columns]
    texts = [form.numbers_as_text and column.type is EdmType.INT64 for column in columns]
    encode = msgspec.json.Encoder().encode

    def write(row: Row) -> bytes:
        if form.numbers_as_text:
            row = [
                str(value) if is_text and value is not None else value
                for value, is_text in zip(row, texts, strict=True)
            ]
        return encode(dict(zip(names, row, strict=True)))

    return write


class AnswerFile:
    """File of an answer written in chunks; above a mebibyte it is stored on disk."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115  # the answer closes it
        self.is_packed = request.accept_encodings.quality("gzip") > 0
        self._packer = gzip.GzipFile("", "wb", _LEVEL, self._file, mtime=0) if self.is_packed else None
        self._out: IO[bytes] = self._packer or self._file  # type: ignore[assignment]  # both write bytes

    def write(self, piece: bytes) -> None:
        """Append a chunk to the answer."""
        self._out.write(piece)

    def response(self, content_type: str) -> Response:
        """Return the response with the written content."""
        if self._packer is not None:
            self._packer.close()
        length = self._file.tell()
        self._file.seek(0)
        response = Response(
            wrap_file(request.environ, self._file),
            content_type=content_type,
            direct_passthrough=True,
        )
        response.content_length = length
        if self.is_packed:
            response.headers["Content-Encoding"] = "gzip"
        return response

    def close(self) -> None:
        """Close the file without an answer."""
        self._out.close()
        self._file.close()


def answer(body: bytes, content_type: str) -> Response:
    """Return a response with a body in memory."""
    return Response(body, content_type=content_type)


def marked(response: Response) -> Response:
    """Add the headers that all answers of the service have."""
    response.headers["OData-Version"] = VERSION
    response.headers["Cache-Control"] = "no-store"
    response.vary.update(("Accept-Encoding", "Authorization"))
    return response


def error_answer(status: int, code: ErrorCode, details: Mapping[str, object]) -> Response:
    """Return an error in the form of OData; `code` is stable, `target` is the query option at fault."""
    language = current_runtime().settings.language
    text, problem = message(code, language), details.get("problem")
    error: dict[str, object] = {"code": code, "message": f"{text} ({problem})" if problem else text}
    if isinstance(target := details.get("target"), str):
        error["target"] = target
    body = json.dumps({"error": error}, ensure_ascii=False).encode()
    response = Response(body, status, content_type=JsonFormat().content_type)
    if status == 401:
        # Basic first: spreadsheets use the first scheme.
        response.headers.add("WWW-Authenticate", _REALM)
        response.headers.add("WWW-Authenticate", "Bearer")
    return marked(response)


def check_version() -> None:
    """Refuse a request whose client does not support version 4.0."""
    most = request.headers.get("OData-MaxVersion", VERSION)
    if most.partition(".")[0] < VERSION[0]:
        raise AppError(ErrorCode.QUERY_REFUSED, target="OData-MaxVersion", problem=f"OData {VERSION}")
