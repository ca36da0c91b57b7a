from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

from field178_server.console.reviews import queue_view
from field178_server.console.shell.blueprint import STATIC
from field178_server.console.shell.routes import menu_entries
from field178_server.console.text import state_labels

VENDOR = STATIC / "vendor"
TEMPLATES = sorted(STATIC.parent.rglob("*.html"))
MANIFEST = json.loads((VENDOR / "manifest.json").read_text("utf-8"))
TOKENS = (STATIC / "css" / "tokens.css").read_text("utf-8")
ON_SOFT = [(tone, f"{tone}-soft") for tone in ("primary", "ok", "bad", "warn")]
TEXT_PAIRS = [
    *((text, ground) for text in ("text", "muted", "faint") for ground in ("bg", "surface", "sunken")),
    *((tone, "surface") for tone in ("primary", "ok", "bad", "warn")),
    *ON_SOFT,
    *(("text", f"{tone}-soft") for tone in ("primary", "ok", "bad", "warn")),
    *(("muted", f"{tone}-soft") for tone in ("primary", "ok", "bad", "warn")),
    ("primary-on", "primary"),
    ("rail-on", "rail"),
    ("rail-on", "rail-pill"),
]


def blocks() -> list[dict[str, str]]:
    return [
        dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", body))
        for body in re.findall(r"\{([^{}]+)\}", TOKENS)
    ]


LIGHT, DARK_BY_SYSTEM, DARK_BY_SWITCH = blocks()[:3]


def contrast(colour: str, other: str) -> float:
    lighter, darker = sorted((luminance(colour), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_vendored_file_is_the_one_the_manifest_names() -> None:
    files = {row["file"]: hashlib.sha256((VENDOR / row["file"]).read_bytes()).hexdigest() for row in MANIFEST}
    assert files == {row["file"]: row["sha256"] for row in MANIFEST}
    assert [row for row in MANIFEST if not all(row[name] for name in ("name", "version", "licence"))] == []


def test_nothing_is_vendored_without_a_row() -> None:
    assert {path.name for path in VENDOR.iterdir()} == {row["file"] for row in MANIFEST} | {"manifest.json"}


def test_the_two_dark_sets_are_one() -> None:
    assert DARK_BY_SYSTEM == DARK_BY_SWITCH
    assert DARK_BY_SYSTEM.keys() == LIGHT.keys()


@pytest.mark.parametrize("tokens", [LIGHT, DARK_BY_SWITCH], ids=["light", "dark"])
def test_text_is_readable_on_its_ground(tokens: dict[str, str]) -> None:
    contrasts = {
        (text, ground): round(contrast(tokens[text], tokens[ground]), 2) for text, ground in TEXT_PAIRS
    }
    assert {pair: ratio for pair, ratio in contrasts.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("tokens", [LIGHT, DARK_BY_SWITCH], ids=["light", "dark"])
def test_edges_of_fields_stand_out(tokens: dict[str, str]) -> None:
    assert contrast(tokens["control-line"], tokens["surface"]) >= 3


def test_every_icon_in_use_is_in_the_sprite() -> None:
    sprite = set(re.findall(r'<symbol id="([a-z-]+)"', (VENDOR / "icons.svg").read_text("utf-8")))
    named = re.compile(r'icon\("([a-z-]+)"')
    used = {name for path in TEMPLATES for name in named.findall(path.read_text("utf-8"))}
    icons = {label.icon for label in state_labels._STATES.values()} | set(queue_view._GROUP_ICONS.values())
    rooms = {entry.icon for _, _, entry in menu_entries()}
    assert (used | icons | rooms) - sprite == set()


def test_styles_and_scripts_ask_no_other_server() -> None:
    sheets = [*(STATIC / "css").glob("*.css"), STATIC / "console.js"]
    assert not [path.name for path in sheets if re.search(r"https?://|@import", path.read_text("utf-8"))]


def test_templates_hold_no_inline_style_or_script() -> None:
    inline = re.compile(r"\sstyle=|<style|\son[a-z]+=|<script(?![^>]*\ssrc=)", re.I)
    assert len(TEMPLATES) > 100
    assert [path for path in TEMPLATES if inline.search(path.read_text("utf-8"))] == []


def test_package_contains_static_files_of_the_pages() -> None:
    assert all((Path(STATIC) / name).is_file() for name in ("console.js", "icon.svg", "css/fonts.css"))


def test_password_fields_are_masked_and_take_pasted_texts() -> None:
    pages = "".join(path.read_text("utf-8") for path in TEMPLATES)
    fields = re.findall(
        r"<input[^>]*(?:name=\"(?:password|again)\"|autocomplete=\"\{\{ complete \}\}\")[^>]*>", pages
    )
    assert len(fields) == 5
    assert [field for field in fields if 'type="password"' not in field] == []
    scripts = "".join(path.read_text("utf-8") for path in STATIC.glob("*.js"))
    assert re.findall(r"onpaste|[\"']paste[\"']", pages + scripts) == []
