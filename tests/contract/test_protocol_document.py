"""docs/sync-protocol.md keeps its form, says the numbers of the code, and is referred to rightly."""

from __future__ import annotations

import base64
import re
import subprocess
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.contract.protocol_document import (
    DOCUMENTS,
    PROTOCOL,
    RECORD_TYPES,
    REPOSITORY,
    Document,
    values,
)

from field178_server.conformance.files import recording
from field178_server.conformance.files import vectors as load_vectors
from field178_server.conformance.patterns import Variables, match
from field178_shared.errors import ErrorCode
from field178_shared.ids import conflict_id, review_id
from field178_shared.merge import merge
from field178_shared.rules.commune import commune_entry_id
from field178_shared.wire import canonical as hashes
from field178_shared.wire import protocol

# Of other documents: `RFC 9562 §5.7`, `domain.md §2`.
_OTHER = re.compile(r"(?:RFC [0-9]+|[\w-]+\.md) §[0-9.]+")
_REFERENCE = re.compile(r"§([0-9]+(?:\.[0-9]+)?|[A-Z]\b)")
_CONTENT_RULE = re.compile(r"record-types(?:\.md)? (T[0-9]+\.[0-9]+)")
_FRAMES = {"hello", "res", "rec", "leave", "ck", "resync", "repair", "salvaged", "end"}
_WORDS = 8_000
MIB, KIB = 1 << 20, 1 << 10
NO_ROOM = 507


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_no_line_is_longer_than_200_characters(document: Document) -> None:
    assert [line for line in document.text.splitlines() if len(line) > 200] == []


def test_the_protocol_has_at_most_8000_words() -> None:
    assert len(PROTOCOL.text.split()) <= _WORDS


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_sections_and_rules_are_numbered_in_their_order(document: Document) -> None:
    parts = [name for name in document.sections() if "." not in name]
    numbers = [part for part in parts if part != "A"]
    assert numbers == [str(number) for number in range(1, len(numbers) + 1)]
    assert len(set(document.sections())) == len(document.sections())
    count: dict[str, int] = {}
    for rule in document.rules():
        part, number = rule[1:].split(".")
        count[part] = count.get(part, 0) + 1
        assert int(number) == count[part], f"{rule} stands at the place of {count[part]}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_rules_that_a_document_names_are_in_it(document: Document) -> None:
    assert set(document.rule.findall(document.text)) <= set(document.rules())


def test_every_reference_to_a_section_or_rule_has_its_target() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "*.py", "*.md", "*.toml"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    rules, content_rules, sections = set(PROTOCOL.rules()), set(RECORD_TYPES.rules()), PROTOCOL.sections()
    wrong = []
    for name in listed.stdout.splitlines():
        path = REPOSITORY / name
        if path == REPOSITORY / "docs" / "architecture.md" or not path.exists():
            continue
        text = _OTHER.sub("", path.read_text(encoding="utf-8"))
        wrong += [f"{name}: §{section}" for section in _REFERENCE.findall(text) if section not in sections]
        wrong += [f"{name}: {rule}" for rule in PROTOCOL.rule.findall(text) if rule not in rules]
        wrong += [f"{name}: {rule}" for rule in _CONTENT_RULE.findall(text) if rule not in content_rules]
    assert wrong == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_a_document_names_existing_documents_only(document: Document) -> None:
    named = set(re.findall(r"[\w/-]+\.md", document.text)) - {"README.md"}
    assert [name for name in named if not (REPOSITORY / "docs" / name).exists()] == []


def test_every_sample_is_json_and_every_frame_has_one() -> None:
    shown = {
        value["frame"]
        for _, body in PROTOCOL.samples()
        for value in values(body)
        if isinstance(value, dict) and "frame" in value
    }
    assert shown == _FRAMES


@pytest.mark.parametrize(("kind", "day", "skipped"), [("day", "worked-day", 0), ("restore", "restore", 2)])
def test_its_samples_are_those_of_a_recorded_day(kind: str, day: str, skipped: int) -> None:
    variables: Variables = {}
    exchanges = [
        exchange for exchange in recording(day)["exchanges"] if exchange["request"].endswith("/sync")
    ][skipped:]
    requests = [shown for shown, _ in PROTOCOL.samples() if shown.startswith(f"{kind} request-")]
    for number, exchange in zip(range(1, len(requests) + 1), exchanges, strict=False):
        (request,) = values(PROTOCOL.sample(f"{kind} request-{number}"))
        match(exchange["body"], request, variables, f"request {number}")
        match(
            exchange["answer"],
            values(PROTOCOL.sample(f"{kind} answer-{number}")),
            variables,
            f"answer {number}",
        )
    if kind == "day":
        (change,) = values(PROTOCOL.sample("day change-1"))
        match(variables["change-1"], change, variables, "change 1")


def test_its_samples_of_enrolment_are_those_of_the_recorded_day() -> None:
    variables: Variables = {}
    exchanges = recording("worked-day")["exchanges"]
    for kind, numbers in (("enrol", (0, 3)), ("session", (1, 2))):
        shown = iter(values(PROTOCOL.sample(f"day {kind}")))
        for number in numbers:
            match(exchanges[number]["body"], next(shown), variables, kind)
            match(exchanges[number]["answer"], next(shown), variables, kind)


def test_the_statuses_of_its_error_table_are_those_of_the_product() -> None:
    rows = PROTOCOL.table("| status | `code` |")
    listed = {(int(row[0]), code) for row in rows for code in re.findall(r"`([a-z_0-9]+)`", row[1])}
    codes = {code.value for code in ErrorCode}
    assert {code for _, code in listed} <= codes
    # A full disk is one code with two statuses: an upload finds no room where a push finds no answer.
    stated = {(status, code) for status, code in listed if status != NO_ROOM}
    assert all(ErrorCode(code).status == status for status, code in stated)


def test_the_reasons_of_its_verdict_table_are_codes_of_the_product() -> None:
    listed = {code for row in PROTOCOL.table("| `reason` |") for code in re.findall(r"`([a-z_]+)`", row[0])}
    assert listed <= {code.value for code in ErrorCode}


LIMITS = {
    "body as sent": (protocol.MAX_BODY_BYTES, "1 MiB"),
    "body expanded": (protocol.MAX_EXPANDED_BYTES, "4 MiB"),
    "changes in `push`": (protocol.MAX_CHANGES, "500"),
    "records in `salvage`": (protocol.MAX_DIVERGENT_RECORDS, "100"),
    "scopes granted to a device": (protocol.MAX_SCOPES, "64"),
    "scopes named in `cursors`, `below`, `repair`": (protocol.MAX_SCOPES + 1, "65 each"),
    "`max_records`": (protocol.MAX_RECORDS, "2,000"),
    "rows between two `ck`": (protocol.ROWS_PER_CHECKPOINT, "50"),
    "answer, expanded": (protocol.MAX_ANSWER_BYTES, "1 MiB, but one record at least"),
    "one change in canonical form": (protocol.MAX_CHANGE_BYTES, "64 KiB"),
    "`data` of a record in canonical form": (protocol.MAX_DATA_BYTES, "256 KiB"),
    "nesting of a value in `set`": (protocol.MAX_SET_DEPTH, "16"),
    "text": (protocol.MAX_TEXT, "4,000 characters"),
    "entries of a conflict": (protocol.MAX_CONFLICT_ENTRIES, "100"),
    "label of a device": (protocol.MAX_LABEL, "64 characters"),
}


def test_its_limits_are_those_of_the_code() -> None:
    limits = {row[0]: row[1] for row in PROTOCOL.table("| limit | value |")}
    assert {name: text for name, (_, text) in LIMITS.items()}.items() <= limits.items()
    units = {"MiB": MIB, "KiB": KIB}
    for name, (value, text) in LIMITS.items():
        number, unit = re.match(r"([0-9,]+) ?(\w*)", text).groups()  # type: ignore[union-attr]
        assert int(number.replace(",", "")) * units.get(unit, 1) == value, name


@pytest.fixture(scope="module")
def vectors() -> dict[str, Any]:
    return load_vectors()


def test_its_vectors_of_records_are_right(vectors: dict[str, Any]) -> None:
    data = vectors["data"]
    assert hashes.canonical(data).decode() == vectors["canonical"]
    escapes = vectors["canonical_escapes"]
    assert hashes.canonical(escapes["of"]).decode() == escapes["is"]
    nulls = vectors["nulls"]
    assert merge(nulls["data"], nulls["set"], nulls["data"]).data == nulls["is"]
    for name in ("h", "h_deleted"):
        record_id, type_, rev, deleted, named = vectors[name]["of"]
        assert named == "data"
        assert hashes.record_hash(record_id, type_, rev, deleted, data) == vectors[name]["is"]
    assert hashes.short_hash(vectors["short_hash"]["of"]) == vectors["short_hash"]["is"]
    assert hashes.short_hash(data) == vectors["short_hash_of_data"]
    assert hashes.bucket(vectors["bucket"]["of"]) == vectors["bucket"]["is"]


def test_its_vectors_of_sets_are_right(vectors: dict[str, Any]) -> None:
    assert hashes.digest_of(vectors["digest"]["of"]).wire() == vectors["digest"]["is"]
    receipts = vectors["receipt_h"]
    assert [hashes.receipt_hash(*verdict) for verdict in receipts["of"]] == receipts["is"]
    epoch, backed_up, notices, scopes = vectors["state"]["of"]
    places = [(scope, seq, _digest(held)) for scope, seq, held in scopes]
    assert hashes.state_hash(epoch, backed_up, notices, places) == vectors["state"]["is"]


def test_its_vectors_of_ids_and_signatures_are_right(vectors: dict[str, Any]) -> None:
    conflict, review = vectors["conflict_id"], vectors["review_id"]
    assert conflict_id(conflict["record"], conflict["path"], conflict["device"]) == conflict["is"]
    assert review_id(review["record"]) == review["is"]
    entries = vectors["entry_id"]
    assert [commune_entry_id(kind, data) for kind, data in entries["of"]] == entries["is"]
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    public = _unpadded(key.public_key().public_bytes_raw())
    assert public == vectors["public_key"]
    enrol, session = vectors["enrol_signature"], vectors["session_signature"]
    assert _unpadded(key.sign(f"field178-enrol-v1|{enrol['code']}|{public}".encode())) == enrol["is"]
    signed = f"field178-session-v1|{session['nonce']}|{session['device']}"
    assert _unpadded(key.sign(signed.encode())) == session["is"]


def _digest(value: object) -> hashes.Digest:
    digest = hashes.digest_from_wire(value)
    assert digest is not None
    return digest


def _unpadded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
