"""Answers of the service: JSON written row by row into a file, and errors as OData writes them.

The file is sent after the transaction has ended: a slow line must not keep a snapshot open.
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
from field178_server.office.feeds.edm import EdmType, EntityProperty
from field178_server.office.feeds.filter_conditions import refused
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
    """How JSON is asked for: with its context or bare, and 64-bit numbers as texts or numbers."""

    has_context: bool = True
    numbers_as_text: bool = False

    @classmethod
    def read(cls) -> JsonFormat:
        """Read the format of the request; raises AppError(query_refused) for another one than JSON."""
        asked = request.args.get(FORMAT, "")
        if asked and asked.lower() != "json" and not asked.lower().startswith("application/json"):
            raise refused(FORMAT, "json alone")
        asked = asked or request.headers.get("Accept", "")
        level = _METADATA.search(asked)
        return cls(level is None or level[1].lower() != "none", _AS_TEXT.search(asked) is not None)

    @property
    def content_type(self) -> str:
        """The content type of an answer."""
        level = "minimal" if self.has_context else "none"
        numbers = ";IEEE754Compatible=true" if self.numbers_as_text else ""
        return f"application/json;odata.metadata={level}{numbers};charset=utf-8"


def root_address() -> str:
    """Return the address of the service root as this reader reaches it."""
    scheme = "https" if current_runtime().settings.is_https else request.scheme
    return f"{scheme}://{request.host}{PREFIX}/"


def row_writer(columns: Sequence[EntityProperty], form: JsonFormat) -> Callable[[Row], bytes]:
    """Return what makes JSON of a row."""
    names = [one.name for one in columns]
    texts = [form.numbers_as_text and one.type is EdmType.INT64 for one in columns]
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
    """An answer that is written piece by piece; past a mebibyte it lies on the disk."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115  # the answer closes it
        self.is_packed = request.accept_encodings.quality("gzip") > 0
        self._packer = gzip.GzipFile("", "wb", _LEVEL, self._file, mtime=0) if self.is_packed else None
        self._out: IO[bytes] = self._packer or self._file  # type: ignore[assignment]  # both write bytes

    def write(self, piece: bytes) -> None:
        """Write a piece."""
        self._out.write(piece)

    def response(self, content_type: str) -> Response:
        """Return what was written as an answer."""
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
        """Give the file back; nothing was answered."""
        self._file.close()


def answer(body: bytes, content_type: str) -> Response:
    """Return a short answer."""
    return Response(body, content_type=content_type)


def marked(response: Response) -> Response:
    """Add the headers of every answer of the service."""
    response.headers["OData-Version"] = VERSION
    response.headers["Cache-Control"] = "no-store"
    response.vary.update(("Accept-Encoding", "Authorization"))
    return response


def error_answer(status: int, code: ErrorCode, details: Mapping[str, object]) -> Response:
    """Return an error in the form of OData: `code` is stable, `target` the option that it is about."""
    language = current_runtime().settings.language
    text, problem = message(code, language), details.get("problem")
    error: dict[str, object] = {"code": code, "message": f"{text} ({problem})" if problem else text}
    if isinstance(target := details.get("target"), str):
        error["target"] = target
    body = json.dumps({"error": error}, ensure_ascii=False).encode()
    response = Response(body, status, content_type=JsonFormat().content_type)
    if status == 401:
        # Basic first: spreadsheets ask for what is named first.
        response.headers.add("WWW-Authenticate", _REALM)
        response.headers.add("WWW-Authenticate", "Bearer")
    return marked(response)


def check_version() -> None:
    """Refuse a reader that reads no version 4.0."""
    most = request.headers.get("OData-MaxVersion", VERSION)
    if most.partition(".")[0] < VERSION[0]:
        raise AppError(ErrorCode.QUERY_REFUSED, target="OData-MaxVersion", problem=f"OData {VERSION}")
