"""The exchange of docs/sync-protocol.md: changes up, receipts and changes down."""
