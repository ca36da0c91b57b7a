"""Pages of the official report: calendar and board, draft, sign-off, freeze, files, template."""

from __future__ import annotations

from field178_server.console.reports import (
    board_pages,
    comparison_pages,
    file_pages,
    inference_pages,
    report_pages,
)
from field178_server.console.shell.access import any_of
from field178_server.console.shell.routes import MenuEntry, MenuGroup, get, post
from field178_shared.text.i18n import N_

READ_REPORT = any_of("draft_report", "read_reports")
REPORTS = any_of("draft_report", "read_reports", "submit_return")
SEND_REPORT = any_of("draft_report", "submit_return")
# Never the readers of whom it tells what they can infer.
INFER = any_of("draft_report", "sign_off_report")
SIGN_REPORT = any_of("sign_off_report")
WRITE_REPORT = any_of("draft_report")

ROUTES = (
    get(
        "/reports",
        board_pages.index,
        REPORTS,
        menu=MenuEntry(MenuGroup.FIGURES, 3, "document", N_("Reports")),
    ),
    post("/reports/submissions/<record_id>", board_pages.record_submission, SEND_REPORT),
    get("/reports/new", board_pages.new, WRITE_REPORT),
    post("/reports/new", board_pages.create, WRITE_REPORT),
    get("/reports/<record_id>/later", comparison_pages.later, READ_REPORT),
    get("/reports/<record_id>/inference", inference_pages.inference, INFER),
    get("/reports/<record_id>/figures/<key>", comparison_pages.trace, READ_REPORT),
    get("/reports/<record_id>/files/<kind>", file_pages.file, READ_REPORT),
    get("/reports/template", file_pages.template, WRITE_REPORT),
    get("/reports/template/file", file_pages.template_file, WRITE_REPORT),
    post("/reports/template", file_pages.take_template, WRITE_REPORT),
    post("/reports/template/drop", file_pages.drop_template, WRITE_REPORT),
    get("/reports/<record_id>", report_pages.detail, READ_REPORT),
    post("/reports/<record_id>", report_pages.write, WRITE_REPORT),
    post("/reports/<record_id>/withdraw", report_pages.withdraw, WRITE_REPORT),
    post("/reports/<record_id>/undo-withdrawal", report_pages.undo_withdrawal, WRITE_REPORT),
    post("/reports/<record_id>/sign-off", report_pages.sign, SIGN_REPORT),
    post("/reports/<record_id>/freeze", report_pages.freeze, WRITE_REPORT),
    post("/reports/<record_id>/restate", report_pages.restate, WRITE_REPORT),
)
