"""The record types as published (docs/sync-protocol.md §11)."""

from __future__ import annotations

import re
from pathlib import Path

from tests.server.office_scene import Office

from field178_shared.schemas import TYPES

RECORD_TYPES = Path(__file__).resolve().parents[3] / "docs" / "record-types.md"


def test_every_type_is_described_to_everyone(office: Office) -> None:
    types = office.client.get("/api/v1/schemas").get_json()["types"]
    assert set(types) == set(TYPES)
    establishment = types["establishment"]
    assert (establishment["scope"], establishment["schemas"]) == ("unit", [1, 1])
    assert establishment["creators"] == ["tablet", "office"]
    assert "inspection_priority_id" in establishment["office_paths"]
    assert types["review"]["editors"] == ["office"]
    assert "name" in establishment["json_schema"]["required"]


def test_the_rules_of_a_type_are_published_with_their_sentences(office: Office) -> None:
    types = office.client.get("/api/v1/schemas").get_json()["types"]
    sentences = {
        "vi": "Tổng không bằng các số thành phần cộng lại.",
        "en": "The total is not the sum of its parts.",
    }
    assert {"path": "answers.workers_total.v", "code": "sum_mismatch", **sentences} in types["inspection"][
        "rules"
    ]
    assert types["establishment"]["rules"] == []


def test_an_unchanged_document_is_not_sent_again(office: Office) -> None:
    first = office.client.get("/api/v1/schemas")
    again = office.client.get("/api/v1/schemas", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert again.get_data() == b""
    assert again.headers["F178-Protocol"] == "1"


def test_page_of_types_has_every_type_under_its_scope() -> None:
    table = RECORD_TYPES.read_text("utf-8").split("\n## 1. Types\n")[1].split("**T1.1**")[0]
    rows = re.findall(r"^\| (\w+)[^|]* \| ([^|]+) \|$", table, re.M)
    scopes = {name: scope for scope, names in rows for name in re.sub(r" \([^)]*\)", "", names).split(", ")}
    assert scopes == {"types": "scope"} | {name: rules.scope_kind for name, rules in TYPES.items()}
