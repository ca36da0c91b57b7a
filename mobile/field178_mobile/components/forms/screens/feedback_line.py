"""Line at the foot of a form: why it cannot be filed, or what was saved."""

from __future__ import annotations

from field178_mobile.kit import kit
from field178_mobile.kit.language import language as _
from field178_mobile.presentation.checks import Checked
from field178_mobile.presentation.feedback import Feedback


class FeedbackLine(kit.StatusLine):
    """Line of feedback. show(feedback, checked); event on_release: scroll to the next problem, if any."""

    def show(self, feedback: Feedback, checked: Checked) -> None:
        """Draw the most important message: saved, error or number of problems."""
        self.icon, self.tone, self.text = "check-circle" if feedback.saved else "", "ok", feedback.saved
        if feedback.error:
            self.icon, self.tone, self.text = "alert-circle", "bad", feedback.error
        elif count := len(checked.problems):
            self.icon, self.tone = "arrow-down", "bad"
            self.text = _("To correct: {count} · go to the next").format(count=count)
