"""Audiences of notices and texts: everybody, a team, an agency or a role."""

from __future__ import annotations

from collections.abc import Collection

KINDS = ("team", "agency", "role")


def audiences_of(role: str, agency: str, scopes: Collection[str]) -> frozenset[str]:
    """Return the audiences of an officer, in addition to everybody."""
    teams = {scope for scope in scopes if scope.startswith("team:")}
    return frozenset({f"role:{role}", f"agency:{agency}"} | teams)
