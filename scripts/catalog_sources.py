"""The texts that the code shows to people: every `_("...")` of Python, Jinja and Kivy files."""

import ast
import re
from collections.abc import Callable, Iterator
from io import BytesIO

from babel.messages.extract import extract
from scripts.catalog_files import DOMAINS

# `say` and `translate` too: presenters receive the catalog as an argument.
KEYWORDS = dict.fromkeys(("_", "N_", "gettext", "say", "_say", "translate", "language"))
_KEYWORD_CALL = re.compile(rf"\b(?:{'|'.join(KEYWORDS)})\s*\(".encode())

_LITERAL = r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\''
_CALL = re.compile(rf"(?<![\w.])_\(\s*((?:{_LITERAL})(?:\s*(?:{_LITERAL}))*)\s*[,)]")


def texts_in(domain: str) -> list[str]:
    """Return the texts of a domain's package without duplicates, in file order."""
    texts: dict[str, None] = {}
    for path in sorted(DOMAINS[domain].rglob("*")):
        if path.suffix in _EXTRACTORS:
            texts.update(dict.fromkeys(_EXTRACTORS[path.suffix](path.read_bytes())))
    return list(texts)


def texts_of_kv(source: bytes) -> Iterator[str]:
    """Return the texts of a Kivy language file, without whole-line comments."""
    lines = source.decode().splitlines()
    code = "\n".join(line for line in lines if not line.lstrip().startswith("# "))
    for call in _CALL.finditer(code):
        yield str(ast.literal_eval(f"({call[1]})"))


def texts_of_python(source: bytes) -> Iterator[str]:
    """Return the texts of a Python file; a file without a call of a keyword is not tokenized."""
    return _babel("python", source) if _KEYWORD_CALL.search(source) else iter(())


def texts_of_template(source: bytes) -> Iterator[str]:
    """Return the texts of a Jinja template."""
    return _babel("jinja2.ext:babel_extract", source)


def _babel(method: str, source: bytes) -> Iterator[str]:
    for _, message, _, _ in extract(method, BytesIO(source), keywords=KEYWORDS, options={"silent": "false"}):
        yield message if isinstance(message, str) else message[0]


_EXTRACTORS: dict[str, Callable[[bytes], Iterator[str]]] = {
    ".py": texts_of_python,
    ".html": texts_of_template,
    ".kv": texts_of_kv,
}
