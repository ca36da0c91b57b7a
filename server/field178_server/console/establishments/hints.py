"""Hints before an entry of the register is saved: possible doubles, and texts that may name a person."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from flask import request, url_for

from field178_server.console.establishments.form import field_label
from field178_server.console.shell.page import current_page
from field178_server.console.text.localize import Localizer, address_text
from field178_server.database.unit_of_work import snapshot
from field178_server.office.establishments.duplicates import DuplicateHint, duplicate_hints
from field178_shared.merge import Data, equal, read_path
from field178_shared.record_type import RecordType
from field178_shared.records.reading import text_of
from field178_shared.rules import FreeTextMarks
from field178_shared.text.i18n import N_

# Fields by which duplicates are searched.
_IDENTITY = ("name", "establishment_type_id", "unit_id", "lat", "lon", "registration_number")


@dataclass(frozen=True, slots=True)
class EntryHint:
    """Hint of the form that is shown before saving; the form sends `key` back when it was shown."""

    key: str
    text: str
    detail: str = ""
    href: str = ""


def unseen_hints(record_id: str, content: Data, before: Data) -> tuple[EntryHint, ...]:
    """Return the hints of a form; () if each was shown with this form before."""
    shown = set(request.form.getlist("hint"))
    hints = [*_duplicates(record_id, content, before), *_personal_data(content, before)]
    return tuple(hints) if any(hint.key not in shown for hint in hints) else ()


def _duplicates(record_id: str, content: Data, before: Data) -> list[EntryHint]:
    if all(equal(content.get(name), before.get(name)) for name in _IDENTITY):
        return []
    page = current_page()
    with snapshot(page.runtime.engine) as session:
        duplicates = duplicate_hints(session, page.tenant_id, page.access, content, record_id)
    return [
        EntryHint(
            key=f"double:{duplicate.record_id}",
            text=duplicate.name,
            detail=_duplicate_text(duplicate, page.localizer),
            href=url_for("console.establishments.detail", record_id=duplicate.record_id),
        )
        for duplicate in duplicates
    ]


def _duplicate_text(duplicate: DuplicateHint, localizer: Localizer) -> str:
    address = address_text(duplicate.address, localizer.label(localizer.lists.units, duplicate.unit_id))
    return f"{address} · {duplicate_reason(duplicate, localizer)}"


def duplicate_reason(hint: DuplicateHint, localizer: Localizer) -> str:
    """Return why an entry may be the same place, with the distance where both have a point."""
    why = N_("same registration number") if hint.is_same_number else N_("same name and kind")
    if hint.distance_m is None:
        return localizer.say(why)
    metres = localizer.say(N_("{count} m away")).format(count=localizer.number(hint.distance_m))
    return f"{localizer.say(why)}, {metres}"


def _personal_data(content: Data, before: Data) -> list[EntryHint]:
    localizer = current_page().localizer
    names = (text_of(content, "name"),)
    marks = FreeTextMarks(RecordType.ESTABLISHMENT, localizer.language).of(content, names)
    return [
        EntryHint(f"mark:{path}:{_short_hash(text)}", field_label(path, localizer), sentence)
        for path, sentence in marks.items()
        if (text := str(read_path(content, path))) != read_path(before, path)
    ]


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
