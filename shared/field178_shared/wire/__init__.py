"""The wire of docs/sync-protocol.md: messages, canonical and strict JSON, the content coding."""
