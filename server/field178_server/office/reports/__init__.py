"""The official report: who owes what for it, its draft, its sign-off, its frozen content and its files."""
