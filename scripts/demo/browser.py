"""Browser without a screen: cookies, forms and their submission, as in a reviewer's browser."""

from __future__ import annotations

import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import CookieJar

TIMEOUT_S = 20


@dataclass
class Form:
    """Form of a page: its address and prefilled fields."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Page:
    """A received page."""

    url: str
    text: str
    forms: tuple[Form, ...]

    def form(self, ending: str) -> Form:
        """Return the form whose address ends so."""
        for form in self.forms:
            if form.action.endswith(ending):
                return form
        raise LookupError(f"{self.url} has no form for {ending}")


class Browser:
    """One browser at one address."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def get(self, path: str) -> Page:
        """Open a page."""
        # The address is the demo's own server, never one that a page names.
        return self._read(urllib.request.Request(urllib.parse.urljoin(self._url, path)))

    def submit(self, form: Form, fields: Mapping[str, str]) -> Page:
        """Fill a form in, send it, and follow to the page it leads to."""
        body = urllib.parse.urlencode({**form.fields, **fields}).encode()
        address = urllib.parse.urljoin(self._url, form.action)
        headers = {"Origin": self._url, "Content-Type": "application/x-www-form-urlencoded"}
        return self._read(urllib.request.Request(address, body, headers, method="POST"))

    def _read(self, request: urllib.request.Request) -> Page:
        with self._opener.open(request, timeout=TIMEOUT_S) as answer:
            text = answer.read().decode()
            reader = _Forms()
            reader.feed(text)
            return Page(answer.url, text, tuple(reader.forms))


class _Forms(HTMLParser):
    """Collects the forms of a page with the fields they carry."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._is_inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(attributes.get("action", "")))
            self._is_inside = True
        elif self._is_inside and tag in {"input", "textarea"} and "name" in attributes:
            self.forms[-1].fields[attributes["name"]] = attributes.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._is_inside = False
