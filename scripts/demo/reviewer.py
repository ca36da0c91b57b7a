"""The reviewer of the play: works through the console's own pages and forms."""

from __future__ import annotations

from collections.abc import Mapping

from scripts.demo.browser import Browser, Form


class Reviewer:
    """A signed-in officer of the office."""

    def __init__(self, url: str, login: str, password: str) -> None:
        self._browser = Browser(url)
        form = self._browser.get("/sign-in").form("/sign-in")
        self._browser.submit(form, {"login": login, "password": password})

    def waiting(self) -> int:
        """Return how many records the queue lists as waiting."""
        return self._browser.get("/reviews?state=waiting").text.count('class="list-item"')

    def return_for_fix(self, record_id: str, reason: str, comments: Mapping[str, str]) -> None:
        """Send a record back with a reason and a comment at each field."""
        form = self._browser.get(f"/reviews/{record_id}").form(f"/{record_id}/return")
        pinned = {f"comment:{path}": text for path, text in comments.items()}
        self._browser.submit(form, {"reason": reason, **pinned})

    def approve(self, record_id: str) -> None:
        """Approve a record at its present revision, and confirm its flags, if any."""
        written = self._browser.get(f"/reviews/{record_id}").form(f"/{record_id}/return")
        address = f"/reviews/{record_id}/approve"
        answer = self._browser.submit(Form(address, written.fields), {})
        if any(form.action == address for form in answer.forms):
            self._browser.submit(answer.form(address), {})
