"""The texts that the code shows to people: every `_("...")` of Python, Jinja and Kivy files."""

import ast
import re
from collections.abc import Callable, Iterator

from scripts.catalog_files import DOMAINS

# `say` and `translate` too: presenters receive the catalog as an argument.
KEYWORDS = frozenset({"_", "N_", "gettext", "say", "_say", "translate", "language"})
_KEYWORD_CALL = re.compile(rf"\b(?:{'|'.join(sorted(KEYWORDS))})\s*\(".encode())

_LITERAL = r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\''
_CALL = re.compile(rf"(?<![\w.])_\(\s*((?:{_LITERAL})(?:\s*(?:{_LITERAL}))*)\s*[,)]")
_TEMPLATE_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)


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
    return _texts_of_calls("\n".join(line for line in lines if not line.lstrip().startswith("# ")))


def texts_of_python(source: bytes) -> Iterator[str]:
    """Return the texts of a Python file; only statements with a call of a keyword are searched."""
    if not _KEYWORD_CALL.search(source):
        return
    lines, end = source.split(b"\n"), 0
    for statement in ast.parse(source).body:
        start, end = end, statement.end_lineno or 0
        if _KEYWORD_CALL.search(b"\n".join(lines[start:end])):
            yield from _texts_of_statement(statement)


def texts_of_template(source: bytes) -> Iterator[str]:
    """Return the texts of a Jinja template, without comments."""
    return _texts_of_calls(_TEMPLATE_COMMENT.sub("", source.decode()))


def _texts_of_statement(statement: ast.stmt) -> Iterator[str]:
    texts = (node.args[0] for node in ast.walk(statement) if isinstance(node, ast.Call) and _is_keyword(node))
    for text in sorted(texts, key=lambda text: (text.lineno, text.col_offset)):
        if isinstance(text, ast.Constant) and isinstance(text.value, str):
            yield text.value


def _is_keyword(call: ast.Call) -> bool:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in KEYWORDS and bool(call.args)
    return False


def _texts_of_calls(code: str) -> Iterator[str]:
    for call in _CALL.finditer(code):
        yield str(ast.literal_eval(f"({call[1]})"))


_EXTRACTORS: dict[str, Callable[[bytes], Iterator[str]]] = {
    ".py": texts_of_python,
    ".html": texts_of_template,
    ".kv": texts_of_kv,
}
