import random
import uuid
from datetime import UTC, datetime, timedelta

from field178_shared.ids import IdSource, conflict_id, is_uuid, made_at, review_id


class Hands:
    """A clock whose hands a test moves."""

    def __init__(self) -> None:
        self.at = datetime(2025, 3, 11, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


def test_ids_of_a_source_sort_by_creation_even_when_the_clock_is_set_back() -> None:
    hands = Hands()
    source = IdSource(hands, random.Random(1))
    made = []
    for step in range(300):
        hands.at += timedelta(milliseconds=(step % 3) - 1)
        made.append(source.time_ordered())
    assert made == sorted(set(made))
    assert all(is_uuid(made_id) and uuid.UUID(made_id).version == 7 for made_id in made)


def test_a_seed_repeats_its_ids() -> None:
    first, other = (IdSource(Hands(), random.Random(7)) for _ in range(2))
    assert [first.time_ordered(), first.random()] == [other.time_ordered(), other.random()]


def test_time_ordered_id_contains_its_millisecond() -> None:
    made = IdSource(Hands(), random.Random(1)).time_ordered()
    assert int(made.replace("-", "")[:12], 16) == int(datetime(2025, 3, 11, 1, tzinfo=UTC).timestamp() * 1000)


def test_derived_ids_are_version_5_in_the_record_s_namespace() -> None:
    record = "0197c3a8-0000-7000-8000-0000000000a1"
    assert review_id(record) == str(uuid.uuid5(uuid.UUID(record), "review"))
    assert conflict_id(record, "a.b", "d1") == str(uuid.uuid5(uuid.UUID(record), "a.b|d1"))


def test_only_lower_case_canonical_text_is_an_id() -> None:
    assert not is_uuid("0197C3A8-0000-7000-8000-0000000000A1")
    assert not is_uuid("0197c3a8000070008000000000000 0a1")
    assert not is_uuid(None)


def test_time_of_a_time_ordered_id_is_read() -> None:
    source = IdSource(Hands(), random.Random(1))
    assert made_at(source.time_ordered()) == Hands().at
    assert made_at(source.random()) is None
    assert made_at("n-1") is None
