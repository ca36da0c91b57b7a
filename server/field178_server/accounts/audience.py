"""Audiences: everybody, a team, an agency or a role, as notices and texts are addressed."""

from __future__ import annotations

from collections.abc import Collection

KINDS = ("team", "agency", "role")


def audiences_of(role: str, agency: str, scopes: Collection[str]) -> frozenset[str]:
    """Return the audiences an officer belongs to, besides everybody."""
    teams = {scope for scope in scopes if scope.startswith("team:")}
    return frozenset({f"role:{role}", f"agency:{agency}"} | teams)
