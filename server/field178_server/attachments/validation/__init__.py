"""Validation of files: only clean JPEG and PDF, without metadata, active content or trailing bytes."""

from __future__ import annotations

import mmap
from collections.abc import Callable, Mapping
from io import FileIO

from field178_server.attachments.validation.jpeg import Bytes, fault_of_jpeg
from field178_server.attachments.validation.pdf import fault_of_pdf
from field178_shared.errors import AppError, ErrorCode

_CHECKS: Mapping[str, Callable[[Bytes], str | None]] = {
    "image/jpeg": fault_of_jpeg,
    "application/pdf": fault_of_pdf,
}


def check_kind(content_type: str) -> None:
    """Raise AppError(file_refused) for a content type that is never stored."""
    if content_type not in _CHECKS:
        raise AppError(ErrorCode.FILE_REFUSED, problem="content_type")


def check_clean(file: FileIO, content_type: str) -> None:
    """Raise AppError(file_refused) with the problem unless a file is clean and of its content type."""
    check_kind(content_type)
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        fault = _CHECKS[content_type](data)
    if fault is not None:
        raise AppError(ErrorCode.FILE_REFUSED, problem=fault)
