"""Sending of an e-mail to the SMTP server of the settings, and its refusals."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from enum import StrEnum
from urllib.parse import SplitResult, unquote, urlsplit

from field178_server.settings import Settings, is_loopback

TIMEOUT_S = 30.0
_PORTS = {"smtp": 587, "smtps": 465}
_FINAL = 500


class MailReason(StrEnum):
    """Reason why an e-mail was not sent."""

    NO_ANSWER = "no_answer"
    NO_ENCRYPTION = "no_encryption"
    CERTIFICATE = "certificate"
    SIGN_IN_REFUSED = "sign_in_refused"
    SENDER_REFUSED = "sender_refused"
    ADDRESS_REFUSED = "address_refused"
    MESSAGE_REFUSED = "message_refused"
    NO_ADDRESS = "no_address"
    TOO_LATE = "too_late"
    INTERNAL = "internal"


# Reasons of the server that apply to every e-mail.
OF_SERVER = frozenset(
    {
        MailReason.NO_ANSWER,
        MailReason.NO_ENCRYPTION,
        MailReason.CERTIFICATE,
        MailReason.SIGN_IN_REFUSED,
        MailReason.SENDER_REFUSED,
    }
)


class MailRefused(Exception):
    """The server refused an e-mail; `code`: SMTP reply code, 0 without a reply."""

    def __init__(self, reason: MailReason, code: int = 0) -> None:
        super().__init__(reason.value, code)
        self.reason = reason
        self.code = code

    @property
    def is_final(self) -> bool:
        """Whether the SMTP code is permanent (5xx, about this message), so that a retry is useless."""
        return self.reason not in OF_SERVER and self.code >= _FINAL


def send(settings: Settings, message: EmailMessage) -> None:
    """Submit a message; returns when the server has accepted it, else raises MailRefused.

    `smtp://` requires STARTTLS, except for a server on this machine.
    """
    try:
        with _session(settings) as session:
            session.send_message(message)
    except smtplib.SMTPException as error:
        raise _refusal(error) from None
    except ssl.SSLError:
        raise MailRefused(MailReason.CERTIFICATE) from None
    except OSError:
        raise MailRefused(MailReason.NO_ANSWER) from None


@contextmanager
def _session(settings: Settings) -> Iterator[smtplib.SMTP]:
    address = urlsplit(settings.smtp_url)
    session = _connected(address, _trust(settings))
    try:
        if address.username is not None:
            session.login(unquote(address.username), unquote(address.password or ""))
        yield session
    finally:
        # An accepted message stays accepted, however the session ends.
        with suppress(smtplib.SMTPException, OSError):
            session.quit()
        session.close()


def _trust(settings: Settings) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=settings.smtp_ca)
    except OSError:  # no such file, or no certificate in it
        raise MailRefused(MailReason.CERTIFICATE) from None


def _connected(address: SplitResult, context: ssl.SSLContext) -> smtplib.SMTP:
    host, port = address.hostname or "", address.port or _PORTS[address.scheme]
    if address.scheme == "smtps":
        return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_S, context=context)
    session = smtplib.SMTP(host, port, timeout=TIMEOUT_S)
    try:
        session.ehlo()
        if session.has_extn("starttls") or not is_loopback(host):
            session.starttls(context=context)
            session.ehlo()
    except BaseException:
        session.close()
        raise
    return session


def _refusal(error: smtplib.SMTPException) -> MailRefused:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, _ = next(iter(error.recipients.values()))
        return MailRefused(MailReason.ADDRESS_REFUSED, code)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return MailRefused(MailReason.NO_ENCRYPTION)
    for kind, reason in (
        (smtplib.SMTPAuthenticationError, MailReason.SIGN_IN_REFUSED),
        (smtplib.SMTPSenderRefused, MailReason.SENDER_REFUSED),
        (smtplib.SMTPDataError, MailReason.MESSAGE_REFUSED),
    ):
        if isinstance(error, kind):
            return MailRefused(reason, error.smtp_code)
    return MailRefused(MailReason.NO_ANSWER)
