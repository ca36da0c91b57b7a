"""The outbox: changes from submission over in flight to pruning, and the journal beside it."""
