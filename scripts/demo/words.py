"""Language of the demo: that of the terminal, unless FIELD178_LANGUAGE names another."""

from __future__ import annotations

import gettext
import os
from collections.abc import Mapping
from pathlib import Path

from field178_shared.text.i18n import DEFAULT_LANGUAGE, LANGUAGES, SOURCE_LANGUAGE

_CATALOGS = Path(__file__).parent / "translations"
# In the order in which POSIX asks for the language of messages.
_VARIABLES = ("FIELD178_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


def language_of(environment: Mapping[str, str]) -> str:
    """Return the language of a terminal: Vietnamese, also for a locale without a language (C, POSIX)."""
    wished = next(filter(None, (environment.get(name, "") for name in _VARIABLES)), "")
    language = wished.partition("_")[0].partition(".")[0].lower()
    return language if language in LANGUAGES else DEFAULT_LANGUAGE


LANGUAGE = language_of(os.environ)
_ = (
    gettext.NullTranslations()
    if LANGUAGE == SOURCE_LANGUAGE
    else gettext.translation("demo", _CATALOGS, [LANGUAGE])
).gettext
