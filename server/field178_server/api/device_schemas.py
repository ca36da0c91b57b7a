"""Wire form of enrolment, sessions and officers of a tablet (docs/sync-protocol.md §10)."""

from __future__ import annotations

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from field178_server.devices import enrolment
from field178_shared.crypto import signatures
from field178_shared.device_orders import MAX_REASON, OrderKind, OrderOutcome
from field178_shared.ids import UUID_PATTERN, is_uuid
from field178_shared.wire.protocol import MAX_INTEGER, MAX_LABEL

# Forms of texts for the OpenAPI document; the functions below check them.
_UUID = {"pattern": f"^{UUID_PATTERN}$"}
_CODE = {"pattern": "^[- ]*([0-9A-TV-Za-tv-z][- ]*){16}$"}
_PUBLIC_KEY = {"pattern": "^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$"}
_BASE64URL = {"pattern": "^([A-Za-z0-9_-]{4})*([A-Za-z0-9_-][AQgw]|[A-Za-z0-9_-]{2}[AEIMQUYcgkosw048])?$"}


_COUNT = validate.Range(min=0, max=MAX_INTEGER)


def _code(text: str) -> None:
    if not enrolment.is_code(text):
        raise ValidationError("bad_id")


def _public_key(text: str) -> None:
    if not signatures.is_public_key(text):
        raise ValidationError("bad_id")


def _base64url(text: str) -> None:
    if signatures.decode(text) is None:
        raise ValidationError("bad_id")


def _uuid(text: str) -> None:
    if not is_uuid(text):
        raise ValidationError("bad_id")


class _Request(Schema):
    """Base of requests; unknown members, which a later client may add, are ignored."""

    class Meta:
        """Option of marshmallow: ignore unknown members."""

        unknown = EXCLUDE


class EnrolRequest(_Request):
    """Request to enrol a tablet as a device."""

    code = fields.String(required=True, validate=[validate.Length(max=32), _code], metadata=_CODE)
    public_key = fields.String(required=True, validate=_public_key, metadata=_PUBLIC_KEY)
    label = fields.String(required=True, validate=validate.Length(min=1, max=MAX_LABEL))
    signature = fields.String(required=True, validate=validate.Length(max=128))


class ChallengeRequest(_Request):
    """Request of a device for a nonce."""

    device = fields.String(required=True, validate=_uuid, metadata=_UUID)


class SessionRequest(_Request):
    """Request of a device for a session, with its nonce signed by its key."""

    device = fields.String(required=True, validate=_uuid, metadata=_UUID)
    nonce = fields.String(required=True, validate=validate.Length(max=64))
    signature = fields.String(required=True, validate=validate.Length(max=128))


class OfficerRequest(_Request):
    """Sign-in of an officer on a tablet, once and online."""

    login = fields.String(required=True, validate=validate.Length(min=1, max=64))
    password = fields.String(required=True, validate=validate.Length(min=1, max=1024))
    totp = fields.String(load_default="", allow_none=True, validate=validate.Length(max=16))


class RecoveryRequest(OfficerRequest):
    """Request of a locked tablet for its data key, with an officer's sign-in and a code of the office."""

    device = fields.String(required=True, validate=_uuid, metadata=_UUID)
    code = fields.String(required=True, validate=[validate.Length(max=32), _code], metadata=_CODE)
    box = fields.String(required=True, validate=[validate.Length(max=256), _base64url], metadata=_BASE64URL)
    device_key = fields.String(
        required=True, validate=[validate.Length(max=256), _base64url], metadata=_BASE64URL
    )
    answer_key = fields.String(required=True, validate=_public_key, metadata=_PUBLIC_KEY)


class OrderReceiptRequest(_Request):
    """Receipt of a tablet for an order of the office, signed by the device key."""

    device = fields.String(required=True, validate=_uuid, metadata=_UUID)
    number = fields.Integer(strict=True, required=True, validate=_COUNT)
    outcome = fields.String(
        required=True, validate=validate.OneOf([outcome.value for outcome in OrderOutcome])
    )
    at = fields.String(required=True, validate=validate.Length(min=1, max=64))
    records = fields.Integer(strict=True, required=True, validate=_COUNT)
    lost_changes = fields.Integer(strict=True, required=True, validate=_COUNT)
    lost_files = fields.Integer(strict=True, required=True, validate=_COUNT)
    lost_drafts = fields.Integer(strict=True, required=True, validate=_COUNT)
    signature = fields.String(required=True, validate=validate.Length(min=1, max=128))


class UserAnswer(Schema):
    """An officer in answers to a tablet."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    agency = fields.String()
    role = fields.String()


class EnrolAnswer(Schema):
    """Identity of an enrolled tablet, and the public keys it trusts."""

    device = fields.String(required=True)
    tenant = fields.String(required=True)
    user = fields.Nested(UserAnswer, required=True)
    scopes = fields.List(fields.String(), required=True)
    receipt_key = fields.String(required=True)
    sealing_key = fields.String(required=True)
    former_receipt_keys = fields.List(fields.String(), required=True)
    keys = fields.Integer(required=True)
    now = fields.String(required=True)


class KeyAnswer(Schema):
    """An announcement of a key, signed by the receipt key before it."""

    number = fields.Integer(required=True)
    kind = fields.String(required=True)
    key = fields.String(required=True)
    at = fields.String(required=True)
    sig = fields.String(required=True)


class KeysAnswer(Schema):
    """The announcements of keys, in their order."""

    keys = fields.List(fields.Nested(KeyAnswer), required=True)


class ChallengeAnswer(Schema):
    """A nonce with which its device can open sessions for an hour."""

    nonce = fields.String(required=True)


class OrderAnswer(Schema):
    """An order of the office to the tablet, signed by the receipt key."""

    number = fields.Integer(required=True)
    kind = fields.String(required=True, validate=validate.OneOf([kind.value for kind in OrderKind]))
    reason = fields.String(required=True, validate=validate.Length(max=MAX_REASON))
    at = fields.String(required=True)
    sig = fields.String(required=True)


class SessionAnswer(Schema):
    """An opaque token, its lifetime, the nonce of the next session, and an order of the office."""

    token = fields.String(required=True)
    expires_in_s = fields.Integer(required=True)
    nonce = fields.String(required=True)
    order = fields.Nested(OrderAnswer)


class OrderReceiptAnswer(Schema):
    """The number of the order whose receipt is stored."""

    number = fields.Integer(required=True)


class OfficerAnswer(Schema):
    """The officer bound to the tablet."""

    user = fields.Nested(UserAnswer, required=True)


class RecoveryAnswer(OfficerAnswer):
    """The data key, encrypted for the tablet."""

    box = fields.String(required=True)
