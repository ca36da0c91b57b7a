"""Requests recorded from every released version: what a tablet in the field sends is understood (I13).

Each file of `corpus/v1` holds requests of two tablets and the whole answers of the server of that version,
with what the office did before one (`merges`). A later server may say more; what it said then it still says.
From the release on no file is changed: what is new goes into a new file, a new version into a new folder.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.world import ESTABLISHMENT, World

from field178_mobile.replication.frames import parse_hello, parse_line, parse_record
from field178_shared.wire.canonical import canonical
from field178_shared.wire.protocol import Receipt, SyncRequest

Json = dict[str, Any]

CORPUS = Path(__file__).parent / "corpus"
FILES = sorted(CORPUS.glob("v*/*.json"))
# Of the moment, of the server's other members, or free to grow: named they must be, not alike.
FREE = frozenset({"now", "at", "types", "protocol", "root", "frames"})


def read(path: Path) -> Json:
    recorded: Json = json.loads(path.read_text("utf-8"))
    return recorded


def replayed(world: World, request: Json) -> list[Json]:
    wire = json.loads(canonical(request))
    parts = world.exchange.run(wire["device"], SyncRequest.from_wire(wire))
    return [json.loads(line) for part in parts for line in part.splitlines()]


def says_again(now: Json, then: Json) -> bool:
    """Tell whether a frame says all that the recorded one said."""
    return then.keys() <= now.keys() and all(now[key] == then[key] for key in then.keys() - FREE)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_recorded_request_is_answered_as_it_was(world: World, path: Path) -> None:
    case = read(path)
    for device in sorted({exchange["request"]["device"] for exchange in case["exchanges"]}):
        world.tablet(*case["scopes"], device_id=device)
    for exchange in case["exchanges"]:
        for record_id, into in exchange.get("merges", ()):
            world.merge(record_id, into)
        answered = iter(replayed(world, exchange["request"]))
        for then in exchange["answer"]:
            # In the order of then; frames of a later version may stand between.
            assert any(says_again(now, then) for now in answered), then
    for record_id, then in case["stored"].items():
        stored = world.stored(record_id)
        assert stored is not None
        assert (stored.deleted, stored.data) == (then["deleted"], then["data"])


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_recorded_answer_is_read_by_the_tablet(path: Path) -> None:
    for exchange in read(path)["exchanges"]:
        hello, *rest = (parse_line(canonical(frame)) for frame in exchange["answer"])
        assert parse_hello(hello).speaks_ours
        for frame in rest:
            kind = frame.text("frame")
            if kind == "res":
                assert Receipt.from_wire(frame.value).change_id
            elif kind == "rec":
                assert parse_record(frame).id


def test_fields_the_editing_tablet_did_not_know_are_in_the_record() -> None:
    case = read(CORPUS / "v1" / "unknown-fields.json")
    [edit] = case["exchanges"][-1]["request"]["push"]
    [stored] = case["stored"].values()
    assert not any("solar" in path or "pccc_2027" in path for path in edit["set"])
    assert stored["data"]["solar_panels"] == {"count": 3, "makers": ["a", "b"]}
    assert stored["data"]["certificates"]["pccc_2027"] == {"level": 2}
    assert stored["data"]["certificates"]["antt"] == {"status": "expired", "qr": "x1"}


@pytest.mark.parametrize("folder", sorted(CORPUS.glob("v*")), ids=lambda folder: folder.name)
def test_no_recorded_file_was_changed(folder: Path) -> None:
    lines = [line.split() for line in (folder / "SHA256SUMS").read_text("ascii").splitlines()]
    digests = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.json")}
    assert digests == {name: digest for digest, name in lines}


def test_a_released_protocol_that_is_no_longer_served_still_hands_over_its_changes(world: World) -> None:
    tablet, later = world.tablet(), replace(world.exchange, served=(2, 3))
    good, bad = tablet.create(), {**tablet.create(), "type": "spaceship"}
    wire = {"device": tablet.device, "incarnation": tablet.incarnation, "push": [good, bad]}

    def answered(protocol: int) -> list[Json]:
        parts = later.run(tablet.device, SyncRequest.from_wire(wire), protocol)
        return [json.loads(line) for part in parts for line in part.splitlines()]

    hello, *results, end = answered(1)
    assert set(hello) == {"frame", "protocol", "epoch", "now", "pull"}
    assert (hello["protocol"], hello["pull"]) == ([2, 3], "refused")
    assert [(result["frame"], result["status"]) for result in results] == [
        ("res", "applied"),
        ("res", "quarantined"),
    ]
    assert end == {"frame": "end", "frames": 4, "more": False}
    stored = world.stored(good["record_id"])
    assert stored is not None
    assert stored.data == ESTABLISHMENT
    assert parse_hello(parse_line(canonical(hello))).pull_refused
    assert "pull" not in answered(2)[0]
