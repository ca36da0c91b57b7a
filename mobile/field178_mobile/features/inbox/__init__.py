"""The inbox: returned records, conflicts, refusals, messages of the office."""
