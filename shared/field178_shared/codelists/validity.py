"""Validity of a list row in days."""

from datetime import date


class Dated:
    """A row in force from one local date to another; an open end is None, and `valid_to` is exclusive."""

    __slots__ = ()

    valid_from: date | None
    valid_to: date | None

    def valid_on(self, day: date) -> bool:
        """Tell whether the row is in force on the local date."""
        began = self.valid_from is None or self.valid_from <= day
        return began and (self.valid_to is None or day < self.valid_to)
