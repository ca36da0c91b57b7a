"""State of one paper of a record: whether it can be made, its file, the result of the last action."""

from __future__ import annotations

from dataclasses import dataclass

from field178_mobile.components.documents.document_output import DocumentOutput, Made
from field178_mobile.presentation.amounts import amount_text
from field178_mobile.presentation.wording import Wording


@dataclass(frozen=True, slots=True)
class PaperState:
    """State of one paper of a record. `made` and `hash` are empty until it was made.

    `is_old`: it was made from an earlier revision. `share`: progress while `is_making`. `message` or `error`:
    result of the last action on the paper.
    """

    kind: str
    can_make: bool
    is_making: bool = False
    share: float = 0.0
    made: str = ""
    hash: str = ""
    is_old: bool = False
    message: str = ""
    error: str = ""

    @property
    def is_to_be_made(self) -> bool:
        """Return whether making the paper is the next step."""
        return self.can_make and (not self.made or self.is_old)


def paper_state(
    kind: str, output: DocumentOutput, words: Wording, *, can_make: bool, is_old: bool
) -> PaperState:
    """Return the state of one paper; only one paper is made at a time."""
    made, is_making = output.made(kind), output.making == kind
    return PaperState(
        kind=kind,
        can_make=can_make and not output.making,
        is_making=is_making,
        share=output.share if is_making else 0.0,
        made="" if made is None else _paper_words(made, words),
        hash="" if made is None else made.sha256,
        is_old=is_old,
        message=output.message if output.kind == kind else "",
        error=output.error if output.kind == kind else "",
    )


def _paper_words(made: Made, words: Wording) -> str:
    amount = amount_text(len(made.content))
    return words.say("{name} · revision {rev} · {amount}", name=made.name, rev=made.rev, amount=amount)
