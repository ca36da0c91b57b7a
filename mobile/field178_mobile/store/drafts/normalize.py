"""What people typed, made fit for the wire: NFC texts, no NUL, no lone surrogates, no null outside lists."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from field178_mobile.ports import Json

_NEVER = re.compile("[\x00\ud800-\udfff]")


def clean(value: object) -> object:
    """Return a JSON value that the protocol takes; null means absent, so null members go."""
    if isinstance(value, str):
        return value if value.isascii() and "\x00" not in value else _clean_text(value)
    if isinstance(value, Mapping):
        return {_clean_text(str(key)): clean(item) for key, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [clean(item) for item in value]
    return value


def clean_object(data: Mapping[str, object]) -> Json:
    """Return the data of a record, fit for the wire."""
    return {_clean_text(key): clean(item) for key, item in data.items() if item is not None}


def _clean_text(text: str) -> str:
    return unicodedata.normalize("NFC", _NEVER.sub("", text))
