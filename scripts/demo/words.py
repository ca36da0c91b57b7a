"""Language of the demo: Vietnamese unless FIELD178_LANGUAGE is en."""

from __future__ import annotations

import gettext
import os
from pathlib import Path

from field178_shared.text.i18n import DEFAULT_LANGUAGE, SOURCE_LANGUAGE

_CATALOGS = Path(__file__).parent / "translations"
_IS_ENGLISH = os.environ.get("FIELD178_LANGUAGE") == SOURCE_LANGUAGE
_catalog = (
    gettext.NullTranslations() if _IS_ENGLISH else gettext.translation("demo", _CATALOGS, [DEFAULT_LANGUAGE])
)
_ = _catalog.gettext
