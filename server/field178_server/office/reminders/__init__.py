"""The reminder of the 25th: what communes and agencies still owe for the month."""
