"""Search of whole folders for secrets that must not be there in clear."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from pathlib import Path


def scan(folder: Path, canaries: Mapping[str, bytes]) -> set[str]:
    """Return the names of the canaries that the names or bytes of the files below a folder contain."""
    paths = [path for path in folder.rglob("*") if path.is_file()]
    names = "\n".join(path.relative_to(folder).as_posix() for path in paths).encode()
    contents = [names, *(path.read_bytes() for path in paths)]
    return {
        name
        for name, canary in canaries.items()
        if any(form in content for form in _forms(canary) for content in contents)
    }


def _forms(canary: bytes) -> Iterator[bytes]:
    """Yield the bytes of a canary as they are, and in the encodings that programs write."""
    yield canary
    yield canary.hex().encode()
    yield base64.urlsafe_b64encode(canary).rstrip(b"=")
    yield base64.b64encode(canary).rstrip(b"=")
