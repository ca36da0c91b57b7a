"""The store: engines, units of work, prepared statements, models and migrations."""
