"""The e-mail message: headers and plain text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

SENDER_NAME = "Sổ hiện trường 178"


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    """An e-mail to send; a retry has the same id, so that the receiver recognizes the duplicate."""

    id: str
    sender: str
    receiver: str
    language: str
    subject: str
    text: str
    at: datetime


def message_of(letter: OutgoingMail) -> EmailMessage:
    """Return the message of an e-mail, marked so that automatic responders do not answer it."""
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(SENDER_NAME, addr_spec=letter.sender)
    message["To"] = Address(addr_spec=letter.receiver)
    message["Subject"] = letter.subject
    message["Date"] = letter.at
    message["Message-ID"] = f"<{letter.id}@{letter.sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = letter.language
    message.set_content(letter.text, cte="base64")
    return message
