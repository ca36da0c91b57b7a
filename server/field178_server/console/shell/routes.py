"""URL table of the console: each capability declares its `ROUTES` in its `__init__.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from field178_server.console.shell.access import SIGNED_IN, Access
from field178_shared.codelists import CodeLists

if TYPE_CHECKING:
    from field178_server.console.shell.page import Page

Handler = Callable[..., ResponseReturnValue]
# Number of open items behind a menu entry; one SQL statement.
Badge = Callable[[Session, "Page"], int]


class MenuGroup(StrEnum):
    """Group of the menu, in the order of the menu."""

    TODAY = "today"
    REVIEW = "review"
    REGISTER = "register"
    FIGURES = "figures"
    PEOPLE = "people"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """Entry of the menu for a route without parameters: group, position in the group, icon, msgid, badge.

    `shown_to` and `hidden_from` narrow the menu of roles that open the page from other pages.
    """

    group: MenuGroup
    position: int
    icon: str
    label: str
    badge: Badge | None = None
    shown_to: Access = SIGNED_IN
    hidden_from: Access | None = None

    def is_shown_to(self, role: str, lists: CodeLists) -> bool:
        """Tell whether the menu of a role has the entry."""
        is_hidden = self.hidden_from is not None and self.hidden_from.is_open_to(role, lists)
        return self.shown_to.is_open_to(role, lists) and not is_hidden


@dataclass(frozen=True, slots=True)
class Route:
    """Route of a page: URL rule of Werkzeug, method, handler, access; its endpoint is the handler's name.

    `max_bytes` raises the limit of the request body for a form that sends files.
    """

    url: str
    method: str
    handler: Handler
    access: Access
    menu: MenuEntry | None = None
    max_bytes: int | None = None


def get(url: str, handler: Handler, access: Access, *, menu: MenuEntry | None = None) -> Route:
    """Return the route of a page or file."""
    return Route(url, "GET", handler, access, menu)


def post(url: str, handler: Handler, access: Access, *, max_bytes: int | None = None) -> Route:
    """Return the route of a form's action."""
    return Route(url, "POST", handler, access, max_bytes=max_bytes)


_ROUTES: dict[str, Route] = {}


def register_routes(console: Blueprint, capability: str, routes: Iterable[Route]) -> None:
    """Register a capability's rows on a blueprint of its name within the console's blueprint."""
    blueprint = Blueprint(capability, __name__)
    for route in routes:
        name = route.handler.__name__
        endpoint = f"{console.name}.{capability}.{name}"
        if endpoint in _ROUTES:
            # A second row would silently replace the access of the first.
            raise ValueError(f"endpoint declared twice: {endpoint}")
        blueprint.add_url_rule(route.url, name, route.handler, methods=[route.method])
        _ROUTES[endpoint] = route
    console.register_blueprint(blueprint)


def find_route(endpoint: str) -> Route | None:
    """Return the row of an endpoint, or None."""
    return _ROUTES.get(endpoint)


def all_routes() -> Mapping[str, Route]:
    """Return every row by its endpoint, `console.<capability>.<handler>`."""
    return MappingProxyType(_ROUTES)


def menu_entries() -> list[tuple[str, Route, MenuEntry]]:
    """Return the routes with a menu entry, by their position within the group."""
    entries = [(endpoint, route, route.menu) for endpoint, route in _ROUTES.items() if route.menu is not None]
    return sorted(entries, key=lambda entry: entry[2].position)


def menu_endpoint(endpoint: str) -> str:
    """Return the menu entry of an endpoint: its own, else the first of its capability, else ""."""
    route = _ROUTES.get(endpoint)
    if route is not None and route.menu is not None:
        return endpoint
    capability = endpoint.rpartition(".")[0]
    entries = (entry for entry, _, _ in menu_entries() if entry.rpartition(".")[0] == capability)
    return next(entries, "")
