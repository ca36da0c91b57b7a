"""Normalisation of typed values for the wire.

Texts are NFC without NUL and lone surrogates; null occurs only in lists.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from field178_mobile.ports import Json
from field178_shared.wire.canonical import canonical

_NEVER = re.compile("[\x00\ud800-\udfff]")


def clean(value: object) -> object:
    """Return a JSON value that the protocol accepts; null means absent, so null members are removed."""
    if isinstance(value, str):
        return value if value.isascii() and "\x00" not in value else _clean_text(value)
    if isinstance(value, Mapping):
        return {_clean_text(str(key)): clean(item) for key, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [clean(item) for item in value]
    return value


def is_clean(data: Mapping[str, object]) -> bool:
    """Return whether `clean_object` would change nothing; False if unsure."""
    try:
        text = canonical(data).decode()
    except (UnicodeEncodeError, TypeError):
        return False
    # Every part of a text in NFC is in NFC (Unicode Annex 15), so the whole body is checked at once.
    return "null" not in text and "\\u0000" not in text and unicodedata.is_normalized("NFC", text)


def clean_object(data: Mapping[str, object]) -> Json:
    """Return the data of a record, fit for the wire."""
    return {_clean_text(key): clean(item) for key, item in data.items() if item is not None}


def _clean_text(text: str) -> str:
    return unicodedata.normalize("NFC", _NEVER.sub("", text))
