"""View = base + own changes, rule by rule."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from field178_mobile.store.outbox.changes import OwnChange, State
from field178_mobile.store.replica.merged_view import compose, without_refused
from field178_mobile.store.replica.server_records import ServerRecord
from field178_shared.wire.canonical import canonical
from field178_shared.wire.protocol import Status

BODY = canonical({"name": "cũ", "certificates": {"antt": {"status": "valid"}}})
BASE = ServerRecord("r", "establishment", "u", 3, False, BODY, "0")


def own(set_: dict, *, state: State = State.PENDING, **members) -> OwnChange:
    made = OwnChange(
        1,
        "c",
        "i",
        1,
        "r",
        "establishment",
        "u",
        "put",
        is_create=False,
        state=state,
        status=None,
        reason=None,
        rev=0,
        seq=None,
        receipt_revision=0,
        receipt_scope=None,
        settled=False,
        replaced_by=None,
        wire={},
        set=set_,
        was={},
        long_was={},
        details={},
    )
    return replace(made, **members)


def data_of(base, *changes):
    view = compose(base, changes)
    return None if view is None else view.data


def acknowledged(set_: dict, status: Status, **members) -> OwnChange:
    return own(set_, state=State.ACKNOWLEDGED, status=status, **members)


def test_a_pending_edit_stands_on_the_base() -> None:
    view = compose(BASE, [own({"certificates.antt.status": "expired"})])
    assert view is not None
    assert view.data == {"name": "cũ", "certificates": {"antt": {"status": "expired"}}}
    assert view.pending
    assert BASE.data["certificates"] == {"antt": {"status": "valid"}}


def test_an_acknowledged_edit_stays_until_it_is_settled() -> None:
    change = acknowledged({"name": "mới"}, Status.APPLIED, rev=4)
    assert data_of(BASE, change)["name"] == "mới"
    view = compose(BASE, [change])
    assert view is not None
    assert (view.pending, view.rev) == (False, 4)
    assert data_of(BASE, replace(change, settled=True))["name"] == "cũ"


def test_a_conflict_shows_the_servers_value_and_keeps_the_rest() -> None:
    change = acknowledged(
        {"name": "mới", "village": "x"}, Status.CONFLICT, rev=4, details={"name": ["changed"]}
    )
    assert data_of(BASE, change)["name"] == "cũ"
    assert data_of(BASE, change)["village"] == "x"


def test_a_quarantined_edit_keeps_its_value_with_a_mark() -> None:
    view = compose(
        BASE, [acknowledged({"name": "mới"}, Status.QUARANTINED, reason="rule", details={"name": ["rule"]})]
    )
    assert view is not None
    assert (view.data["name"], view.attention, view.marked) == ("mới", "rule", ("name",))


def test_an_edit_without_a_base_is_no_ghost_but_an_own_create_is_a_record() -> None:
    assert compose(None, [own({"name": "mới"})]) is None
    assert data_of(None, own({"name": "mới"}, is_create=True), own({"village": "x"})) == {
        "name": "mới",
        "village": "x",
    }
    assert compose(None, [own({"name": "mới"}), own({"name": "x"}, is_create=True)]).data == {"name": "x"}


def test_replaced_change_is_hidden() -> None:
    refused = acknowledged({"name": "sai"}, Status.QUARANTINED, reason="rule", replaced_by="d")
    view = compose(BASE, [refused, own({"name": "đúng"}, id="d")])
    assert view is not None
    assert (view.data["name"], view.attention) == ("đúng", None)
    mended = acknowledged({"name": "sai"}, Status.UNCHANGED, reason="replaced")
    assert data_of(BASE, mended)["name"] == "cũ"


def test_a_deletion_and_a_later_edit_follow_each_other() -> None:
    deletion = own({}, op="delete")
    assert compose(BASE, [deletion]).deleted
    assert not compose(BASE, [deletion, own({"name": "mới"})]).deleted


def test_settling_alone_brings_no_deleted_record_back() -> None:
    settling = own({}, op="resolve")
    assert compose(BASE, [own({}, op="delete"), settling]).deleted
    assert compose(replace(BASE, deleted=True), [settling]).deleted
    assert not compose(BASE, [settling]).deleted
    assert not compose(replace(BASE, deleted=True), [own({"name": "mới"}, op="resolve")]).deleted


def test_edits_older_than_the_create_that_corrects_a_refused_one_stand_on_it() -> None:
    # As the server will have it: it keeps edits of a record it lacks until the create comes.
    refused = acknowledged({"name": "sai"}, Status.QUARANTINED, is_create=True, replaced_by="c4")
    edit = own({"name": "mới", "village": "x"}, was={"name": "sai"})
    mended = own({"name": "sai", "village": "y"}, is_create=True)
    assert data_of(None, refused, edit, mended) == {"name": "mới", "village": "y"}


def test_a_path_through_a_value_changes_nothing() -> None:
    assert data_of(BASE, own({"name.x": 1})) == BASE.data


def test_value_of_a_refused_change_is_removed_from_seen_values() -> None:
    refused = acknowledged({"name": "sai", "village": "x"}, Status.QUARANTINED, was={"name": "cũ"})
    assert without_refused({"name": "sai", "village": "x"}, BASE, [refused]) == {"name": "cũ"}
    assert without_refused({"name": "sửa", "village": "x"}, BASE, [refused]) == {"name": "sửa"}


def test_a_refused_value_that_stands_without_it_was_seen() -> None:
    refused = acknowledged({"name": "sai"}, Status.QUARANTINED, was={"name": "cũ"}, replaced_by="d")
    superseding = own({"name": "sai"}, was={"name": "cũ"}, id="d")
    assert without_refused({"name": "sai"}, BASE, [refused, superseding]) == {"name": "sai"}
    theirs = replace(BASE, body=canonical({"name": "sai"}))
    assert without_refused({"name": "sai"}, theirs, [refused]) == {"name": "sai"}


VALUES = st.none() | st.integers(0, 3) | st.text("ab", max_size=2)
SETS = st.dictionaries(
    st.sampled_from(["name", "village", "certificates.antt.status", "answers.q1.v"]), VALUES, max_size=3
)


@given(st.lists(SETS, max_size=5), st.integers(0, 5))
def test_settling_changes_in_order_never_changes_the_merged_view(sets: list[dict], settled: int) -> None:
    changes = [own(set_, id=str(number), ordinal=number) for number, set_ in enumerate(sets)]
    before = data_of(BASE, *changes)
    base = replace(BASE, body=canonical(data_of(BASE, *changes[:settled])))
    done = [replace(change, settled=True) for change in changes[:settled]]
    assert data_of(base, *done, *changes[settled:]) == before
