"""Parts that the pages writing the register share: the state of a form, its entry, and saving."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import request

from field178_server.console.establishments.hints import EntryHint
from field178_server.console.shell.form_actions import Refusal, attempt, office
from field178_server.console.shell.page import current_page
from field178_server.console.shell.readings import note_reading
from field178_server.database.unit_of_work import snapshot
from field178_server.office.establishments import operations as register
from field178_server.office.establishments.operations import SeenEstablishment
from field178_server.office.reviews.record import RecordPage, record_page
from field178_shared.errors import AppError, ErrorCode
from field178_shared.merge import Data, write_path
from field178_shared.record_type import RecordType
from field178_shared.records.reading import text_of
from field178_shared.text.i18n import N_

SENTENCES = {
    ErrorCode.RULE: N_("Nothing was saved yet: correct the fields below."),
    ErrorCode.REVISION_CHANGED: N_(
        "Nothing was saved yet: this entry has changed since you opened it. Look at it and save again."
    ),
}


@dataclass(frozen=True, slots=True)
class EntryFormState:
    """State of a form: of a new entry, or of an entry at the shown revision."""

    record_id: str
    data: Data
    rev: int
    typed: Mapping[str, str] | None = None
    errors: Mapping[str, str] = field(default_factory=dict)
    hints: tuple[EntryHint, ...] = ()
    unwritten: tuple[tuple[str, str], ...] = ()
    message: str = ""

    @property
    def is_new(self) -> bool:
        """Whether the entry is not in the register yet."""
        return self.rev == 0

    @property
    def name(self) -> str:
        """The name of the entry, "" for a new one."""
        return text_of(self.data, "name")


def entry_page(record_id: str) -> RecordPage:
    """Return a live entry that the officer sees, or raise AppError(not_found)."""
    page = current_page()
    with snapshot(page.runtime.engine) as session:
        entry = record_page(session, page.tenant_id, page.access, record_id)
    if entry is None or entry.record.type != RecordType.ESTABLISHMENT or entry.erased_at:
        raise AppError(ErrorCode.NOT_FOUND)
    note_reading(record_id, entry.record.scope)
    return entry


def save_values(seen: SeenEstablishment, values: Mapping[str, object]) -> Refusal | None:
    """Write values against the revision that was seen, or return the refusal in words."""
    access = current_page().access
    return attempt(lambda session: register.edit(session, office(), access, seen, values), SENTENCES)


def typed_texts() -> dict[str, str]:
    """Return the texts of the sent form by the path of their field."""
    return {name: request.form.get(name, "") for name in request.form if name not in ("csrf_token", "hint")}


def content_with(data: Data, values: Mapping[str, object]) -> Data:
    """Return the content with these values, None removed."""
    for path, value in values.items():
        data = write_path(data, path, value)
    return data
