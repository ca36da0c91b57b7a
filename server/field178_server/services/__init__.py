"""Writes: one use case a module; a service takes a Session and never commits."""
