"""Pages of two entries of the same place: comparison by field, merge, and its undoing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from flask import request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from field178_server.console.establishments.form import (
    certificate_kinds,
    error_links,
    errors_of,
    field_label,
    paths_in,
)
from field178_server.console.establishments.frame import SENTENCES, EntryFormState, entry_page
from field178_server.console.establishments.hints import duplicate_reason
from field178_server.console.shell.form_actions import Refusal, attempt, done, office, whole_number
from field178_server.console.shell.page import current_page
from field178_server.console.text.field_labels import value_text
from field178_server.console.text.localize import Localizer
from field178_server.office.establishments import operations as register
from field178_server.office.establishments.duplicates import DuplicateHint, duplicate_hints
from field178_server.office.establishments.operations import SeenEstablishment
from field178_server.office.establishments.queries import RegisterQuery, register_page
from field178_server.office.records import operations as records
from field178_server.records.find_record import StoredRecord
from field178_shared.errors import ErrorCode
from field178_shared.merge import Data, equal, read_path
from field178_shared.record_type import RecordType
from field178_shared.records.reading import text_of
from field178_shared.text.i18n import N_

MERGED, UNMERGED = "establishments_merged", "establishments_unmerged"
SHOWN_FOUND = 20
# Latitude and longitude are taken together: from two entries they would be a third place.
_POINT = ("lat", "lon", "point_source")
# The merge target stays in its commune: a move has its own page.
_NOT_PICKED = frozenset({"unit_id", *_POINT})


@dataclass(frozen=True, slots=True)
class MergeChoice:
    """One fact that differs between the two entries, and which value is chosen."""

    key: str
    label: str
    own: str
    other: str
    takes_other: bool
    error: str = ""


def merge_form(record_id: str) -> AnyResponse:
    """Show two entries beside each other, or the search for the second one."""
    record, other_id = entry_page(record_id).record, request.args.get("other", "")
    state = EntryFormState(record_id, record.data, record.rev)
    if not other_id:
        return _search_page(state)
    return _merge_page(state, entry_page(other_id).record, {})


def merge(record_id: str) -> AnyResponse:
    """Merge the second entry into the first, with the facts that were picked from it."""
    record, other = entry_page(record_id).record, entry_page(request.form.get("other", "")).record
    keys = [key for key, _ in _groups() if request.form.get(f"take:{key}") == "other"]
    picked = {path for key, paths in _groups() if key in keys for path in paths}
    seen = (
        SeenEstablishment(record_id, whole_number("seen_rev")),
        SeenEstablishment(other.record_id, whole_number("other_rev")),
    )

    def work(session: Session) -> None:
        register.copy_values(session, office(), current_page().access, seen, picked)
        records.merge(session, office(), seen[1].record_id, record_id)

    refusal = attempt(work, SENTENCES)
    if refusal is None:
        return done(url_for("console.establishments.detail", record_id=record_id), MERGED, record_id)
    state = EntryFormState(record_id, record.data, record.rev, dict.fromkeys(keys, "other"))
    return _merge_page(_refused(state, refusal), other, dict(state.typed or {}), refusal.status)


def unmerge(record_id: str) -> AnyResponse:
    """Give a merged entry its own life back, and the other one the values that it had."""
    merged = SeenEstablishment(request.form.get("other", ""), whole_number("other_rev"))

    def work(session: Session) -> None:
        register.restore_values(session, office(), current_page().access, merged)
        records.unmerge(session, office(), merged.record_id)

    refusal = attempt(work, {ErrorCode.RULE: SENTENCES[ErrorCode.RULE]})
    if refusal is None:
        return done(url_for("console.establishments.detail", record_id=record_id), UNMERGED, record_id)
    record = entry_page(record_id).record
    state = EntryFormState(record_id, record.data, record.rev)
    return _search_page(_refused(state, refusal), refusal.status)


def possible_duplicates(session: Session, record_id: str, data: Data) -> list[tuple[DuplicateHint, str]]:
    """Return the entries that may be the same place as an entry, each with the reason."""
    page = current_page()
    duplicates = duplicate_hints(session, page.tenant_id, page.access, data, record_id)
    return [(duplicate, duplicate_reason(duplicate, page.localizer)) for duplicate in duplicates]


def _refused(state: EntryFormState, refusal: Refusal) -> EntryFormState:
    errors = errors_of(refusal.problems, current_page().localizer)
    return replace(state, errors=errors, message=refusal.message)


def _groups() -> list[tuple[str, tuple[str, ...]]]:
    """Return the facts that can be picked: the paths of each, under the path that names it."""
    plain = [path for section in ("identity", "registration") for path in paths_in(section)]
    groups = [(path, (path,)) for path in plain if path not in _NOT_PICKED]
    certificates = [f"certificates.{kind}" for kind in certificate_kinds(current_page().localizer)]
    return [*groups, ("lat", _POINT), *((path, (path,)) for path in certificates)]


def _choices(state: EntryFormState, other: Data, picked: Mapping[str, str]) -> list[MergeChoice]:
    localizer = current_page().localizer
    choices = []
    for key, paths in _groups():
        own_values = [read_path(state.data, path) for path in paths]
        other_values = [read_path(other, path) for path in paths]
        if all(equal(*both) for both in zip(own_values, other_values, strict=True)):
            continue
        is_empty = all(value is None for value in own_values)
        choices.append(
            MergeChoice(
                key=key,
                label=localizer.say(N_("Point on the map")) if key == "lat" else field_label(key, localizer),
                own=_text(key, state.data, localizer),
                other=_text(key, other, localizer),
                takes_other=picked.get(key) == "other" if state.typed is not None else is_empty,
                error=" ".join(state.errors[path] for path in paths if path in state.errors),
            )
        )
    return choices


def _text(key: str, data: Data, localizer: Localizer) -> str:
    if key == "lat":
        point = [read_path(data, path) for path in ("lat", "lon")]
        numbers = [f"{value / 1e7:.6f}" for value in point if isinstance(value, int)]
        return ", ".join(numbers) or value_text(RecordType.ESTABLISHMENT, key, None, localizer)
    return value_text(RecordType.ESTABLISHMENT, key, read_path(data, key), localizer)


def _merge_page(
    state: EntryFormState, other: StoredRecord, picked: Mapping[str, str], status: int = 200
) -> AnyResponse:
    page = current_page()
    choices = _choices(state, other.data, picked)
    faulty = {choice.key for choice in choices if choice.error}
    return page.render(
        "establishments/merge.html",
        status,
        state=state,
        other=other,
        other_name=text_of(other.data, "name"),
        choices=choices,
        faults=[
            *((choice.label, choice.error, f"#field-{choice.key}") for choice in choices if choice.error),
            *(
                (field_label(path, page.localizer), sentence, "#merge")
                for path, sentence in state.errors.items()
                if path not in faulty and path not in _POINT
            ),
        ],
    )


def _search_page(state: EntryFormState, status: int = 200) -> AnyResponse:
    page, text = current_page(), request.args.get("q", "")[:120]
    with page.reading() as session:
        duplicates = possible_duplicates(session, state.record_id, state.data)
        query = RegisterQuery(page.tenant_id, page.access, text)
        rows = register_page(session, query).rows[:SHOWN_FOUND] if text.strip() else ()
    return page.render(
        "establishments/merge_search.html",
        status,
        state=state,
        text=text,
        duplicates=duplicates,
        rows=[row for row in rows if row.record_id != state.record_id],
        faults=error_links(state.errors, page.localizer),
    )
