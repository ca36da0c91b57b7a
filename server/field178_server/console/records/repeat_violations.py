"""Texts of a repeated violation: recidivism needs a sanction decision that still counts."""

from __future__ import annotations

from collections.abc import Mapping

from field178_server.console.text.localize import Localizer
from field178_shared.records.repeat_violations import EarlierViolation, Repetition
from field178_shared.text.i18n import N_

# Short labels for lists.
REPETITIONS: Mapping[Repetition, str] = {
    Repetition.RECIDIVISM: N_("Recidivism"),
    Repetition.REPEATED: N_("Violation found several times"),
}
_SENTENCES: Mapping[Repetition, str] = {
    Repetition.RECIDIVISM: N_(
        "Recidivism (Article 2.5, Law on Handling of Administrative Violations): "
        "the violation of {day} was sanctioned"
    ),
    Repetition.REPEATED: N_(
        "Found several times (Article 2.6, Law on Handling of Administrative Violations): "
        "recorded on {day} too, no sanction decision entered"
    ),
}


def repetition_text(earlier: EarlierViolation, localizer: Localizer) -> str:
    """Return the text of a repetition with the earlier day and the article of the law."""
    return localizer.say(_SENTENCES[earlier.repetition]).format(day=localizer.day(earlier.found_on))
