"""Rules of a catalog: complete, current, with equal placeholders, and without stigmatising words."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from string import Formatter

from scripts.catalog_files import Catalog, compiled, read_catalog

from field178_shared.codelists import load
from field178_shared.text.privacy import stigma_in

# English term → required Vietnamese term, in console and tablet.
TERMS: Mapping[str, str] = {r"\bcomment": "nhận xét"}


def problems(domain: str, texts: Sequence[str]) -> Iterator[str]:
    """Yield the problems of a domain's catalogs; `texts` are the texts in its code."""
    vi = read_catalog(domain, "vi")
    yield from _gaps(vi, texts)
    yield from _faults(vi)
    yield from _twice(vi)
    if not vi.mo.exists() or vi.mo.read_bytes() != compiled(vi):
        yield f"{vi.mo.name} is stale: run scripts/catalogs.py compile"


def placeholders(text: str) -> set[str]:
    """Return the names between braces."""
    try:
        return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError:
        return {text}


def _gaps(catalog: Catalog, texts: Sequence[str]) -> Iterator[str]:
    shown = set(texts)
    for text in texts:
        if text not in catalog.messages:
            yield f"missing: {text!r}"
    for text, translation in catalog.messages.items():
        if not translation:
            yield f"not translated: {text!r}"
        if text not in shown:
            yield f"shown nowhere: {text!r}"


def _faults(catalog: Catalog) -> Iterator[str]:
    for text in sorted(catalog.fuzzy):
        yield f"fuzzy: {text!r}"
    for text, translation in catalog.messages.items():
        if translation and placeholders(text) != placeholders(translation):
            yield f"placeholders differ: {text!r}"
        for pattern, term in TERMS.items():
            if translation and re.search(pattern, text, re.IGNORECASE) and term not in translation.casefold():
                yield f"{term!r} is the term: {text!r}"
        for word in stigma_in(f"{text}\n{translation}", load()):
            yield f"{word!r} is on the list of words to avoid: {text!r}"


def _twice(catalog: Catalog) -> Iterator[str]:
    lines = catalog.po.read_text(encoding="utf-8").splitlines() if catalog.po.exists() else []
    count = Counter(line for line in lines if line.startswith("msgid ") and line != 'msgid ""')
    for line, times in count.items():
        if times > 1:
            yield f"stands {times} times: {line}"
