"""How a Vietnamese paper cites the law: điểm a khoản 1 Điều 9 Nghị định 12/2022/NĐ-CP."""

from __future__ import annotations

import re

from field178_shared.codelists.legal import LegalSource

_ARTICLE = re.compile(r"(\d+)(?:\.(\d+))?(?:\.([a-zđ]))?")
_KINDS = (
    ("NĐ-CP", "Nghị định"),
    ("QH", "Luật"),
    ("TT", "Thông tư"),
    ("QĐ", "Quyết định"),
    ("PL", "Pháp lệnh"),
)
TO_BE_LOOKED_UP = "(điều, khoản: cần tra cứu)"


def citation(source: LegalSource | None, article: str) -> str:
    """Return the citation; an article nobody has verified is said to be unknown, never guessed."""
    if source is None or source.number is None:
        return "(căn cứ pháp lý: cần tra cứu)" if source is None else source.vi
    kind = next((word for mark, word in _KINDS if mark in source.number), "")
    document = f"{kind} {source.number}".strip()
    match = _ARTICLE.fullmatch(article)
    if match is None:
        return f"{document} {TO_BE_LOOKED_UP}"
    number, clause, point = match.groups()
    parts = [
        f"điểm {point}" if point else "",
        f"khoản {clause}" if clause else "",
        f"Điều {number}",
        document,
    ]
    return " ".join(part for part in parts if part)
