"""The register's rows as plain values."""

from __future__ import annotations

from dataclasses import dataclass

from field178_server.queries.establishments import RegisterPage
from field178_server.web.speech import Speech, address_text


@dataclass(frozen=True, slots=True)
class RegisterLine:
    """One establishment as the table shows it."""

    record_id: str
    name: str
    kind: str
    address: str
    status: str
    tone: str


def register_view(page: RegisterPage, speech: Speech) -> tuple[RegisterLine, ...]:
    """Return the rows in words."""
    return tuple(
        RegisterLine(
            record_id=row.record_id,
            name=row.name,
            kind=speech.label(speech.lists.types, row.establishment_type_id),
            address=address_text(row.address, speech.label(speech.lists.units, row.unit_id)),
            status=speech.choice("operating_status", row.operating_status_id),
            tone="ok" if row.operating_status_id == "operating" else "",
        )
        for row in page.rows
    )
