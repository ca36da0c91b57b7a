"""Reminder of the 25th: figures of the month that communes and agencies have not entered."""
