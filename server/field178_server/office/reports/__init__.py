"""The official report: submissions, draft, sign-off, frozen content, comparison and files."""
