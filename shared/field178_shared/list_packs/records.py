"""A pack as the records that carry it (docs/record-types.md T6.1 and T6.2)."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator

from field178_shared.crypto.signatures import is_signed_by_any
from field178_shared.list_packs.pack import ListPack
from field178_shared.merge import Data
from field178_shared.record_type import RecordType
from field178_shared.records.reading import text_of

# Namespace of computed ids: there is one pack, so each part of a table keeps its record id in every
# publication.
_NAMES = uuid.UUID("5d3f2a52-6c55-4b53-9a39-7f0c1d1a7800")
PACK_ID = str(uuid.uuid5(_NAMES, RecordType.LIST_PACK))
# Characters of row texts in one record: as canonical UTF-8 they stay below the limit of a record's data.
_PART_LENGTH = 60_000


def part_records(pack: ListPack) -> dict[str, Data]:
    """Return the content of the records that contain the rows, by record id."""
    return {
        str(uuid.uuid5(_NAMES, f"{table}#{number}")): {"table": table, "rows": rows}
        for table in pack.rows
        for number, rows in enumerate(_parts(pack.rows[table].items()))
    }


def pack_of(head: Data | None, parts: Iterable[Data]) -> ListPack:
    """Return the pack of these records; an empty pack without a head."""
    if head is None:
        return ListPack()
    rows: dict[str, dict[str, str]] = {}
    for part in parts:
        texts = part.get("rows")
        if isinstance(texts, dict):
            rows.setdefault(text_of(part, "table"), {}).update(
                {key: str(text) for key, text in texts.items()}
            )
    number = head.get("number")
    return ListPack(number if isinstance(number, int) else 0, rows)


def is_genuine(pack: ListPack, head: Data, origin: str, receipt_keys: str) -> bool:
    """Return whether the head has the hash of the rows and a valid signature of the office (T6.2)."""
    return pack.content_hash == head.get("content_hash") and is_signed_by_any(
        receipt_keys, pack.signed_text(origin), text_of(head, "signature")
    )


def _parts(rows: Iterable[tuple[str, str]]) -> Iterator[dict[str, str]]:
    part: dict[str, str] = {}
    length = 0
    for key, text in sorted(rows):
        if part and length + len(text) > _PART_LENGTH:
            yield part
            part, length = {}, 0
        part[key] = text
        length += len(text)
    if part:
        yield part
