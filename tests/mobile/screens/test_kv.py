"""Every kv rule stands once: Kivy applies all rules of a name, so two classes of one name clash."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

UI = Path(__file__).resolve().parents[3] / "mobile" / "field178_mobile"
RULE = re.compile(r"^<([A-Za-z]\w*)(?:@\w+(?:\+\w+)*)?>:", re.MULTILINE)


def test_no_two_kv_rules_share_a_name():
    names = Counter(name for path in UI.rglob("*.kv") for name in RULE.findall(path.read_text("utf-8")))
    assert len(names) > 40
    assert [name for name, count in names.items() if count > 1] == []
