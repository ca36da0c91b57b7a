"""Names of jobs and exports: each kind has one in both languages."""

from __future__ import annotations

import pytest

from field178_server.console.components.export_names import export_name
from field178_server.console.components.job_labels import JOB_NAMES, JOB_STATES
from field178_server.console.text.localize import Localizer
from field178_server.job_kinds import JOB_KINDS
from field178_server.jobs.queue import JobState
from field178_server.office.exports.kinds import EXPORT_KINDS
from field178_shared.text.i18n import LANGUAGES


def test_each_kind_and_state_of_a_job_has_a_name() -> None:
    assert JOB_NAMES.keys() == JOB_KINDS.keys()
    assert JOB_STATES.keys() == set(JobState)


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_of_exports_differ_from_each_other_and_from_their_keys(language: str) -> None:
    names = {kind: export_name(kind, Localizer(language)) for kind in EXPORT_KINDS}
    assert len(set(names.values())) == len(names)
    assert not set(names.values()) & names.keys()
