"""Makes preset dictionary 1 of the coding `x-f178-d1` from synthetic records, schemas and code lists alone.

It was run once: a dictionary never changes after its release, since both sides count on the same bytes.
Another one gets another number. What is likelier stands nearer to the end, where it is cheaper to point at.
"""

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.shared import builders

from field178_shared import schemas
from field178_shared.canonical import canonical
from field178_shared.codelists import load
from field178_shared.protocol import Status

ROOT = Path(__file__).resolve().parent.parent
SIZE = 32 << 10
TARGET = ROOT / "shared" / "field178_shared" / "dictionaries" / "1.bin"
ID = "01970000-0000-7000-8000-000000000000"
HASH = "0" * 32
SCOPES = (f"unit:{builders.UNIT}", f"team:{builders.TEAM}")
# Some kinds share most of their checklist: one that brings little news is left out.
LEAST_NEWS = 3


def main() -> int:
    """Write the dictionary, unless there is one."""
    if TARGET.exists():
        print(f"{TARGET.name} is there already and never changes")
        return 1
    TARGET.write_bytes(dictionary())
    print(f"wrote {TARGET.name}, {TARGET.stat().st_size} bytes")
    return 0


def dictionary() -> bytes:
    """Return exactly 32 KiB, the likeliest last."""
    parts = (*_words(), *_answers(), *_records(), *_changes(), *_frames(), _request())
    return b"\n".join(parts)[-SIZE:]


def _words() -> Iterable[bytes]:
    lists = load()
    for ids in (
        lists.violations,
        lists.units,
        lists.agencies,
        lists.audiences,
        lists.topics,
        lists.materials,
    ):
        yield _text(sorted(ids))
    yield _text([*sorted(lists.items), *sorted(lists.types)])
    for name in sorted(schemas.TYPES):
        yield _text(list(dict.fromkeys(_told(schemas.json_schema(name)))))


def _told(schema: object) -> list[str]:
    """Return the names of the fields and the choices of a schema, in its order."""
    if isinstance(schema, list):
        return [told for value in schema for told in _told(value)]
    if not isinstance(schema, Mapping):
        return []
    names = schema.get("properties")
    own = [*(names if isinstance(names, Mapping) else ()), *schema.get("enum", ())]
    return own + [told for value in schema.values() for told in _told(value)]


def _answers() -> Iterable[bytes]:
    seen: set[str] = set()
    for kind in sorted(load().types):
        answers = builders.answers(kind)
        if len(answers.keys() - seen) >= LEAST_NEWS:
            seen |= answers.keys()
            yield canonical({"answers": answers})
    yield canonical({item: {"v": "no"} for item in sorted(seen)})


def _records() -> Iterable[bytes]:
    for type_, data in (
        ("person", builders.person()),
        ("team", builders.team()),
        ("review", builders.review()),
        ("conflict", builders.conflict()),
    ):
        yield _rec(type_, data)


def _changes() -> Iterable[bytes]:
    for type_, data in (
        ("outreach_session", builders.outreach_session()),
        ("inspection", builders.inspection()),
        ("inspection", builders.not_inspected()),
        ("establishment", builders.establishment()),
    ):
        # The content once, the words around it in each order that they are written in.
        yield _rec(type_, {})
        change = _change(type_, data)
        yield canonical(change)
        yield _text({**change, "set": {}})
    yield canonical({**_change("establishment", {"opening_hours": "08:00-24:00"}), "create": False})


def _frames() -> Iterable[bytes]:
    receipt = {
        "change_id": ID,
        "status": Status.APPLIED.value,
        "reason": None,
        "details": {},
        "scope": SCOPES[0],
        "rev": 1,
        "seq": 1,
        "h": HASH,
        "at": "2026-11-20T08:15:00.000000Z",
        "incarnation": ID,
        "v": 1,
    }
    for status in Status:
        yield _text({"frame": "res", **receipt, "status": status.value})
    yield _text({"frame": "leave", "id": ID, "scope": SCOPES[0]})
    yield _text({"frame": "rec", "id": ID, "scope": SCOPES[0], "rev": 2, "h": HASH, "stub": True})
    yield _text({"frame": "oks", "from": 0, "to": 9, "at": receipt["at"], "incarnation": ID, "scopes": {}})
    yield _text({"frame": "ck", "scope": SCOPES[0], "seq": 1, "digest": [1, HASH]})
    hello = {
        "protocol": [1, 1],
        "epoch": ID,
        "now": receipt["at"],
        "scopes": ["ref", *SCOPES],
        "receipts": {ID: [0, HASH]},
        "backed_up": {ID: 0},
        "verdicts": 0,
        "missing": [],
        "dictionaries": [1],
        "notices": [],
        "types": {name: list(type_.versions) for name, type_ in schemas.TYPES.items()},
        "root": {"index": 0},
    }
    yield _text({"frame": "hello", **hello})
    yield _text({"frame": "hello", "protocol": [1, 1], "epoch": ID, "now": receipt["at"], "agreed": True})
    yield _text({"frame": "end", "frames": 2, "more": False, "verified": ["ref", *SCOPES]})


def _request() -> bytes:
    request = {
        "device": ID,
        "incarnation": ID,
        "incarnations": [ID],
        "epoch": ID,
        "app": "1.0.0",
        "now": "2026-11-20T08:15:00.000000Z",
        "cursors": {"ref": 1, **dict.fromkeys(SCOPES, 1)},
        "digests": {"ref": [1, HASH]},
        "state": HASH,
        "verdicts": 1,
        "push": [],
        "have": [],
        "salvage": [],
        "repair": {},
        "want": [],
        "snapshots": False,
        "max_records": 500,
        "root": {"index": 0, "hash": HASH},
        "oks": True,
    }
    return canonical(request) + b"\n" + _text(request)


def _change(type_: str, data: Mapping[str, object]) -> dict[str, object]:
    return {
        "change_id": ID,
        "n": 1,
        "record_id": ID,
        "type": type_,
        "scope": SCOPES[1] if type_ == "inspection" else SCOPES[0],
        "op": "put",
        "create": True,
        "base_rev": 0,
        "schema": 1,
        "at": builders.STARTED_AT,
        "clock_offset_ms": 0,
        "user": builders.USERS[0],
        "set": data,
        "was": {},
        "group": None,
        "replaces": [],
    }


def _rec(type_: str, data: Mapping[str, object]) -> bytes:
    frame = {"frame": "rec", "id": ID, "type": type_, "scope": SCOPES[0], "rev": 1, "deleted": False}
    return _text({**frame, "data": json.loads(canonical(data)), "h": HASH})


def _text(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


if __name__ == "__main__":
    sys.exit(main())
