"""Every bounded cache of the tablet is emptied at the lock, or holds no texts of records."""

from __future__ import annotations

import re
from pathlib import Path

from field178_mobile.shell.text_caches import CACHES

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = (ROOT / "shared" / "field178_shared", ROOT / "mobile" / "field178_mobile")
BOUNDED = re.compile(
    r"^@(?:functools\.)?lru_cache\(maxsize=\d+\).*\ndef (\w+)|^(\w+) = functools\.lru_cache\(", re.MULTILINE
)
# These hold instants, paths and keys of schemas, numbers, formulas and pictures of icons.
WITHOUT_TEXTS = {
    ("field178_mobile.components.forms.screens.problem_line", "_texture_of"),
    ("field178_shared.formulas.parse", "parse"),
    ("field178_shared.indicators.periods", "_in_parts"),
    ("field178_shared.indicators.subjects", "_bucket_of"),
    ("field178_shared.merge", "_good_key"),
    ("field178_shared.merge", "_good_path"),
    ("field178_shared.records.value", "instant"),
    ("field178_shared.records.value", "local_day"),
    ("field178_shared.rules.counts", "_compared_items"),
    ("field178_shared.rules.free_text", "_paths"),
    ("field178_shared.schemas.declared", "_described"),
    ("field178_shared.schemas.fields.columns", "record_columns"),
    ("field178_shared.schemas.inspection", "_of_the_pack"),
    ("field178_shared.time.clock", "to_wire"),
}


def bounded_caches() -> set[tuple[str, str]]:
    return {
        (".".join(path.relative_to(package.parent).with_suffix("").parts), match[1] or match[2])
        for package in PACKAGES
        for path in package.rglob("*.py")
        for match in BOUNDED.finditer(path.read_text("utf-8"))
    }


def test_every_bounded_cache_is_emptied_or_holds_no_texts() -> None:
    assert bounded_caches() == WITHOUT_TEXTS | set(CACHES)
