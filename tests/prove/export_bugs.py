"""Bugs planted in exports and data feeds."""

from __future__ import annotations

from collections.abc import Mapping

from tests.prove.source_bug import SourceBug

_EXPORTED = "tests/server/console/exports/test_sources.py"
_COLUMNS = "tests/shared/schemas/fields/test_columns.py"
_EXPORTER = "tests/server/console/exports/test_access.py"
_EXPORT_FILES = "tests/server/office/exports"
_FEEDS = "tests/server/office/odata/test_external_reader.py"
_S = "field178_server."
_H = "field178_shared."

BUGS: Mapping[str, SourceBug] = {
    "free_text_is_exported": SourceBug(
        f"{_H}schemas.fields.spec",
        "by_kind = MAY_NAME_A_PERSON if self.is_free_text else ",
        "by_kind = ",
        _COLUMNS,
        "may_identify",
    ),
    "person_is_exported": SourceBug(
        f"{_H}schemas.fields.spec",
        '    FieldKind.PERSON: "names an officer",\n',
        "",
        _COLUMNS,
        "may_identify",
    ),
    "person_within_a_group_is_exported": SourceBug(
        f"{_H}schemas.fields.columns",
        "member.kind is FieldKind.CHOICE and not member.why_not_exported",
        "member.kind is not FieldKind.LONG_TEXT",
        _COLUMNS,
        "names_a_person",
    ),
    "free_text_of_an_entry_is_exported": SourceBug(
        f"{_H}schemas.fields.columns",
        "if is_member and not member.why_not_exported:",
        "if is_member:",
        _COLUMNS,
        "may_identify",
    ),
    "count_that_points_at_a_person_is_exported": SourceBug(
        f"{_H}schemas.fields.columns", " and not item.is_suppressed:", ":", _COLUMNS, "every_question"
    ),
    "typed_number_is_exported_unmasked": SourceBug(
        f"{_S}console.components.column_cells",
        "return mask(cell, lint(cell)) if column.kind is FieldKind.TEXT and isinstance(cell, str) else cell",
        "return cell",
        _EXPORTED,
        "records_are_those",
    ),
    "last_day_is_left_out_of_an_export": SourceBug(
        f"{_S}console.exports.records", "day <= until", "day < until", _EXPORTED, "first_and_last_day"
    ),
    "deleted_record_is_exported": SourceBug(
        f"{_S}office.exports.records",
        "            Record.deleted.is_(False),\n",
        "",
        _EXPORTED,
        "records_are_those",
    ),
    "erased_record_is_exported": SourceBug(
        f"{_S}office.exports.records",
        "if data.keys() == {ERASED_AT}:",
        "if not data:",
        _EXPORTED,
        "records_are_those",
    ),
    "records_of_every_area_exported": SourceBug(
        f"{_S}office.exports.records",
        "true() if is_by_unit else filter_.covers(Record.scope)",
        "true()",
        _EXPORTED,
        "records_are_those",
    ),
    "returns_of_every_area_exported": SourceBug(
        f"{_S}office.exports.records",
        "        return units.holds(f\"unit:{text_of(data, 'unit_id')}\")\n",
        "        return True\n",
        _EXPORTED,
        "records_are_those",
    ),
    "visits_of_every_area_exported": SourceBug(
        f"{_S}console.exports.lists",
        "            access_of(officer.role, officer.scopes),\n            FiledRecordFilter(",
        "            access_of(officer.role, ()),\n            FiledRecordFilter(",
        _EXPORTED,
        "scopes_of_the_officer",
    ),
    "follow_ups_of_every_area_exported": SourceBug(
        f"{_S}console.exports.lists",
        "access = access_of(officer.role, officer.scopes)",
        "access = access_of(officer.role, ())",
        _EXPORTED,
        "scopes_of_the_officer",
    ),
    "commune_does_not_narrow_visits": SourceBug(
        f"{_S}console.exports.lists",
        "until=until, unit_id=unit_id)",
        "until=until)",
        _EXPORTED,
        "commune_filters",
    ),
    "point_of_seven_decimals_exported": SourceBug(
        f"{_S}console.exports.lists",
        "round(degrees / 1e7, 6)",
        "round(degrees / 1e7, 7)",
        _EXPORTED,
        "six_decimals",
    ),
    "point_of_seven_decimals_in_geojson": SourceBug(
        f"{_S}office.exports.geojson",
        "_DECIMALS, _DEGREE = 6, 10**7",
        "_DECIMALS, _DEGREE = 7, 10**7",
        _EXPORT_FILES,
        "six_decimals",
    ),
    "text_is_a_formula_in_csv": SourceBug(
        f"{_S}office.exports.table_files",
        'if _FORMULA.match(text.lstrip(" \\u00a0")) else text',
        "if _FORMULA.match(text) else text",
        _EXPORT_FILES,
        "formula",
    ),
    "text_is_a_formula_in_a_workbook": SourceBug(
        f"{_S}office.exports.table_files",
        "sheet.write_string(count, column, cell[:_MAX_CELL])",
        "sheet.write(count, column, cell[:_MAX_CELL])",
        _EXPORT_FILES,
        "workbook",
    ),
    "export_of_many_communes_is_not_announced": SourceBug(
        f"{_S}office.exports.kinds",
        'is_narrowed = any(arguments.get(name) for name in ("since", "until", "unit"))',
        'is_narrowed = "since" in arguments',
        _EXPORT_FILES,
        "announced",
    ),
    "file_of_another_officer_is_taken": SourceBug(
        f"{_S}console.exports.pages",
        "if job.queued_by != page.officer.id:",
        "if not job.queued_by:",
        _EXPORTER,
        "download",
    ),
    "file_outlives_the_role_of_its_officer": SourceBug(
        f"{_S}console.exports.pages",
        'if job.arguments.get("what") not in {kind.key for kind in _kinds(page)}:',
        "if not _kinds(page):",
        _EXPORTER,
        "handed_out",
    ),
    "export_is_written_for_a_former_role": SourceBug(
        f"{_S}office.exports.operations",
        "if EXPORT_KINDS[run.arguments[WHAT]] not in kinds_of(officer.role, run.context.lists):",
        "if not kinds_of(officer.role, run.context.lists):",
        _EXPORTER,
        "export_fails",
    ),
    "job_of_another_kind_is_stopped": SourceBug(
        f"{_S}console.exports.pages", "job.kind != EXPORT or not (", "not (", _EXPORTER, "no_export"
    ),
    "exports_of_others_are_listed": SourceBug(
        f"{_S}console.exports.pages",
        '"" if sees_all else page.officer.id',
        '""',
        _EXPORTER,
        "without_oversight",
    ),
    "export_is_not_in_the_trail": SourceBug(
        f"{_S}office.exports.operations",
        '    run.context.note(session, AuditEntry("export_made", run.job_id, None, '
        "_audit_details(outcome)))\n",
        "",
        _EXPORTER,
        "audited",
    ),
    "hidden_figure_is_exported": SourceBug(
        f"{_S}console.exports.figures",
        "        elif is_hidden:\n",
        "        elif is_hidden and unit_id:\n",
        _EXPORTED,
        "hidden_figure",
    ),
    "communes_of_a_few_are_exported": SourceBug(
        f"{_S}console.exports.figures",
        "if indicator.privacy or figure is None or",
        "if figure is None or",
        _EXPORTED,
        "about_a_few",
    ),
    "exact_figures_of_a_running_year_exported": SourceBug(
        f"{_S}console.exports.figures",
        "    figures = dict(seen_figures(request, figures, hidden))\n",
        "",
        _EXPORTED,
        "year_lasts",
    ),
    "hidden_figure_is_in_the_feed": SourceBug(
        f"{_S}office.odata.computed_rows",
        "is_hidden = indicator.id in area.hidden.get(name, ())",
        "is_hidden = False",
        _FEEDS,
        "hidden_figure",
    ),
    "exact_figures_of_a_running_year_in_the_feed": SourceBug(
        f"{_S}office.odata.computed_rows",
        "figure = replace(figure, approved=seen_value(question, indicator, figure.approved, hidden))",
        "pass",
        _FEEDS,
        "running_year",
    ),
    "waiting_records_are_in_the_feed": SourceBug(
        f"{_S}office.odata.computed_rows",
        "waiting = None if reader.is_external else figure.with_waiting.value",
        "waiting = figure.with_waiting.value",
        _FEEDS,
        "waiting",
    ),
}
