"""Messages about actions on webhooks."""

from __future__ import annotations

from field178_shared.text.i18n import N_

FLASHES = {
    "webhook_saved": N_("Saved. The next message goes to this address."),
    "webhook_paused": N_("Paused. What happens meanwhile waits."),
    "webhook_resumed": N_("Resumed: what waits is sent now, in order."),
    "webhook_replayed": N_("What happened from there on is sent again, in order."),
    "webhook_removed": N_("The webhook was removed."),
    "webhook_message_taken": N_("The receiver has taken the message; it is passed over no more."),
    "webhook_message_refused": N_("The message was not taken; the last attempt below says why."),
    "webhook_test_taken": N_("The receiver has taken the test."),
    "webhook_test_refused": N_("The test was not taken; the last attempt below says why."),
}
