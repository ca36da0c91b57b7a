"""What a visit saw changes the register: only where an answer says so and the register differs."""

from __future__ import annotations

import pytest
from tests.shared import builders

from field178_shared.rules.observations import observed_changes


def visit(access: str = "inspected", **answers: object) -> dict[str, object]:
    return {"access_result": access, "answers": {key: {"v": value} for key, value in answers.items()}}


def place(type_id: str = "karaoke", **over: object) -> dict[str, object]:
    return {"establishment_type_id": type_id, "operating_status_id": "operating", **over}


@pytest.mark.parametrize(
    ("seen", "registered", "changes"),
    [
        (visit("not_found"), place(), {"operating_status_id": "not_found"}),
        (visit("closed_on_arrival"), place(), {}),
        (visit(), place(operating_status_id="paused"), {"operating_status_id": "operating"}),
        (visit(), place(operating_status_id="suspended_by_decision"), {}),
        (visit(lodging_rooms_total=12), place("hotel", rooms_total=8), {"rooms_total": 12}),
        (visit(lodging_rooms_total=8), place("hotel", rooms_total=8), {}),
        (visit("refused", lodging_rooms_total=12), place("hotel", rooms_total=8), {}),
        (visit(antt_certificate="no"), place(), {"certificates.antt.status": "missing"}),
        (visit(antt_certificate="yes"), place(), {}),
        (
            visit(antt_certificate="yes"),
            place(certificates={"antt": {"status": "not_shown"}}),
            {"certificates.antt.status": "valid"},
        ),
        (visit(antt_certificate="yes"), place(certificates={"antt": {"status": "expired"}}), {}),
        (visit(antt_certificate="na"), place(), {}),
        (visit(kd_licence="no"), place(), {"certificates.karaoke_licence.status": "missing"}),
        (
            visit(kd_licence="no"),
            place("discotheque"),
            {"certificates.discotheque_licence.status": "missing"},
        ),
        (visit(kd_licence="no"), place("hotel"), {}),
    ],
)
def test_answers_change_differing_values_of_the_register(seen, registered, changes) -> None:
    assert observed_changes(seen, registered) == changes


def test_usual_visit_to_a_registered_establishment_changes_it_once() -> None:
    registered = builders.establishment()
    changes = observed_changes(builders.inspection(), registered)
    for path, value in changes.items():
        head, _, rest = path.partition(".")
        if rest:
            kind, name = rest.split(".")
            registered.setdefault(head, {}).setdefault(kind, {})[name] = value
        else:
            registered[head] = value
    assert observed_changes(builders.inspection(), registered) == {}
