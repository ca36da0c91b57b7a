"""Page that asks for the password before a file is downloaded, then downloads it."""

from __future__ import annotations

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from field178_server.console.shell.page import current_page
from field178_server.console.shell.preferences import local_path
from field178_server.http.browser_session import is_confirmed, password_refusal


def confirm_form() -> Response:
    """Ask for the password, or download the file if the password is confirmed."""
    return _confirm_page()


def confirm() -> AnyResponse:
    """Check the password; the next page downloads the file."""
    if (refusal := password_refusal()) is not None:
        return _confirm_page(refusal)
    form = request.form
    return redirect(
        url_for("console.accounts.confirm_form", next=form.get("next", ""), back=form.get("back", "")), 303
    )


def _confirm_page(refusal: tuple[int, str] | None = None) -> Response:
    page = current_page()
    file, back = local_path(request.values.get("next", "")), local_path(request.values.get("back", ""))
    response = page.render(
        "accounts/confirm.html",
        file=file,
        back=back,
        is_ready=is_confirmed(),
        refused_form=refusal,
    )
    if is_confirmed():
        response.headers["Refresh"] = f"0; url={file}"
    return response
