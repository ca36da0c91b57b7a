"""Kinds of exports: those announced to overseers, and the right that each needs."""

from __future__ import annotations

import pytest

from field178_server.office.exports.kinds import EXPORT_KINDS, is_whole, kinds_of
from field178_shared.codelists import load


@pytest.mark.parametrize(
    ("arguments", "is_announced"),
    [
        ({"what": "visits"}, True),
        ({"what": "visits", "since": "", "until": "", "unit": ""}, True),
        ({"what": "visits", "since": "2026-01-01"}, False),
        ({"what": "visits", "until": "2026-01-01"}, False),
        ({"what": "establishments", "unit": "c11632_v1"}, False),
        ({"what": "establishments"}, True),
        ({"what": "figures"}, False),
        ({"what": "figures", "year": "2026"}, False),
    ],
)
def test_export_of_all_records_of_a_kind_is_announced(arguments: dict[str, str], is_announced: bool) -> None:
    assert is_whole(arguments) is is_announced


def test_records_are_exported_by_reviewers_alone_and_figures_by_who_reads_them() -> None:
    lists = load()
    exported = {role: {kind.key for kind in kinds_of(role, lists)} for role in (*lists.roles, "no_role")}
    assert exported["reviewer"] == set(EXPORT_KINDS)
    assert {role for role, kinds in exported.items() if kinds == {"figures"}} == {
        "leader_viewer",
        "city_viewer",
    }
    assert all(not kinds for role, kinds in exported.items() if role not in _EXPORTERS)


_EXPORTERS = {"reviewer", "leader_viewer", "city_viewer"}
