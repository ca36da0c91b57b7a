"""The language of the demonstration: Vietnamese unless FIELD178_LANGUAGE says en."""

from __future__ import annotations

import gettext
import os
from pathlib import Path

from field178_shared.text.i18n import DEFAULT_LANGUAGE

_LANGUAGE = os.environ.get("FIELD178_LANGUAGE", DEFAULT_LANGUAGE)
_ = gettext.translation("demo", Path(__file__).parent / "translations", [_LANGUAGE, DEFAULT_LANGUAGE]).gettext
