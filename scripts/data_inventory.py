"""`write` or `check` docs/security/data-inventory.md, made from data-inventory.toml and the schemas.

Each column of the server, field of a record type and column of a tablet needs an entry with its class; the
group of its table has purpose, basis, readers and period.
"""

from __future__ import annotations

import sqlite3
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from field178_server.database.models import Base
from field178_shared.schemas.catalogue import SCHEMAS
from field178_shared.schemas.fields.catalogue import FIELDS
from field178_shared.schemas.wire_schema import walk

ROOT = Path(__file__).resolve().parent.parent
ENTRIES = ROOT / "docs/security/data-inventory.toml"
PAGE = ENTRIES.with_suffix(".md")
TABLET = ROOT / "mobile/field178_mobile/store/database/migrations"
TITLES = {
    "server": "Tables of the server",
    "records": "Fields of records",
    "tablet": "Tables of a tablet",
}
INTRODUCTION = """# Data inventory

What is stored, why, on what basis, who reads it and how long it is kept. Made by
`scripts/data_inventory.py write` from [data-inventory.toml](data-inventory.toml) and the schemas; a test
fails for a column or field without an entry. Workers are counts in `state`; no field can name one (decision
0009). Periods are rows of the list `retention` (decision 0157).

"""

Names = dict[str, dict[str, set[str]]]


def stored_names() -> Names:
    """Return the columns and fields that the schemas have, by place and table."""
    tables = Base.metadata.sorted_tables
    # Types without a page declare no words for their fields: the schema has their paths.
    declared = {str(name): {path for path, _ in walk(schema)} for name, schema in SCHEMAS.items()}
    return {
        "server": {table.name: {column.name for column in table.columns} for table in tables},
        "records": declared | {str(name): set(fields) for name, fields in FIELDS.items()},
        "tablet": _tablet_columns(),
    }


def problems(entries: Mapping[str, Any], stored: Names) -> Iterator[str]:
    """Yield what the entries lack, have twice, or have of what is stored no more."""
    for place, tables in stored.items():
        for name in sorted(tables.keys() | entries[place].keys()):
            if name not in entries[place] or name not in tables:
                yield f"{place}.{name}: {'no entry' if name in tables else 'not stored'}"
                continue
            yield from _problems_of(f"{place}.{name}", entries, entries[place][name], tables[name])


def page(entries: Mapping[str, Any]) -> str:
    """Return the page of the entries."""
    parts = [INTRODUCTION, "## Classes\n\n| class | is |\n|---|---|\n"]
    parts += [f"| {name} | {text} |\n" for name, text in entries["classes"].items()]
    parts.append("\n## Groups\n\n| group | purpose | basis | who reads | kept |\n|---|---|---|---|---|\n")
    for name, group in entries["groups"].items():
        cells = (group[key] for key in ("purpose", "basis", "readers", "kept"))
        parts.append(f"| {name} | {' | '.join(cells)} |\n")
    for place, title in TITLES.items():
        parts.append(f"\n## {title}\n\n| table | group | fields by class |\n|---|---|---|\n")
        for name, table in entries[place].items():
            fields = "; ".join(
                f"**{kind}**: {', '.join(f'`{field}`' for field in listed)}"
                for kind, listed in _classes(table)
            )
            parts.append(f"| {name} | {table['group']} | {fields} |\n")
    return "".join(parts)


def main(arguments: list[str]) -> int:
    """Write the page, or check it and its entries."""
    entries = tomllib.loads(ENTRIES.read_text("utf-8"))
    faults = list(problems(entries, stored_names()))
    text = page(entries)
    if arguments == ["write"]:
        PAGE.write_text(text, "utf-8")
    elif not PAGE.exists() or PAGE.read_text("utf-8") != text:
        faults.append(f"{PAGE.name} is not what the entries say: scripts/data_inventory.py write")
    print("\n".join(faults) or "nothing to do")
    return 1 if faults else 0


def _problems_of(
    place: str, entries: Mapping[str, Any], table: Mapping[str, Any], stored: set[str]
) -> Iterator[str]:
    if table["group"] not in entries["groups"]:
        yield f"{place}: no group {table['group']}"
    listed = [field for _, fields in _classes(table) for field in fields]
    yield from (f"{place}: no class {kind}" for kind, _ in _classes(table) if kind not in entries["classes"])
    yield from (f"{place}.{field}: no entry" for field in sorted(stored - set(listed)))
    yield from (f"{place}.{field}: not stored" for field in sorted(set(listed) - stored))
    yield from (
        f"{place}.{field}: twice" for field in sorted({field for field in listed if listed.count(field) > 1})
    )


def _classes(table: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    return [(kind, fields) for kind, fields in table.items() if kind != "group"]


def _tablet_columns() -> dict[str, set[str]]:
    database = sqlite3.connect(":memory:")
    for migration in sorted(TABLET.glob("*.sql")):
        database.executescript(migration.read_text("utf-8"))
    named = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    tables = [name for (name,) in database.execute(named)]
    columns = "SELECT name FROM pragma_table_info(?)"
    return {name: {column for (column,) in database.execute(columns, (name,))} for name in tables}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
