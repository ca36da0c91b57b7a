"""Audited actions of the code have their kind and their text in both languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import field178_server
from field178_server.audit.actions import ACTIONS
from field178_server.console.audit.words import KINDS, action_text
from field178_server.console.text.localize import Localizer

SERVER = Path(field178_server.__file__).parent
NAMED = [action for actions in ACTIONS.values() for action in actions]
# What writes an entry: a class and functions of modules.
WRITERS = ("AuditEntry", "_entry", "_note")


def patterns() -> Iterator[tuple[str, str]]:
    """Yield (file, pattern) of each action that an entry is made with; a part that is computed fits all."""
    for path in sorted(SERVER.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)) if any(f"{name}(" in text for name in WRITERS) else ():
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in WRITERS and (pattern := _pattern(node.args[0])):
                yield path.name, pattern


def _pattern(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.escape(node.value)
    if isinstance(node, ast.JoinedStr):
        parts = (part.value if isinstance(part, ast.Constant) else None for part in node.values)
        return "".join(".+" if part is None else re.escape(str(part)) for part in parts)
    return ""


def test_every_action_that_the_code_writes_is_named() -> None:
    written = list(patterns())
    assert len(written) > 50
    unnamed = [entry for entry in written if not any(re.fullmatch(entry[1], action) for action in NAMED)]
    assert unnamed == []


def test_every_action_is_listed_once_with_a_text_in_both_languages() -> None:
    assert len(NAMED) == len(set(NAMED))
    assert set(KINDS) == set(ACTIONS)
    for language, another in (("vi", "Việc khác"), ("en", "Another action")):
        localizer = Localizer(language)
        texts = {action: action_text(action, localizer) for action in NAMED}
        # Neither its code nor the sentence for actions of other versions, and no two alike.
        assert [action for action, text in texts.items() if "_" in text or another in text] == []
        assert "Unknown type" not in " ".join(texts.values())
    assert "later_action" in action_text("later_action", Localizer("vi"))
