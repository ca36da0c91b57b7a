"""Entries: records that the office enters on forms, corrects and withdraws."""
