"""Proofs on a product whose inspection has the field `rooms_seen`; see test_adding_a_field.py."""

from __future__ import annotations

from tests.shared.documents.test_inspection_minutes_pdf import read, source


def test_minutes_have_a_line_for_it() -> None:
    assert "Số phòng đã xem: 12." in read(source(rooms_seen=12))
    assert "Số phòng đã xem" not in read(source())
