"""The e-mail itself: its headers and its plain text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

SENDER_NAME = "Sổ hiện trường 178"


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    """One e-mail about to be sent; a repeated try has the same id, so that the receiver knows it again."""

    id: str
    sender: str
    receiver: str
    language: str
    subject: str
    text: str
    at: datetime


def message_of(letter: OutgoingMail) -> EmailMessage:
    """Return the message; programs that answer letters leave it alone."""
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
