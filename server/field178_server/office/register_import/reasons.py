"""Texts of the reasons why a row is not imported, for the page and for the file of refused rows."""

from __future__ import annotations

from field178_server.office.register_import.checking import CheckedRow, RowProblem
from field178_server.office.register_import.duplicates import Duplicate
from field178_server.office.register_import.fields import POINT
from field178_shared.codelists import load
from field178_shared.record_type import RecordType
from field178_shared.schemas.fields.catalogue import field_at, field_message, translated
from field178_shared.text.formats import number_text
from field178_shared.text.i18n import N_, translator

_POINT = N_("Latitude and longitude")
_PAPERS = "certificates"


def field_text(path: str, language: str) -> str:
    """Return the name of a field; the field of a certificate is followed by the certificate's name."""
    if path == POINT:
        return translator(language, "console")(_POINT)
    field = field_at(RecordType.ESTABLISHMENT, path)
    label = translated(field.label, language) if field else path
    group, _, rest = path.partition(".")
    if group != _PAPERS:
        return label
    paper = load().choice("certificate_kind", rest.partition(".")[0])
    return f"{label} ({paper.label(language)})" if paper else label


def problem_text(problem: RowProblem, language: str) -> str:
    """Return the text of a row's problem, with the column and the value."""
    column = problem.heading or field_text(problem.path, language)
    value = f" ({problem.value})" if problem.value else ""
    return (
        f"{column}: {field_message(RecordType.ESTABLISHMENT, problem.path, [problem.code], language)}{value}"
    )


def duplicate_text(duplicate: Duplicate, language: str) -> str:
    """Return the text of a possible duplicate, with the reason."""
    say = translator(language, "console")
    if duplicate.has_same_number:
        why = say(N_("same registration number"))
    elif duplicate.distance_m is not None:
        why = say(N_("same name, {distance} m away")).format(
            distance=number_text(duplicate.distance_m, language)
        )
    else:
        why = say(N_("same name and kind in the same commune"))
    if duplicate.row_number is not None:
        place = say(N_("row {number} of this file")).format(number=duplicate.row_number)
        return f"{duplicate.name} ({place}): {why}"
    return f"{duplicate.name}: {why}"


def row_text(row: CheckedRow, language: str) -> str:
    """Return the text of all reasons why a row is not imported."""
    if row.problems:
        return "; ".join(problem_text(problem, language) for problem in row.problems)
    say = translator(language, "console")
    duplicates = "; ".join(duplicate_text(duplicate, language) for duplicate in row.duplicates)
    return say(N_("Looks like {what}")).format(what=duplicates)
