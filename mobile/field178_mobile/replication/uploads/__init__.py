"""Resumable uploads of photos: engine, events, runner, transport."""
