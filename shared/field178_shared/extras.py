"""Message of a program whose extra is not installed."""

from __future__ import annotations

import os
from typing import NoReturn

from field178_shared.text.i18n import DEFAULT_LANGUAGE, translator


def end_without(extra: str, program: str, error: ModuleNotFoundError) -> NoReturn:
    """End the program with the name of the missing extra; re-raise for a missing own module."""
    if (error.name or "").startswith("field178_"):
        raise error
    _ = translator(os.environ.get("FIELD178_LANGUAGE", DEFAULT_LANGUAGE), "shared")
    text = _("{program} needs the part [{extra}] ({module} is missing): pip install 'field178[{extra}]'")
    raise SystemExit(text.format(program=program, extra=extra, module=error.name)) from error
