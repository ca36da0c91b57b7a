"""Every icon that the tablet names is in its font: an unknown name ends the application where it is drawn."""

from __future__ import annotations

import re
from pathlib import Path

import field178_mobile
from field178_mobile.kit.icons import CODE_POINTS

TABLET = Path(field178_mobile.__file__).parent
# Most icons are outlines, and no other word of the tablet ends so.
NAMED = re.compile(r"""["']([a-z0-9]+(?:-[a-z0-9]+)*-outline)["']""")


def test_every_outline_that_is_named_is_in_the_font() -> None:
    named = {
        name: path.name
        for path in sorted([*TABLET.rglob("*.py"), *TABLET.rglob("*.kv")])
        for name in NAMED.findall(path.read_text())
    }
    assert len(named) > 50
    assert {name: where for name, where in named.items() if name not in CODE_POINTS} == {}
