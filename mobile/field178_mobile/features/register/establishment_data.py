"""The fields of an establishment, changed as {path: value}: the changes of taps in the form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from field178_mobile.presentation.draft_session import Changes, Data
from field178_mobile.presentation.filed_texts import trimmed
from field178_mobile.store import Draft, EstablishmentListing
from field178_mobile.store.replica.listings import establishment_listing
from field178_shared.record_type import RecordType
from field178_shared.records.reading import text_of
from field178_shared.schemas.fields.catalogue import max_length

OPERATING = "operating"


def new_establishment(name: str, unit_ids: Sequence[str], today: date) -> dict[str, object]:
    """Return the data of an establishment first seen today: operating, since somebody was there.

    The commune is set only if the area has a single one.
    """
    data: dict[str, object] = {"operating_status_id": OPERATING, "first_seen_on": today.isoformat()}
    if name.strip():
        data["name"] = name.strip()[: max_length(RecordType.ESTABLISHMENT, "name")]
    if len(unit_ids) == 1:
        data["unit_id"] = unit_ids[0]
    return data


def toggle(data: Data, name: str, choice: str) -> Changes:
    """Return the change of an optional choice: choosing it again removes it."""
    return {name: None if data.get(name) == choice else choice}


def number_certificate(kind: str, number: str) -> Changes:
    """Return the change of a paper's number, cut at the length the record allows."""
    return {
        f"certificates.{kind}.number": number[: max_length(RecordType.ESTABLISHMENT, "certificates.*.number")]
        or None
    }


def add_certificate(kind: str) -> Changes:
    """Return the change that adds an empty certificate."""
    return {f"certificates.{kind}": {}}


def drop_certificate(data: Data, kind: str) -> Changes:
    """Return the change that removes a certificate; the last removes the field."""
    is_last = set(certificates_of(data)) <= {kind}
    return {"certificates" if is_last else f"certificates.{kind}": None}


def certificates_of(data: Data) -> dict[str, Mapping[str, object]]:
    """Return the papers of an entry by kind."""
    kept = data.get("certificates")
    rows = kept.items() if isinstance(kept, Mapping) else ()
    return {str(kind): paper for kind, paper in rows if isinstance(paper, Mapping)}


def finished(data: Data) -> dict[str, object]:
    """Return the data as filed: stripped texts, no empty certificates."""
    filed = trimmed(data)
    papers = certificates_of(data)
    if any(not paper for paper in papers.values()):
        kept: dict[str, object] = {kind: paper for kind, paper in papers.items() if paper}
        del filed["certificates"]
        filed |= {"certificates": kept} if kept else {}
    return filed


def scope_of(data: Data) -> str:
    """Return the scope an entry is filed into: its commune's."""
    unit = text_of(data, "unit_id")
    return f"unit:{unit}" if unit else ""


def listed(draft: Draft) -> EstablishmentListing:
    """Return the line of a list for an establishment that is only a draft yet."""
    return establishment_listing(draft.record_id, draft.data)
