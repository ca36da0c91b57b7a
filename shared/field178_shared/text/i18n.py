"""Translations: English texts in the code, Vietnamese by default on the screen."""

import gettext
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path

LANGUAGES = ("vi", "en")
DEFAULT_LANGUAGE, SOURCE_LANGUAGE = "vi", "en"

# Package of each catalog domain; catalogs are located without importing the package.
DOMAINS = {"shared": "field178_shared", "console": "field178_server", "tablet": "field178_mobile"}

Translate = Callable[[str], str]


@cache
def translator(language: str, domain: str) -> Translate:
    """Return the function that turns an English text of the domain into the language's text.

    English needs no catalog: its texts are the message ids. An unknown language gets Vietnamese. An unknown
    domain or a missing catalog is a fault of the installation: LookupError or FileNotFoundError.
    """
    folder = catalog_folder(domain)
    if language == SOURCE_LANGUAGE:
        return gettext.NullTranslations().gettext
    return gettext.translation(domain, str(folder), [DEFAULT_LANGUAGE]).gettext


def catalog_folder(domain: str) -> Path:
    """Return the folder that holds the domain's catalogs."""
    spec = find_spec(DOMAINS[domain])
    if spec is None or not spec.submodule_search_locations:
        raise LookupError(f"the package of the domain {domain!r} is not installed")
    return Path(spec.submodule_search_locations[0]) / "translations"


def N_(msgid: str) -> str:
    """Mark a text for the catalogs where it is written; it is translated later, where it is shown."""
    return msgid
