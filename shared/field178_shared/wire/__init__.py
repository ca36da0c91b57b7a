"""The wire of docs/sync-protocol.md: messages, canonical and strict JSON, content coding, hash chain."""
